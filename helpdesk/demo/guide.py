"""How to look around in the demo: addresses, sign-ins, and a first real mail."""

from collections.abc import Sequence
from pathlib import Path

from accounts.enums import Role
from accounts.models import Membership, Tenant
from accounts.scope import tenant_scope
from helpdesk.demo.first_mail import first_mail_command
from helpdesk.demo.selfservice import key_user
from helpdesk.demo.workspace import PASSWORD

FILE_NAME = "demo.txt"


def write_guide(tenants: Sequence[Tenant], directory: Path) -> Path:
    """Write the guide for people who have just started the demo; returns its path."""
    path = directory / FILE_NAME
    directory.mkdir(parents=True, exist_ok=True)
    parts = [_tenant_text(tenant) for tenant in tenants]
    mail = f"Send a first real mail, then look under Triage:\n\n  {first_mail_command(tenants[0])}"
    path.write_text("\n\n".join([*parts, mail]) + "\n", encoding="utf-8")
    return path


def _tenant_text(tenant: Tenant) -> str:
    with tenant_scope(tenant.pk):
        asker = key_user().email
        people = list(Membership.objects.active().select_related("user", "office").order_by("pk"))
    width = max(len(person.email) for person in people)
    lines = [f"  {person.email:<{width}}  {_place(person)}" for person in people]
    portal = f"  portal: {tenant.url('/portal/')} as {asker}; its code stands in the mail log"
    return "\n".join([f"{tenant.name}: {tenant.url()}", f"  password of all: {PASSWORD}", *lines, portal])


def _place(person: Membership) -> str:
    roles = ", ".join(str(Role(role).label).lower() for role in person.roles)
    return f"{person.name}, {roles}, {person.office.name}"
