"""Prints the articles that solved tickets would begin as, to see that nobody's data is left in them. Keeps nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Tenant
from accounts.scope import tenant_scope
from core.html import html_to_text
from tickets.models import Ticket
from tickets.services.articles import begin_from


class Command(BaseCommand):
    help = "Print the drafts of articles that a tenant's newest solved tickets would begin as"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the first part of its address")
        parser.add_argument("--most", type=int, default=20)

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}")
        with tenant_scope(tenant.pk):
            solved = Ticket.objects.exclude(solution="").select_related("requester", "tenant").order_by("-pk")
            for ticket in solved[: options["most"]]:
                begun = begin_from(ticket)
                self.stdout.write(f"{tenant.subject_prefix}-{ticket.number}  {begun.title}\n")
                self.stdout.write(html_to_text(begun.body) + "\n\n")
