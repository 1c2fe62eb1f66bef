"""`manage.py tenant_host`: a host name of a workspace's own, beside the one below the installation's."""

import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Tenant, TenantHost

# RFC 1123, 2.1: letters, digits and hyphens, in labels of 63.
NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Command(BaseCommand):
    help = "Lets a workspace be reached by a host name of its own, to which all its links lead from then on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="first part of its present address")
        parser.add_argument("host", help="such as help.nord.example; its DNS and certificate are yours to make")
        parser.add_argument("--remove", action="store_true", help="links lead to the former address again")

    @transaction.atomic
    def handle(self, *args: object, **options: Any) -> None:
        tenant = Tenant.objects.select_for_update().filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError(f"There is no workspace {options['slug']}.")
        host = options["host"].strip().lower().rstrip(".")
        if options["remove"]:
            _remove(tenant, host)
        else:
            _add(tenant, host)
        self.stdout.write(f"Links of {tenant.name} lead to {tenant.url()}")


def _add(tenant: Tenant, host: str) -> None:
    if not NAME.fullmatch(host):
        raise CommandError(f"{host} is no host name.")
    if host == settings.VASTE_BASE_DOMAIN or host.endswith(f".{settings.VASTE_BASE_DOMAIN}"):
        raise CommandError(f"Names below {settings.VASTE_BASE_DOMAIN} are given by tenant_create.")
    known = TenantHost.objects.filter(host=host).first()
    if known is not None and known.tenant_id != tenant.pk:
        raise CommandError(f"{host} leads to another workspace.")
    TenantHost.objects.get_or_create(tenant=tenant, host=host)
    tenant.own_host = host
    tenant.save(update_fields=["own_host"])


def _remove(tenant: Tenant, host: str) -> None:
    """The name that the workspace was made with stays in any case."""
    own = TenantHost.objects.filter(tenant=tenant, host=host).exclude(host__endswith=f".{settings.VASTE_BASE_DOMAIN}")
    if not own.delete()[0]:
        raise CommandError(f"{host} is no host name of its own of {tenant.name}.")
    if tenant.own_host == host:
        tenant.own_host = ""
        tenant.save(update_fields=["own_host"])
