"""`manage.py tenant_create`: a workspace with its desk and its first admin."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

import holidays
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.enums import Language, Role
from accounts.models import Office, Tenant, TenantHost, User
from accounts.models.tenants import validate_time_zone
from accounts.scope import tenant_scope
from accounts.services.tenants import add_member, create_tenant, join_team
from tickets.services.setup import prepare_desk


class Command(BaseCommand):
    help = "Makes a workspace: its host name, first office, holidays, promises, queue, team and first admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="First part of its address, such as acme.")
        parser.add_argument("--name", required=True, help="What people call it.")
        parser.add_argument("--language", default=Language.ENGLISH, choices=Language.values)
        parser.add_argument("--time-zone", default="Europe/Helsinki", help="IANA name, such as Europe/Helsinki.")
        parser.add_argument("--country", default="FI", help="Two letters; its public holidays close the desk.")
        parser.add_argument("--currency", default="EUR", help="Three letters.")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--desk-address", default="", help="Address of the desk; default support@<its host>.")

    def handle(self, *args: object, **options: Any) -> None:
        options["country"] = options["country"].upper()
        _check(options)
        password = _ask_password(options["admin_email"])
        tenant = _make(options, password)
        self.stdout.write(f"{tenant.name} is ready: {tenant.url()}")
        if password is None:
            self.stdout.write(
                f"{options['admin_email']} signs in with a code sent by mail, or with their password if they have one."
            )


def _check(options: dict[str, Any]) -> None:
    """Say everything that is wrong at once, before anything is written."""
    wrong = []
    for name, validate in [
        ("slug", validate_slug),
        ("time_zone", validate_time_zone),
        ("admin_email", validate_email),
        ("desk_address", validate_email),
    ]:
        if name != "desk_address" or options[name]:
            wrong += _refused(name, validate, options[name])
    if options["country"] not in holidays.list_supported_countries():
        wrong.append(
            f"--country: {options['country']} is no country whose public holidays are known. Two letters, such as FI."
        )
    host = f"{options['slug'].lower()}.{settings.VASTE_BASE_DOMAIN}"
    taken = Tenant.objects.filter(slug=options["slug"]).exists() or TenantHost.objects.filter(host=host).exists()
    if taken:
        wrong.append(f"--slug: {options['slug']} is taken.")
    if options["slug"] != options["slug"].lower() or "_" in options["slug"]:
        wrong.append("--slug: small letters, digits and hyphens only, because it becomes a host name.")
    if wrong:
        raise CommandError("\n".join(wrong))


def _refused(name: str, validate: Any, value: str) -> list[str]:
    try:
        validate(value)
    except ValidationError as error:
        return [f"--{name.replace('_', '-')}: {message}" for message in error.messages]
    return []


def _ask_password(email: str) -> str | None:
    """A new user's password, typed twice; None without a terminal, for an empty answer, or where the user exists."""
    if not sys.stdin.isatty() or User.objects.filter(email=email.strip().lower()).exists():
        return None
    while password := getpass.getpass("Password of the admin (empty: sign-in by mailed code): "):
        try:
            validate_password(password)
        except ValidationError as error:
            print(*error.messages, sep="\n", file=sys.stderr)
            continue
        if getpass.getpass("Once more: ") == password:
            return password
        print("The two differ.", file=sys.stderr)
    return None


@transaction.atomic
def _make(options: dict[str, Any], password: str | None) -> Tenant:
    facts = {name: options[name] for name in ("slug", "name", "language", "time_zone", "country", "currency")}
    tenant = create_tenant(**facts)
    with tenant_scope(tenant.pk):
        office = Office.objects.get()
        address = options["desk_address"] or f"support@{tenant.host}"
        desk = prepare_desk(office, address=address, today=timezone.localdate())
        email, name = options["admin_email"], options["admin_name"]
        admin = add_member(email=email, name=name, roles=[Role.ADMIN], office=office, by=SYSTEM, password=password)
        join_team(desk.team, admin)
    return tenant
