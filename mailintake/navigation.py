"""What the frame of each page says of the mail: how many wait for a person, and whether any comes in at all."""

from dataclasses import dataclass
from datetime import datetime

from accounts.requests import MemberRequest
from core.cache import for_seconds
from mailintake.models import InboundMessage, Mailbox

ALARM_SECONDS = 20


def triage_count(request: MemberRequest) -> int:
    """The number of mails in triage; a page that has counted them already leaves it on the request."""
    known: int | None = getattr(request, "triage_count", None)
    if known is None:
        known = InboundMessage.objects.in_triage(request.membership).count()
        request.triage_count = known  # type: ignore[attr-defined]
    return known


@dataclass(frozen=True, slots=True)
class MailboxAlarm:
    """A mailbox that nobody has fetched for too long."""

    pk: int
    address: str
    since: datetime
    others: int


def mailbox_alarm(tenant_id: int) -> MailboxAlarm | None:
    """The mailbox that has been silent longest, and how many others are; some seconds old."""
    return for_seconds(f"mailbox_alarm:{tenant_id}", ALARM_SECONDS, _longest_silent)


def _longest_silent() -> MailboxAlarm | None:
    silent = list(Mailbox.objects.silent())
    return MailboxAlarm(silent[0].pk, silent[0].address, silent[0].heard_at, len(silent) - 1) if silent else None
