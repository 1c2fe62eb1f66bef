"""Why a promise is due when it is: each stretch of time that counted or did not, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.vaste import full_time
from sla.enums import Priority
from sla.meter import State
from sla.models import CalendarVersion, PolicyVersion
from sla.trace import CLOSED_HOURS, Explanation, Step
from tickets.chips import PAUSED
from tickets.enums import EventKind
from tickets.metrics import promise_name
from tickets.models import Ticket

MINUTE = 60
# Of a long closed stretch, so many days are named.
DAYS_NAMED = 4
CHOSEN = {
    "rule": gettext_lazy("because the rule “%(rule)s” holds for it"),
    "contract": gettext_lazy("because contract %(contract)s of the customer promises it"),
    "queue": gettext_lazy("because the queue promises it and the customer has no contract"),
    "default": gettext_lazy("because it holds for all tickets without a contract"),
}
WORDS = {
    "running": gettext_lazy("Open hours, the clock runs"),
    CLOSED_HOURS: gettext_lazy("Closed"),
    **{f"paused_{status_class.value}": words for status_class, words in PAUSED.items()},
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
    is_deadline: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What ruled from one moment on: policy and calendar with their versions, and why they were chosen."""

    since: datetime
    policy: str
    priority: str
    calendar: str
    zone: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of promises: since when, the versions, and the facts that it was made by.

    `facts`: priority, reason, and the names of contract and rule where those are the reason.
    """

    since: datetime
    policy: PolicyVersion
    calendar: CalendarVersion
    facts: Mapping[str, Any]


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
    chosen = _chosen_for(ticket, {(step.policy, step.calendar) for step in explanation.steps})
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    return explained(explanation, chosen, zone=office.time_zone)


def explained(explanation: Explanation, chosen: Iterable[Chosen], *, zone: str) -> Why:
    """The same for any explanation and the choices that it rests on; `zone` is the customer's."""
    cycle, choices = explanation.cycle, list(chosen)
    calendars = {str(each.calendar.pk): each.calendar for each in choices}
    return Why(
        name=promise_name(cycle.metric),
        target=span_words(cycle.target),
        outcome=_outcome(explanation),
        start=cycle.start,
        due=cycle.due,
        fulfilled_at=cycle.fulfilled_at,
        zone=timezone.get_current_timezone_name(),
        there=_there(cycle.due, zone),
        rules=[_in_words(each) for each in choices],
        lines=list(_lines(explanation, calendars)),
    )


def _outcome(explanation: Explanation) -> str:
    """Where the promise stands; of a clock that waits for the desk to open, when it goes on, and what is left."""
    cycle, ahead = explanation.cycle, [step for step in explanation.steps if step.projected]
    parts = [str(OUTCOMES[cycle.state])]
    if cycle.state == State.RUNNING and len(ahead) > 1 and ahead[0].reason == CLOSED_HOURS:
        parts = [_("Closed now; the clock goes on %(time)s.") % {"time": full_time(ahead[0].end)}]
    if cycle.state in {State.RUNNING, State.PAUSED}:
        times = {"used": span_words(cycle.elapsed), "left": span_words(cycle.remaining)}
        parts.append(_("Used %(used)s, left %(left)s of open hours.") % times)
    return " ".join(parts)


def _lines(explanation: Explanation, calendars: Mapping[str, CalendarVersion]) -> Iterator[Line]:
    steps, due = explanation.steps, explanation.cycle.due
    for step, used in zip(steps, accumulate(step.counted for step in steps), strict=True):
        words, counted = str(WORDS[step.reason]), span_words(step.counted) if step.counted else ""
        if step.reason == CLOSED_HOURS:
            words = ": ".join([words, *_days_closed(step, calendars.get(step.calendar))])
        elif step.open and not step.counted:
            counted = span_words(0)
            left_out = {"reason": words, "time": span_words(step.open)}
            words = _("%(reason)s, %(time)s of open hours left out") % left_out
        is_deadline = step is steps[-1] and step.end == due
        yield Line(step.start, step.end, words, counted, span_words(used), step.projected, is_deadline)


def _days_closed(step: Step, calendar: CalendarVersion | None) -> list[str]:
    """Which whole days of a closed stretch were closed: holidays by name, others as days of the week; as one text."""
    if calendar is None:
        return []
    zone = ZoneInfo(calendar.time_zone)
    first, last = step.start.astimezone(zone).date(), (step.end - timedelta(seconds=1)).astimezone(zone).date()
    names = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        special = calendar.exceptions.get(day.isoformat())
        if special is not None and not special["open"]:
            names.append(special["name"] or date_format(day, "D"))
        elif special is None and not calendar.weekly.get(str(day.weekday())):
            names.append(date_format(day, "D"))
    return [", ".join(names[:DAYS_NAMED])] if names else []


def _chosen_for(ticket: Ticket, used: set[tuple[str, str]]) -> Iterator[Chosen]:
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
        yield Chosen(event.at, policy, calendar, event.data)


def _in_words(chosen: Chosen) -> Rules:
    policy, calendar, why_so = chosen.policy, chosen.calendar, chosen.facts
    return Rules(
        since=chosen.since,
        policy=_("%(name)s, version %(number)s") % {"name": policy.policy.name, "number": policy.number},
        priority=str(Priority(why_so["priority"]).label),
        calendar=_("%(name)s, version %(number)s") % {"name": calendar.calendar.name, "number": calendar.number},
        zone=calendar.time_zone,
        chosen=str(CHOSEN[why_so["reason"]]) % {name: why_so.get(name, "") for name in ("contract", "rule")},
    )


def _there(due: datetime | None, zone: str) -> tuple[str, str] | None:
    if due is None or zone == timezone.get_current_timezone_name():
        return None
    with timezone.override(ZoneInfo(zone)):
        return zone, full_time(due)
