"""What an address of a report asks for."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from reports.periods import DatesForm, Period, period_of
from reports.promises import SHOWS, SIDES, Cut, cut_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, some of the promises, the side they are looked at from, and which of them a list shows."""

    period: Period
    dates: DatesForm | None
    cut: Cut
    side: str
    show: str
    now: datetime

    @property
    def until(self) -> datetime:
        """Up to when the period has been: a report of past days stays as it is while the clock goes on."""
        return min(self.period.end, self.now)

    def query(self, **more: str) -> str:
        """The address's query for the same with something else; "" takes something out."""
        values = {**self.period.query, **self.cut.values, "by": self.side, **more}
        return "?" + urlencode({name: value for name, value in values.items() if value})


def asked_of(query: QueryDict) -> Asked:
    """Raises Http404 for a customer, contract, queue, priority or promise that is not there."""
    period, dates = period_of(query)
    cut = cut_of(query)
    side = query.get("by", "")
    if side not in SIDES:
        side = "promise" if cut.values else "customer"
    show = query.get("show", "due")
    return Asked(period, dates, cut, side, show if show in SHOWS else "due", timezone.now())
