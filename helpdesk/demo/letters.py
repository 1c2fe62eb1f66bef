"""Mails that come in, as bytes, by the way every mail takes."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from accounts.scope import tenant_scope
from helpdesk.demo.past import StoryClock
from helpdesk.demo.workspace import Workspace
from mailintake.models import InboundMessage
from mailintake.services.receiving import store_raw
from mailintake.tasks import process


def letter(sender: str, to: str, subject: str, text: str, *, at: datetime, name: str, **headers: str) -> bytes:
    """A mail as RFC 5322 bytes; `name` makes its Message-ID, so that the same story has the same ids."""
    message = EmailMessage(policy=SMTP)
    address = sender.rpartition("<")[2].rstrip(">")
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = format_datetime(at), f"<{name}@{address.rpartition('@')[2]}>"
    for header, value in headers.items():
        message[header.replace("_", "-")] = value
    message.set_content(text)
    return bytes(message)


def deliver(place: Workspace, clock: StoryClock, to: str, raw: bytes, *, at: datetime, name: str) -> InboundMessage:
    """Take a mail in at its moment and place it; returns the row as it is then."""
    clock.set(at)
    with tenant_scope(place.tenant.pk):
        row = store_raw(place.mailboxes[to], source=f"demo:{name}", raw=raw, received_at=at, recipient=to)
        # A column default does not know the story's clock.
        InboundMessage.objects.filter(pk=row.pk).update(recorded_at=at, next_attempt_at=at)
        process(place.tenant.pk, row.pk)
        return InboundMessage.objects.select_related("ticket__requester", "ticket__queue").get(pk=row.pk)


def deliver_waiting(place: Workspace, clock: StoryClock, entries: list[dict[str, Any]]) -> None:
    """The mails that the story leaves to the reader: some wait for triage, one is in quarantine."""
    for number, entry in enumerate(entries):
        at, name = clock.present - timedelta(minutes=entry["minutes_ago"]), f"waiting-{number}"
        raw = entry["raw"].encode() if "raw" in entry else b""
        headers = {key.replace("-", "_"): value for key, value in entry.get("headers", {}).items()}
        if not raw:
            raw = letter(entry["from"], entry["to"], entry["subject"], entry["text"], at=at, name=name, **headers)
        deliver(place, clock, entry["to"], raw, at=at, name=name)
