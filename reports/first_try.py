"""How many tickets were complete for billing when the gate was first asked, by team and month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from billing.models import TicketBilling
from reports.figures import percent_words, tenths
from reports.periods import Period

MONTHS = 6
TEAM = "ticket__assignee__team_memberships__team__name"


@dataclass(frozen=True, slots=True)
class Share:
    """Tickets that lacked nothing, of those that were asked about."""

    complete: int = 0
    asked: int = 0

    @property
    def words(self) -> str:
        return percent_words(tenths(self.complete, self.asked))


@dataclass(frozen=True, slots=True)
class Row:
    """A team, or all of them together: a share for each month and one for the whole span."""

    name: str
    months: list[Share]
    together: Share


def span_of(last: date) -> list[date]:
    """The first days of so many months, up to the one that a day is in."""
    firsts = [last.replace(day=1)]
    while len(firsts) < MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return firsts[::-1]


def rows_of(months: list[date]) -> list[Row]:
    """A row for each team in the order of names, and one for all tickets, each counted once; two statements.

    A ticket is its consultant's: it counts in each team they are in now, by the day on which the gate was first asked.
    """
    period = Period("own", months[0], (months[-1] + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    asked = TicketBilling.objects.filter(asked_at__gte=period.start, asked_at__lt=period.end)
    counts: dict[str, Any] = {"asked": Count("pk"), "complete": Count("pk", filter=Q(first_try=True))}
    by_month = asked.annotate(month=TruncMonth("asked_at")).order_by()
    teams: dict[str | None, dict[date, Share]] = {}
    for each in by_month.values("month", TEAM).annotate(**counts):
        teams.setdefault(each[TEAM], {})[each["month"].date()] = Share(each["complete"], each["asked"])
    totals: QuerySet[Any, Any] = by_month.values("month").annotate(**counts)
    everything = {each["month"].date(): Share(each["complete"], each["asked"]) for each in totals}
    named = sorted((name for name in teams if name is not None), key=str.casefold)
    rows = [_row(name, months, teams[name]) for name in named]
    rows += [_row(_("Without a team"), months, teams[None])] if None in teams else []
    return [*rows, _row(_("All tickets"), months, everything)] if rows else []


def _row(name: str, months: Iterable[date], shares: dict[date, Share]) -> Row:
    listed = [shares.get(month, Share()) for month in months]
    return Row(name, listed, Share(sum(each.complete for each in listed), sum(each.asked for each in listed)))
