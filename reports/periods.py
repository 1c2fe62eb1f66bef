"""The time a report covers: whole days on the reader's clock, from the first midnight to the one after the last."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import LookForm

# Days beyond these are slips of the pen, and near the ends of the calendar there is no midnight after the last.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
NAMES: dict[str, Promise] = {
    "month": _("This month"),
    "last": _("Last month"),
    "quarter": _("This quarter"),
    "own": _("Own dates"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days `first` to `last`, both included; `query` is how an address names it."""

    name: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The midnight at which it is over; not part of it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        if self.name != "own":
            return {"period": self.name}
        return {"period": "own", "first": self.first.isoformat(), "last": self.last.isoformat()}


class DatesForm(LookForm):
    """Two days of the reader's own choice."""

    first = forms.DateField(label=pgettext_lazy("time", "From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=pgettext_lazy("time", "To"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not EARLIEST <= first <= last <= LATEST:
            self.add_error("last", _("Not before the first day."))


def period_of(query: QueryDict, today: date | None = None) -> tuple[Period, DatesForm | None]:
    """The period that an address asks for, and its form where the days are the reader's own.

    Days that are none leave this month, with the form's errors to show.
    """
    today, name = today or timezone.localdate(), query.get("period", "")
    if name == "own":
        form = DatesForm(query)
        if form.is_valid():
            return Period("own", form.cleaned_data["first"], form.cleaned_data["last"]), form
        return _named("month", today), form
    return _named(name if name in NAMES else "month", today), None


def _named(name: str, today: date) -> Period:
    first = today.replace(day=1)
    if name == "last":
        last = first - timedelta(days=1)
        return Period(name, last.replace(day=1), last)
    if name == "quarter":
        first = first.replace(month=first.month - (first.month - 1) % 3)
        return Period(name, first, _month_end(first.replace(month=first.month + 2)))
    return Period(name, first, _month_end(first))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
