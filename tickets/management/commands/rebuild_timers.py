"""Compare the stored promises of all tickets with their logs."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Tenant
from accounts.scope import tenant_scope
from tickets.models import Ticket
from tickets.services.rebuilding import Difference, rebuild

AT_ONCE = 500


class Command(BaseCommand):
    help = "Tell where stored promises differ from what the log says; with --write, write them anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", help="the web address of one tenant; all by default")
        parser.add_argument("--write", action="store_true", help="put right what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.order_by("slug")
        if slug := options["tenant"]:
            tenants = tenants.filter(slug=slug)
            if not tenants:
                raise CommandError(f"There is no tenant {slug}.")
        tickets = wrong = 0
        for tenant in tenants:
            for found in _all(tenant, write=options["write"]):
                tickets, wrong = tickets + 1, wrong + bool(found)
                for difference in found:
                    self.stdout.write(f"{tenant.slug} {difference}")
        self.stdout.write(f"{tickets} tickets, {wrong} with promises that differ from their log")
        if wrong and not options["write"]:
            raise CommandError("Nothing was changed; --write puts them right.")


def _all(tenant: Tenant, *, write: bool) -> Iterator[list[Difference]]:
    """The differences of every ticket, each ticket in a transaction of its own."""
    after = 0
    while True:
        with tenant_scope(tenant.pk):
            ids = list(Ticket.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not ids:
            return
        for pk in ids:
            with tenant_scope(tenant.pk):
                yield list(rebuild(Ticket.objects.get(pk=pk), keep=write))
        after = ids[-1]
