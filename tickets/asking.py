"""One thing that tickets can be asked for: its words, what one can choose, and the condition that it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tickets.models import TicketTag
from tickets.selection import Condition, UnknownSelection

Words = str | Promise
# Choices shown at once; what is typed narrows them down.
MOST_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Special:
    """A value that is no row: its words, and the condition it makes for the member who asks."""

    label: Words
    condition: Callable[[Membership], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to ask for. Values are `specials` and, where it names rows, their ids."""

    name: str
    label: Words
    specials: Mapping[str, Special] = field(default_factory=dict)
    # Rows that the member may choose, how they are found and named, and the ticket's way to them.
    rows: Callable[[Membership], QuerySet[Any]] | None = None
    naming: str = "name"
    path: str = ""
    # Days instead: which of the ticket's instants.
    instant: str = ""

    def condition(self, asked: Condition, member: Membership) -> Q:
        """Raises UnknownSelection for a value that the field does not know."""
        ids = [int(value) for value in asked.values if self.rows and value.isdecimal() and len(value) < 19]
        found = Q()
        for value in asked.values:
            if value in self.specials:
                found |= self.specials[value].condition(member)
            elif self.instant and ".." in value:
                found |= between(self.instant, value)
            elif not (self.rows and value.isdecimal()):
                raise UnknownSelection(self.name)
        if ids:
            found |= self._of_rows(ids)
        return ~found if asked.negated else found

    def _of_rows(self, ids: list[int]) -> Q:
        if self.name == "tag":
            return Q(pk__in=TicketTag.objects.filter(tag__in=ids).values("ticket"))
        return Q(**{f"{self.path}__in": ids})

    def choices(self, member: Membership, typed: str = "") -> list[tuple[str, Words]]:
        """Values and words, the rows at most MOST_CHOICES, those whose name holds what was typed."""
        typed = typed.strip()
        found = [
            (value, special.label)
            for value, special in self.specials.items()
            if typed.casefold() in str(special.label).casefold()
        ]
        if self.rows is None:
            return found
        rows = self.rows(member)
        if typed:
            rows = rows.filter(**{f"{self.naming}__icontains": typed})
        if self.name == "status":
            return found + [(str(row.pk), str(row)) for row in rows]
        names = rows.order_by(self.naming, "pk").values_list("pk", self.naming)[:MOST_CHOICES]
        return found + [(str(pk), name) for pk, name in names]


def today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _since(instant: str, days: int) -> Callable[[Membership], Q]:
    return lambda member: Q(**{f"{instant}__gte": today() - timedelta(days=days)})


def _until(instant: str, days: int) -> Callable[[Membership], Q]:
    return lambda member: Q(**{f"{instant}__lt": timezone.now() - timedelta(days=days)})


def days_of(instant: str) -> dict[str, Special]:
    return {
        "today": Special(_("Today"), _since(instant, 0)),
        "week": Special(_("In the last 7 days"), _since(instant, 6)),
        "month": Special(_("In the last 30 days"), _since(instant, 29)),
        "over7": Special(_("More than 7 days ago"), _until(instant, 7)),
        "over30": Special(_("More than 30 days ago"), _until(instant, 30)),
    }


def read_days(value: str) -> tuple[date | None, date | None]:
    """The first and the last day of "2026-11-01..2026-11-30"; either may be left out. Raises UnknownSelection."""
    first, _dots, last = value.partition("..")
    try:
        found = tuple(date.fromisoformat(day) if day else None for day in (first, last))
    except ValueError as error:
        raise UnknownSelection(value) from error
    if found == (None, None) or (found[0] and found[1] and found[0] > found[1]):
        raise UnknownSelection(value)
    return found[0], found[1]


def between(instant: str, value: str) -> Q:
    """Whole days of the reader's time zone."""
    first, last = read_days(value)
    zone, found = timezone.get_current_timezone(), Q()
    if first:
        found &= Q(**{f"{instant}__gte": datetime.combine(first, time(), zone)})
    if last and last < date.max:
        found &= Q(**{f"{instant}__lt": datetime.combine(last + timedelta(days=1), time(), zone)})
    return found


def days_words(value: str) -> str:
    first, last = read_days(value)
    return " - ".join(date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (first, last))
