"""Why a promise is due when it is: each stretch of time that counted or did not, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.vaste import full_time
from sla.meter import State
from sla.models import CalendarVersion, PolicyVersion
from sla.trace import CLOSED_HOURS, Explanation, Step
from tickets.enums import EventKind
from tickets.metrics import promise_name
from tickets.models import Ticket

MINUTE = 60
CHOSEN = {
    "rule": gettext_lazy("because the rule “%(rule)s” holds for it"),
    "contract": gettext_lazy("because contract %(contract)s of the customer promises it"),
    "queue": gettext_lazy("because the queue promises it and the customer has no contract"),
    "default": gettext_lazy("because it holds for all tickets without a contract"),
}
WORDS = {
    "running": gettext_lazy("Open hours, the clock runs"),
    CLOSED_HOURS: gettext_lazy("Closed"),
    "paused_waiting_requester": gettext_lazy("Paused: waiting for the requester"),
    "paused_waiting_third_party": gettext_lazy("Paused: waiting for a third party"),
    "paused_scheduled": gettext_lazy("Paused: scheduled for later"),
    "stopped_resolved": gettext_lazy("Stopped: resolved"),
    "stopped_closed": gettext_lazy("Stopped: closed"),
    "stopped_cancelled": gettext_lazy("Stopped: cancelled"),
    "stopped_merged": gettext_lazy("Stopped: merged into another ticket"),
}
OUTCOMES = {
    State.RUNNING: gettext_lazy("The clock runs."),
    State.PAUSED: gettext_lazy("The clock is paused: there is no deadline until it runs again."),
    State.MET: gettext_lazy("Kept."),
    State.BREACHED: gettext_lazy("Late."),
    State.CANCELLED: gettext_lazy("No longer promised."),
    State.SUPERSEDED: gettext_lazy("Another promise took its place."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of time: what it was, what of it counted, and how much had been used by its end."""

    start: datetime
    end: datetime
    words: str
    counted: str
    used: str
    projected: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What ruled from one moment on: policy and calendar with their versions, and why they were chosen."""

    since: datetime
    policy: str
    calendar: str
    zone: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Why:
    """A promise explained, ready to print. `there` is (place, instant on its clocks) where the customer's differ."""

    name: str
    target: str
    outcome: str
    start: datetime
    due: datetime | None
    fulfilled_at: datetime | None
    zone: str
    there: tuple[str, str] | None
    rules: list[Rules]
    lines: list[Line]


def span_words(seconds: int) -> str:
    """Hours and minutes, however many: a calculation has to add up, so there are no days in it."""
    hours, minutes = divmod(seconds // MINUTE, 60)
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(minutes)s min") % {"minutes": minutes}


def why(ticket: Ticket, explanation: Explanation) -> Why:
    """The explanation in the active language, with instants for the reader's zone and the customer's."""
    steps = explanation.steps
    rules = _rules_of(ticket, {(step.policy, step.calendar) for step in steps})
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    return explained(explanation, rules, zone=office.time_zone)


def explained(explanation: Explanation, rules: Iterable[Rules], *, zone: str) -> Why:
    """The same for any explanation and the rules that it rests on; `zone` is the customer's."""
    cycle = explanation.cycle
    return Why(
        name=promise_name(cycle.metric),
        target=span_words(cycle.target),
        outcome=str(OUTCOMES[cycle.state]),
        start=cycle.start,
        due=cycle.due,
        fulfilled_at=cycle.fulfilled_at,
        zone=timezone.get_current_timezone_name(),
        there=_there(cycle.due, zone),
        rules=list(rules),
        lines=list(_lines(explanation.steps)),
    )


def _lines(steps: tuple[Step, ...]) -> Iterator[Line]:
    for step, used in zip(steps, accumulate(step.counted for step in steps), strict=True):
        counted = span_words(step.counted) if step.counted else ""
        if not counted and step.open and step.reason != CLOSED_HOURS:
            counted = _("%(time)s of open hours not counted") % {"time": span_words(step.open)}
        yield Line(step.start, step.end, str(WORDS[step.reason]), counted, span_words(used), step.projected)


def _rules_of(ticket: Ticket, used: set[tuple[str, str]]) -> Iterator[Rules]:
    """Each choice of promises that had a part in it, in the order in which they came."""
    events = [
        event
        for event in ticket.events.in_order().filter(kind=EventKind.POLICY)
        if (str(event.data["policy_version"]), str(event.data["calendar_version"])) in used
    ]
    policies = PolicyVersion.objects.select_related("policy").in_bulk({e.data["policy_version"] for e in events})
    calendars = CalendarVersion.objects.select_related("calendar").in_bulk(
        {event.data["calendar_version"] for event in events}
    )
    for event in events:
        policy, calendar = policies[event.data["policy_version"]], calendars[event.data["calendar_version"]]
        yield rules_in_words(event.at, policy, calendar, event.data)


def rules_in_words(
    since: datetime, policy: PolicyVersion, calendar: CalendarVersion, chosen: Mapping[str, Any]
) -> Rules:
    """What ruled; `chosen` has the reason, and the names of contract and rule where those are the reason."""
    return Rules(
        since=since,
        policy=_("%(name)s, version %(number)s") % {"name": policy.policy.name, "number": policy.number},
        calendar=_("%(name)s, version %(number)s") % {"name": calendar.calendar.name, "number": calendar.number},
        zone=calendar.time_zone,
        chosen=str(CHOSEN[chosen["reason"]]) % {name: chosen.get(name, "") for name in ("contract", "rule")},
    )


def _there(due: datetime | None, zone: str) -> tuple[str, str] | None:
    if due is None or zone == timezone.get_current_timezone_name():
        return None
    with timezone.override(ZoneInfo(zone)):
        return zone, full_time(due)
