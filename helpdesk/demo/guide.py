"""How to look around in the demo: addresses, sign-ins, and a first real mail."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from accounts.enums import Role
from accounts.models import Membership, Tenant
from accounts.scope import tenant_scope
from helpdesk.demo.selfservice import key_user
from helpdesk.demo.workspace import PASSWORD

FILE_NAME = "demo.txt"
FIRST_MAIL = {
    "acme": (
        "Outi Rantala",
        "outi.rantala@vakkameijeri.example",
        "support@acme.example",
        "PackLine: the label printer skips every tenth pallet",
        "Good morning, since today the label printer at the end of PackLine 2 skips every tenth pallet.",
    ),
    "globex": (
        "Nadia Rahman",
        "nadia.rahman@brightwater.example",
        "support@globex.example",
        "The reception laptop finds no WiFi",
        "Hello, the laptop at reception has lost the WiFi since the weekend. Can you help today?",
    ),
}


def first_mail_command(tenant: Tenant) -> str:
    """A line for a shell that sends a mail to the demo's own listener; new with each second."""
    name, sender, desk, subject, text = FIRST_MAIL[tenant.slug]
    host, _, port = settings.VASTE_SMTP_LISTEN.rpartition(":")
    reachable = "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host  # noqa: S104  # where it listens
    headers = [f"From: {name} <{sender}>", f"To: {desk}", f"Subject: {subject}"]
    headers.append(f"Message-ID: <%s@{sender.rpartition('@')[2]}>")
    body = "\\r\\n".join([*headers, "", text, ""])
    return (
        f"printf '{body}' \"$(date +%s)\" | curl -sS smtp://{reachable}:{port} "
        f"--mail-from {sender} --mail-rcpt {desk} --upload-file -"
    )


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
