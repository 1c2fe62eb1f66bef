"""Dearer hours as people type them: how much more each costs, and where it matters from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.rating.terms import NORMAL, Band
from sla.business_time import minute_of_day
from sla.forms import HoursField

HUNDRED = Decimal(100)
WORKDAYS = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Kind:
    """Hours that may cost more. `hours` are the usual ones, empty for whole days."""

    code: str
    name: Any
    holiday: bool | None = None
    weekdays: frozenset[int] = frozenset()
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Kinds:
    """In order: the first one that covers a minute rules."""

    kinds: tuple[Kind, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return (NORMAL.code, *(kind.code for kind in self.kinds))

    def choices(self) -> list[tuple[str, Any]]:
        return [(NORMAL.code, _("normal hours")), *((kind.code, kind.name) for kind in self.kinds)]

    def fields(self) -> dict[str, forms.Field]:
        found: dict[str, forms.Field] = {}
        for kind in self.kinds:
            found[f"band_{kind.code}"] = forms.DecimalField(
                label=_("%(hours)s cost more, in percent") % {"hours": str(kind.name).capitalize()},
                min_value=0,
                max_value=500,
                decimal_places=1,
                required=False,
            )
            if kind.hours:
                found[f"hours_{kind.code}"] = HoursField(label=_("From when to when"), initial=kind.hours)
        return found


BANDS = Kinds(
    (
        Kind("holiday", _("public holidays"), holiday=True),
        Kind("sunday", _("Sundays"), weekdays=frozenset({6})),
        Kind("saturday", _("Saturdays"), weekdays=frozenset({5})),
        Kind("night", _("nights"), hours="22-6"),
        Kind("evening", _("evenings"), weekdays=WORKDAYS, hours="17-22"),
        Kind("early", _("early mornings"), weekdays=WORKDAYS, hours="6-8"),
    )
)


def read_bands(data: Mapping[str, Any]) -> tuple[Band, ...]:
    """The bands that cost more, from a cleaned form. Hours without a surcharge are normal ones."""
    found = []
    for kind in BANDS.kinds:
        percent = data[f"band_{kind.code}"]
        if not percent:
            continue
        rows = data.get(f"hours_{kind.code}") or []
        hours = (minute_of_day(rows[0][0]), minute_of_day(rows[0][1])) if rows else None
        found.append(Band(kind.code, 1 + percent / HUNDRED, kind.holiday, kind.weekdays, hours))
    return tuple(found)


def typed_bands(bands: Sequence[Band]) -> dict[str, Any]:
    """What a form's fields hold for these bands."""
    values: dict[str, Any] = {}
    for band in bands:
        values[f"band_{band.code}"] = ((band.multiplier - 1) * HUNDRED).normalize()
        if band.hours:
            values[f"hours_{band.code}"] = [[f"{at // 60:02}:{at % 60:02}" for at in band.hours]]
    return values
