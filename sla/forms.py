"""Hours, special days and durations as people type them."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from accounts.models import Office
from accounts.models.tenants import validate_time_zone
from core.forms import LookForm
from sla.models import Calendar
from sla.typed_hours import Rows, read_hours, read_minutes, show_hours, show_minutes

WEEKDAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


class HoursField(forms.CharField):
    """Opening hours of one day; gives rows as a calendar version stores them, [] for closed."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": _("closed")})
        super().__init__(required=False, max_length=120, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return show_hours(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Rows:
        try:
            return read_hours(super().clean(value) or "")
        except ValueError as error:
            raise ValidationError(_("Write hours like 8-12, 13-16. Empty is closed, 24/7 always open.")) from error


class DurationField(forms.CharField):
    """Open time with its unit; gives whole minutes, None where nothing is promised."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return show_minutes(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return read_minutes(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Write the time with its unit, like 4 h or 1 h 30 min.")) from error


class CalendarForm(TenantModelForm):
    """A calendar and the hours of its week."""

    time_zone = forms.CharField(
        label=_("Time zone"), validators=[validate_time_zone], help_text=_("Such as Europe/Helsinki")
    )

    class Meta:
        model = Calendar
        fields = ["name", "office"]
        help_texts = {"office": _("Its country's holidays are proposed.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["office"]
        field.queryset = Office.objects.all()
        current = self.instance.current
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day{number}"] = HoursField(label=name)
            self.initial.setdefault(f"day{number}", current.weekly.get(str(number), []) if current else [])
        if current:
            self.initial["time_zone"] = current.time_zone

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day{number}"] for number in range(7)]

    def weekly(self) -> dict[str, Rows]:
        """The week as a calendar version stores it."""
        return {str(number): rows for number in range(7) if (rows := self.cleaned_data[f"day{number}"])}


class ProposalForm(LookForm):
    """Whose public holidays are proposed. `regions` are (code, name)."""

    region = forms.ChoiceField(label=_("Region"), required=False)
    eves = forms.BooleanField(label=_("With eves that are free by agreement"), required=False)

    def __init__(self, *args: Any, regions: list[tuple[str, str]], has_eves: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["region"]).choices = [("", _("The whole country")), *regions]
        if not regions:
            del self.fields["region"]
        if not has_eves:
            del self.fields["eves"]


class SpecialDayForm(LookForm):
    """One line of a year's special days."""

    keep = forms.BooleanField(label=_("Counts"), required=False)
    day = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    name = forms.CharField(label=_("Day"), max_length=80, required=False)
    open = HoursField(label=_("Desk is open"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("keep") and not data.get("day") and "day" not in self.errors:
            self.add_error("day", _("Write the date."))
        return data

    @property
    def counts(self) -> bool:
        """Whether the line is kept; a new line is, once it has a date."""
        data = self.cleaned_data
        return bool(data.get("day")) and (bool(data.get("keep")) or not self.initial)


class BaseSpecialDays(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """The special days of one year; `year` is set before it is cleaned."""

    year = 0

    def clean(self) -> None:
        seen: set[date] = set()
        for form in self.forms:
            if not (form.is_valid() and form.counts):
                continue
            day = form.cleaned_data["day"]
            if day.year != self.year:
                form.add_error("day", _("This day lies in another year."))
            elif day in seen:
                form.add_error("day", _("This day is here twice."))
            seen.add(day)

    def is_valid(self) -> bool:
        # Errors that `clean` adds to a line come after Django has counted them.
        return super().is_valid() and not any(form.errors for form in self.forms)

    def days(self) -> dict[str, Any]:
        """The kept lines as a calendar version's exceptions."""
        lines = [form.cleaned_data for form in self.forms if form.counts]
        return {line["day"].isoformat(): {"name": line["name"], "open": line["open"]} for line in lines}


SpecialDays = forms.formset_factory(SpecialDayForm, formset=BaseSpecialDays, extra=3, max_num=100)
