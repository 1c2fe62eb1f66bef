"""Tickets in the words of those who asked: where they stand, who works on them, what is promised."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.vaste import local_time
from tickets.chips import STATUS_LOOK
from tickets.enums import StatusClass
from tickets.models import Aftercare, Ticket
from tickets.services.aftercare import closes_at
from tickets.threads import tag

PLAIN = {
    StatusClass.NEW: gettext_lazy("Received, waits for its turn"),
    StatusClass.OPEN: gettext_lazy("Being investigated"),
    StatusClass.WAITING_REQUESTER: gettext_lazy("Waits for you"),
    StatusClass.WAITING_THIRD_PARTY: gettext_lazy("Waits for a supplier"),
    StatusClass.SCHEDULED: gettext_lazy("Scheduled"),
    StatusClass.RESOLVED: gettext_lazy("Solved, waits for your word"),
    StatusClass.CLOSED: gettext_lazy("Closed"),
    StatusClass.MERGED: gettext_lazy("Goes on with another ticket"),
}
PROMISES = {
    "first_response": gettext_lazy("Answer by %(time)s"),
    "investigation_start": gettext_lazy("Work begins by %(time)s"),
    "next_reply": gettext_lazy("Answer by %(time)s"),
    "periodic_update": gettext_lazy("News by %(time)s"),
    "restore": gettext_lazy("Running again by %(time)s"),
    "resolution": gettext_lazy("Solved by %(time)s"),
    "nbd": gettext_lazy("Running again by %(time)s"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands."""

    number: str
    tone: str
    icon: str
    status: str
    promise: str


def standing(ticket: Ticket, care: Aftercare) -> Standing:
    """For a row of a list and the head of a page."""
    status = StatusClass(ticket.status_class)
    tone, icon = STATUS_LOOK[status]
    words = str(PLAIN[status])
    if status == StatusClass.SCHEDULED and ticket.scheduled_until:
        words = _("Scheduled for %(time)s") % {"time": local_time(ticket.scheduled_until)}
    return Standing(tag(ticket.tenant, ticket.number), tone, icon, words, promise(ticket, care))


def promise(ticket: Ticket, care: Aftercare) -> str:
    """What comes next and by when; empty where nothing is promised."""
    if ticket.status_class == StatusClass.WAITING_REQUESTER:
        return _("Goes on when you answer")
    if closes := closes_at(ticket, care):
        return _("Closes by itself %(time)s") % {"time": local_time(_not_before_now(closes))}
    if ticket.is_finished or not ticket.next_due_at or ticket.next_metric not in PROMISES:
        return ""
    return str(PROMISES[ticket.next_metric]) % {"time": local_time(ticket.next_due_at)}


def _not_before_now(at: datetime) -> datetime:
    return max(at, timezone.now())
