"""What the frame of each page says of the mail: how many wait for a person, and whether any comes in at all."""

from django.urls import reverse

from accounts.requests import MemberRequest
from core.alarms import ALARM_SECONDS, Alarm
from core.cache import for_seconds
from mailintake.models import InboundMessage, Mailbox


def triage_count(request: MemberRequest) -> int:
    """The number of mails in triage; a page that has counted them already leaves it on the request."""
    known: int | None = getattr(request, "triage_count", None)
    if known is None:
        known = InboundMessage.objects.in_triage(request.membership).count()
        request.triage_count = known  # type: ignore[attr-defined]
    return known


def mailbox_alarm(tenant_id: int) -> Alarm | None:
    """The mailbox that has been silent longest, and how many others are; some seconds old."""
    return for_seconds(f"alarm:mailbox:{tenant_id}", ALARM_SECONDS, _longest_silent)


def _longest_silent() -> Alarm | None:
    silent = list(Mailbox.objects.silent())
    if not silent:
        return None
    box = silent[0]
    return Alarm("mailbox", box.heard_at, box.address, reverse("mailintake:mailbox", args=[box.pk]), len(silent) - 1)
