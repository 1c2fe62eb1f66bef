"""What a requester's company has agreed with the desk, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from accounts.models import Requester
from billing.services.left import left_in_words
from billing.services.plain import in_plain_words
from core.templatetags.vaste import minutes_words
from sla.enums import Priority
from sla.models import Contract
from sla.policy_forms import METRICS

DAYS = range(7)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract that runs today: its hours by groups of days, and what is promised, a row for each priority.

    `promises` are (priority, spans of open time in the order of `heads`); "" where nothing is promised.
    """

    number: str
    until: date | None
    hours: list[str]
    zone: str
    heads: list[str]
    promises: list[tuple[str, list[str]]]
    prices: Sequence[str] = ()
    left: Sequence[str] = ()


def agreed_with(person: Requester, *, prices: bool = False) -> list[Agreed]:
    """The contracts of the person's company that run today; with cost and what is left for those who may see it."""
    if person.customer_id is None:
        return []
    rows = Contract.objects.running_on(timezone.localdate()).filter(customer=person.customer_id)
    rows = rows.select_related("policy__current__calendar__current", "calendar__current").order_by("starts_on", "pk")
    today = timezone.localdate()
    cost, left = (in_plain_words(rows, day=today), left_in_words(rows, day=today)) if prices else ({}, {})
    return [
        replace(_one(row), prices=cost.get(row.pk, ()), left=left.get(row.pk, ()))
        for row in rows
        if row.policy.current
    ]


def _one(row: Contract) -> Agreed:
    policy = row.policy.current
    calendar = (row.calendar or policy.calendar).current
    told = [metric for metric in METRICS if any(metric in each for each in policy.targets.values())]
    promises = [
        (str(priority.label), [_span(policy.targets.get(priority.value, {}).get(metric)) for metric in told])
        for priority in Priority
        if policy.targets.get(priority.value)
    ]
    heads = [str(METRICS[metric]) for metric in told]
    return Agreed(row.number, row.ends_on, hours_of(calendar.weekly), calendar.time_zone, heads, promises)


def _span(minutes: int | None) -> str:
    return minutes_words(minutes) if minutes else ""


def hours_of(weekly: Mapping[str, list[list[str]]]) -> list[str]:
    """The opening hours of a week, days with the same ones together: "Mon-Fri 08:00-16:00"."""
    by_day = [", ".join(f"{opens}-{closes}" for opens, closes in weekly.get(str(day), [])) for day in DAYS]
    groups: list[tuple[int, int]] = []
    for day in DAYS:
        if groups and by_day[groups[-1][0]] == by_day[day]:
            groups[-1] = (groups[-1][0], day)
        else:
            groups.append((day, day))
    return [f"{_days(*group)} {_open(by_day[group[0]])}" for group in groups if by_day[group[0]]]


def _days(first: int, last: int) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in (first, last)]
    return names[0] if first == last else "-".join(names)


def _open(hours: str) -> str:
    return _("round the clock") if hours == "00:00-00:00" else hours
