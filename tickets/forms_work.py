"""What more there is to say of work, behind a fold: from when to when, who pays, the way there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from core.forms import LookForm
from tickets.enums import Billing
from tickets.models import WorkEntry
from tickets.services.work import AHEAD, Details

DETAILS = ("done", "work_day", "begun", "ended", "billing", "reason", "approver", "kilometres", "called_out")
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
MOST_MINUTES = 24 * 60


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class WorkDetails(LookForm):
    """For forms with `minutes`: two times take their place. A page without the fold sends none of it."""

    done = forms.CharField(
        label=_("What was done"),
        max_length=500,
        required=False,
        help_text=_("As the invoice says it, in the customer's language."),
    )
    work_day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    begun, ended = _clock(pgettext_lazy("time", "From")), _clock(pgettext_lazy("time", "To"))
    billing = forms.ChoiceField(label=_("Billing"), choices=Billing, required=False)
    reason = forms.CharField(label=_("Why it is not charged"), max_length=200, required=False)
    approver = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Approved by"), required=False, empty_label=_("Nobody")
    )
    kilometres = forms.DecimalField(
        label=_("Kilometres"), min_value=0, max_value=9999, decimal_places=1, required=False
    )
    called_out = forms.BooleanField(label=_("Called out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["approver"]
        field.queryset = Membership.objects.assignable()

    @property
    def more_said(self) -> bool:
        """Whether the fold has something in it, so that it stands open."""
        said = [self[name].value() for name in DETAILS if name in self.fields and name != "billing"]
        return any(said) or (self["billing"].value() or Billing.BILLABLE) != Billing.BILLABLE

    @property
    def detail_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in DETAILS if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["ended_at"] = None
        if data.get("begun") or data.get("ended"):
            self._read_times(data)
        return data

    def _read_times(self, data: dict[str, Any]) -> None:
        """Fill in when it ended and how long it took, from any two of beginning, end and minutes."""
        begun, ended, minutes = data.get("begun"), data.get("ended"), data.get("minutes") or 0
        if not (begun and ended) and not minutes:
            self.add_error("ended" if begun else "begun", _("Say from when to when, or how long."))
            return
        zone, day = timezone.get_current_timezone(), data.get("work_day") or timezone.localdate()
        end = datetime.combine(day, ended, zone) if ended else timezone.now()
        if begun:
            start = datetime.combine(day, begun, zone)
            if ended and end <= start:
                end = datetime.combine(day + A_DAY, ended, zone)
            minutes = (end.astimezone(UTC) - start.astimezone(UTC)) // A_MINUTE if ended else minutes
            end = start.astimezone(UTC) + minutes * A_MINUTE
        if not 0 < minutes <= MOST_MINUTES:
            self.add_error("ended", _("At most 24 hours in one go."))
        elif end > timezone.now() + AHEAD:
            self.add_error("ended" if ended else "begun", _("This time has not come yet."))
        data["minutes"], data["ended_at"] = minutes, end.astimezone(UTC)

    def details(self) -> Details:
        """After cleaning."""
        data = self.cleaned_data
        return Details(
            ended_at=data["ended_at"],
            text=data.get("done", "").strip(),
            billing=data.get("billing") or Billing.BILLABLE,
            reason=data.get("reason", "").strip(),
            approver=data.get("approver"),
            kilometres=data.get("kilometres") or Decimal(0),
            called_out=bool(data.get("called_out")),
        )


def as_typed(entry: WorkEntry) -> Mapping[str, Any]:
    """What the fold holds where an entry says this."""
    start, end = timezone.localtime(entry.started_at), timezone.localtime(entry.ended_at)
    times = {"work_day": start.date(), "begun": start.time(), "ended": end.time()} if entry.timed else {}
    kilometres = entry.kilometres or None
    facts = {name: getattr(entry, name) for name in ("billing", "reason", "called_out")}
    return {**times, **facts, "done": entry.text, "approver": entry.approver_id, "kilometres": kilometres}


def clocked(query: Mapping[str, str]) -> dict[str, str]:
    """The times that a stopped clock has put into the page's address."""
    return {name: query[name] for name in ("work_day", "begun", "ended") if name in query}
