"""The rows of the mail log: incoming and outgoing mail in the same words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.text import capfirst

from accounts.pages import Chip
from mailintake.enums import InboundState
from mailintake.masking import mask_links
from mailintake.models import InboundMessage
from mailintake.outcomes import reason_words
from outbox.enums import Fate, MailState
from outbox.models import OutgoingMail
from tickets.deliveries import LOOKS, worst_of

IN_LOOKS = {
    InboundState.RECEIVED: ("mute", "clock"),
    InboundState.TRIAGE: ("warn", "mail-question"),
    InboundState.LINKED: ("ok", "check"),
    InboundState.DUPLICATE: ("mute", "copy"),
    InboundState.IGNORED: ("mute", "minus"),
    InboundState.QUARANTINED: ("bad", "alert-triangle"),
}
OUT_LOOKS = {
    MailState.QUEUED: ("mute", "clock"),
    MailState.SENDING: ("mute", "send"),
    MailState.SENT: ("ok", "check"),
    MailState.KEPT: ("mute", "device-floppy"),
    MailState.FAILED: ("bad", "alert-triangle"),
    MailState.CANCELLED: ("mute", "corner-up-left"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; `people` is who wrote, or who it was written to."""

    url: str
    subject: str
    people: str
    at: datetime
    chip: Chip
    detail: str


def inbound_chip(mail: InboundMessage) -> Chip:
    tone, icon = IN_LOOKS[InboundState(mail.state)]
    return Chip(tone, icon, mail.get_state_display())


def outgoing_chip(mail: OutgoingMail) -> Chip:
    """Mail that waits because of an error, or that came back, is shown as such, because somebody may have to act."""
    tone, icon = OUT_LOOKS[MailState(mail.state)]
    worst = worst_of(mail.deliveries.all()) if mail.state == MailState.SENT else None
    if worst and worst != Fate.ACCEPTED:
        return Chip(*LOOKS[worst], capfirst(worst.label))
    if mail.state == MailState.QUEUED and mail.error:
        tone, icon = "warn", "alert-circle"
    return Chip(tone, icon, mail.get_state_display())


def inbound_entries(mails: Sequence[InboundMessage]) -> list[Entry]:
    return [
        Entry(
            reverse("mailintake:log_in", args=[mail.pk]),
            mail.subject,
            mail.from_email or mail.envelope_from,
            mail.received_at,
            inbound_chip(mail),
            reason_words(mail.reason),
        )
        for mail in mails
    ]


def outgoing_entries(mails: Sequence[OutgoingMail]) -> list[Entry]:
    """With their deliveries prefetched, so that a page costs the same with many mails."""
    return [
        Entry(
            reverse("mailintake:log_out", args=[mail.pk]),
            mail.subject,
            ", ".join(mail.to),
            mail.queued_at,
            outgoing_chip(mail),
            str(mail.get_purpose_display()),
        )
        for mail in mails
    ]


def readable_text(text: str, *, is_demo: bool) -> str:
    """A stored text as the log shows it: in the demo with its links, elsewhere without."""
    return text if is_demo else mask_links(text)


def outgoing_text(mail: OutgoingMail, *, is_demo: bool) -> str | None:
    """The text of an outgoing mail; None for one that carries a code or a link of somebody's own account."""
    if mail.confidential and not is_demo:
        return None
    return readable_text(mail.text, is_demo=is_demo)
