"""When members want to be reminded: rules of the desk, and a time of one's own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from accounts.models import Membership
from core.forms import LookForm
from tickets.models import ReminderRule
from tickets.services.snoozing import next_monday, tomorrow_morning


class ReminderRuleForm(TenantModelForm):
    """After how long a silence who is reminded."""

    class Meta:
        model = ReminderRule
        fields = ["kind", "amount", "unit", "hearer", "repeats", "is_on"]
        help_texts = {
            "unit": _("Of the working time in your default promises; of the clock where there are none."),
            "hearer": _("In their own working hours. Where nobody is that, the team leads are."),
        }


MOMENTS: dict[str, Callable[..., datetime]] = {
    "hour": lambda _member, *, now: now + timedelta(hours=1),
    "tomorrow": tomorrow_morning,
    "monday": next_monday,
}


class SnoozeForm(LookForm):
    """When to be reminded: one of the usual times by its button, or a time of one's own."""

    when = forms.ChoiceField(choices=[*((name, name) for name in MOMENTS), ("other", "other")])
    at = forms.DateTimeField(
        label=_("Date and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") == "other" and not data.get("at") and "at" not in self.errors:
            self.add_error("at", _("Choose a date and a time."))
        return data

    def moment(self, member: Membership, *, now: datetime) -> datetime:
        """The instant that was chosen."""
        data = self.cleaned_data
        moment: datetime = data["at"] if data["when"] == "other" else MOMENTS[data["when"]](member, now=now)
        return moment
