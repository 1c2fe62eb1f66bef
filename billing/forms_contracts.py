"""What is typed beside a contract's prices: prepaid lots, and work to try the prices on."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.forms_fields import Duration, Money, day_field
from billing.models import PrepaidLot
from billing.rating.work import ZERO, Entry, Ticket
from core.forms import LookForm
from sla.enums import Priority
from tickets.models import WorkType

LONGEST = 24 * 60


class LotForm(LookForm):
    """Time bought beforehand."""

    minutes = Duration(label=_("Bought time"), help_text=_("Like 20 h."))
    unit_price = Money(label=_("Price of an hour"), required=True)
    sold_on = day_field(_("Sold on"))
    valid_from = day_field(_("Usable from"))
    expires = day_field(_("Last day"), required=False)
    invoiced_elsewhere = forms.BooleanField(
        label=_("Invoiced elsewhere already"),
        help_text=_("Otherwise it stands on the invoice of the month in which it was sold, or on the next one."),
        required=False,
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("expires") and data.get("valid_from") and data["expires"] < data["valid_from"]:
            self.add_error("expires", _("That is before the first day."))
        return data

    def lot(self) -> PrepaidLot:
        """An unsaved lot of no contract yet; after cleaning."""
        return PrepaidLot(**self.cleaned_data)


class TrialForm(LookForm):
    """A piece of work that nobody did."""

    work_type = forms.ChoiceField(label=_("Type of work"))
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority, initial=Priority.NORMAL)
    day = day_field(_("Day"))
    begins = forms.TimeField(
        label=pgettext_lazy("time", "From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    lasts = Duration(label=_("How long"), initial=120)
    km = forms.DecimalField(label=_("Kilometres"), min_value=0, max_value=9999, decimal_places=1, required=False)
    called_out = forms.BooleanField(label=_("Called out"), required=False)

    def __init__(self, *args: Any, types: list[WorkType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["work_type"].choices = [(row.priced_as, row.name) for row in types]
        fields["lasts"].required = True

    def clean_lasts(self) -> int:
        minutes: int = self.cleaned_data["lasts"]
        if minutes > LONGEST:
            raise forms.ValidationError(_("At most 24 hours."))
        return minutes

    def tried(self, time_zone: str) -> tuple[Ticket, Entry]:
        """The work on a ticket of its own; after cleaning."""
        data = self.cleaned_data
        start = datetime.combine(data["day"], data["begins"], ZoneInfo(time_zone))
        end = start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=data["lasts"])
        ticket = Ticket(id="?", severity=data["priority"], resolved_on=data["day"], status="resolved", priced=False)
        entry = Entry(
            id="W0",
            ticket="?",
            agent="?",
            work_type=data["work_type"],
            start=start,
            end=end,
            km=data["km"] or ZERO,
            callout=data["called_out"],
        )
        return ticket, entry
