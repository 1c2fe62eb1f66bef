"""Money, durations and days as people type them into billing's forms."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sla.forms import DurationField

MOST_MINUTES = 10_000 * 60


class Money(forms.DecimalField):
    """An amount of money with two decimals, never negative."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal(0), max_digits=10, decimal_places=2, required=required, localize=True, **kwargs
        )
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> Any:
        """Comma and dot are both decimal signs, because people type either."""
        text = value.replace("\N{NO-BREAK SPACE}", "").replace(" ", "") if isinstance(value, str) else value
        if isinstance(text, str) and "." not in text:
            text = text.replace(",", ".")
        return super().to_python(text)


class Duration(DurationField):
    """A length of work with its unit; whole minutes, None where it is empty."""

    def clean(self, value: Any) -> int | None:
        minutes = super().clean(value)
        if minutes is not None and minutes > MOST_MINUTES:
            raise ValidationError(_("That is too long."))
        if minutes is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return minutes


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=required)


def whole_number(label: Any, *, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False)


def choices_field(label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)
