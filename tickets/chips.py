"""Promises and statuses as people read them: words first, clock time second, colour where someone should act."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.vaste import ahead_words, behind_words, local_time, minutes_words
from sla.enums import TimerState
from sla.models import Timer
from tickets.enums import StatusClass
from tickets.metrics import short_promise_name
from tickets.models import Ticket

SOON = timedelta(hours=1)
STATUS_LOOK = {
    StatusClass.NEW: ("info", "circle"),
    StatusClass.OPEN: ("info", "circle-half-2"),
    StatusClass.WAITING_REQUESTER: ("mute", "player-pause"),
    StatusClass.WAITING_THIRD_PARTY: ("mute", "truck"),
    StatusClass.SCHEDULED: ("mute", "calendar"),
    StatusClass.RESOLVED: ("ok", "check"),
    StatusClass.CLOSED: ("mute", "lock"),
    StatusClass.MERGED: ("mute", "git-merge"),
}


# Why a clock stands still.
PAUSED = {
    StatusClass.WAITING_REQUESTER: gettext_lazy("Paused: waiting for the requester"),
    StatusClass.WAITING_THIRD_PARTY: gettext_lazy("Paused: waiting for a third party"),
    StatusClass.SCHEDULED: gettext_lazy("Paused: scheduled for later"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One promise. With a `name` and a `datetime` the page counts on, in the words of `counting_words`."""

    tone: str
    icon: str
    words: str
    time: str = ""
    kind: str = "plain"
    datetime: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class StatusLook:
    """A status with the tone and icon of its class, and the team's own name."""

    tone: str
    icon: str
    label: str


def status_look(ticket: Ticket) -> StatusLook:
    tone, icon = STATUS_LOOK[StatusClass(ticket.status_class)]
    return StatusLook(tone, icon, str(ticket.status))


def _minutes(span: timedelta) -> str:
    return minutes_words(max(0, int(span.total_seconds() // 60)))


def due_chip(metric: str, due_at: datetime, warn_at: datetime | None, *, now: datetime, quiet: bool = False) -> Chip:
    """A running promise: how long is left, or how late it is. `due_at` is UTC, as it comes from the database."""
    name = short_promise_name(metric)
    if due_at <= now:
        tone, icon, kind, words = "bad", "alert-triangle", "late", behind_words(name, _minutes(now - due_at))
    else:
        soon = due_at - now <= SOON or (warn_at is not None and warn_at <= now)
        tone, icon = ("warn", "alarm") if soon else ("mute", "clock")
        kind, words = "quiet" if quiet and not soon else "plain", ahead_words(name, _minutes(due_at - now))
    return Chip(tone, icon, words, local_time(due_at, now), kind, f"{due_at:%Y-%m-%dT%H:%M}Z", name)


def next_promise_chip(ticket: Ticket, now: datetime | None = None) -> Chip:
    """What a list shows of a ticket's promises: the next one only."""
    now = now or timezone.now()
    if ticket.is_finished:
        return Chip("mute", "minus", _("No open promise"), kind="quiet")
    if ticket.next_due_at and ticket.next_metric:
        return due_chip(ticket.next_metric, ticket.next_due_at, ticket.next_warn_at, now=now, quiet=True)
    if ticket.clock_paused_at and ticket.status_class in PAUSED:
        return Chip("mute", "clock-pause", str(PAUSED[StatusClass(ticket.status_class)]), kind="paused")
    if ticket.clock_paused_at:
        since = _("since %(time)s") % {"time": local_time(ticket.clock_paused_at, now)}
        return Chip("mute", "clock-pause", _("Clock paused"), since, "paused")
    return Chip("mute", "minus", _("No promise"), kind="quiet")


def timer_chip(timer: Timer, now: datetime | None = None, *, over: bool = False) -> Chip:
    """One promise of a ticket, in whatever state it is; once the ticket is `over`, nothing is counted on."""
    now = now or timezone.now()
    name = short_promise_name(timer.metric)
    if timer.fulfilled_at:
        used = _("in %(time)s") % {"time": minutes_words(timer.elapsed_seconds // 60)}
        if timer.breached_at:
            return Chip("bad", "alert-triangle", _("%(promise)s met late") % {"promise": name}, used, "quiet")
        return Chip("ok", "check", _("%(promise)s met") % {"promise": name}, used, "quiet")
    if timer.state == TimerState.CANCELLED:
        return Chip("mute", "minus", _("%(promise)s no longer promised") % {"promise": name}, kind="quiet")
    if over and timer.breached_at:
        return Chip("bad", "alert-triangle", _("%(promise)s not kept") % {"promise": name}, kind="quiet")
    if timer.due_at is None:
        return Chip("mute", "clock-pause", _("%(promise)s: clock paused") % {"promise": name}, kind="paused")
    warn_at = timer.started_at + (timer.due_at - timer.started_at) * 3 / 4
    return due_chip(timer.metric, timer.due_at, warn_at, now=now)
