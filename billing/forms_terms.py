"""What a contract costs, as a team lead types it: the few figures of a preset, and behind a fold all the rest."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from billing import presets
from billing.bands_typed import BANDS, read_bands, typed_bands
from billing.enums import Preset
from billing.forms_fields import Duration, Money, choices_field, day_field, whole_number
from billing.rating.terms import (
    ANY,
    CallOut,
    Included,
    Mode,
    PerTicket,
    PoolBandMode,
    Proration,
    Rounding,
    Scope,
    Terms,
)
from billing.stored_terms import blank
from core.forms import LookForm
from sla.enums import Priority
from tickets.models import WorkType

NOTHING = Decimal(0)
MAIN: Mapping[str, tuple[str, ...]] = {
    Preset.FIXED_FEE: ("monthly_fee",),
    Preset.RETAINER: ("monthly_fee", "included", "hourly", "rollover_months"),
    Preset.PREPAID_HOURS: ("hourly",),
    Preset.TIME_AND_MATERIAL: ("hourly", "km_rate"),
    Preset.PER_TICKET: ("ticket_price", "ticket_time", "hourly"),
}
# What nobody may leave empty, beside what the whole form wants.
NEEDED: Mapping[str, tuple[str, ...]] = {
    Preset.FIXED_FEE: ("monthly_fee",),
    Preset.RETAINER: ("monthly_fee", "included"),
    Preset.PREPAID_HOURS: ("hourly",),
    Preset.TIME_AND_MATERIAL: ("hourly",),
    Preset.PER_TICKET: ("ticket_price",),
}
STARTS: Mapping[str, Callable[[Terms], Terms]] = {
    Preset.FIXED_FEE: lambda base: presets.fixed_fee(base, monthly_fee=NOTHING),
    Preset.RETAINER: lambda base: presets.retainer(base, monthly_fee=NOTHING, minutes=0, rates={}),
    Preset.PREPAID_HOURS: lambda base: presets.prepaid_hours(base, rates={}),
    Preset.TIME_AND_MATERIAL: lambda base: presets.time_and_material(base, rates={}),
    Preset.PER_TICKET: lambda base: presets.per_ticket(base, price=NOTHING, included_minutes=0),
}
GROUPS = (
    (_("Prices"), ("hourly", "rates", "priorities", "yearly_fee", "km_rate", "prorated")),
    (_("What is covered"), ("unlimited", "included", "rollover_months", "included_bands", "never_covered", "pools")),
    (_("Dearer hours"), ("bands", "callout_fee", "callout_bands")),
    (_("Rounding and caps"), ("round_to", "round_mode", "round_scope", "at_least", "cap_time", "cap_money")),
    (_("What a ticket needs"), ("po_required", "approval_required", "approver_required", "credit_decision",
                                "interim_billing", "late_entry_days")),
)  # fmt: skip
FLAGS = ("credit_decision", "approval_required")
STEPS = [
    (1, _("the minute")),
    (5, "5 min"),
    (6, "6 min"),
    (10, "10 min"),
    (15, "15 min"),
    (30, "30 min"),
    (60, "60 min"),
]


class TermsForm(LookForm):
    """All terms of one version. `types` are the tenant's types of work; `terms` builds what was typed."""

    valid_from = day_field(_("Valid from"))
    note = forms.CharField(label=_("Why it changes"), max_length=200, required=False)
    monthly_fee, yearly_fee = Money(label=_("Monthly fee")), Money(label=_("Yearly fee"))
    prorated = forms.BooleanField(label=_("Part of a month costs part of the fee"), required=False)
    included = Duration(label=_("Included time a month"), help_text=_("Like 10 h."))
    rollover_months = whole_number(_("Unused time lives on for months"), most=24)
    included_bands = choices_field(_("It covers only"), help_text=_("None: all hours."))
    unlimited = forms.BooleanField(label=_("The fee covers all work"), required=False)
    never_covered = choices_field(_("Never covered"))
    hourly = Money(label=_("Price of an hour"), help_text=_("Of every type of work that has no price of its own."))
    km_rate = Money(label=_("Price of a kilometre"))
    ticket_price = Money(label=_("Price of a ticket"))
    ticket_time = Duration(label=_("Work that it covers"), help_text=_("Like 30 min."))
    pools = forms.ChoiceField(
        label=_("A dearer hour of covered work"),
        choices=[(PoolBandMode.WEIGHTED.value, _("takes more of the covered time")),
                 (PoolBandMode.SURCHARGE_LINE.value, _("costs what it is dearer by"))],
    )  # fmt: skip
    callout_fee = Money(label=_("Being called out costs"))
    callout_bands = choices_field(_("If the work begins in"), help_text=_("None: at any time."))
    round_to = forms.TypedChoiceField(label=_("Time is rounded to"), choices=STEPS, coerce=int)
    round_mode = forms.ChoiceField(
        label=_("Rounded"),
        choices=[(Mode.UP.value, _("up")), (Mode.DOWN.value, _("down")), (Mode.NEAREST.value, _("to the nearest"))],
    )
    round_scope = forms.ChoiceField(
        label=_("Together"),
        choices=[(Scope.ENTRY.value, _("each stretch of work")),
                 (Scope.TICKET_DAY.value, _("the day's work on a ticket")),
                 (Scope.TICKET.value, _("all work on a ticket"))],
    )  # fmt: skip
    at_least = Duration(label=_("At least"))
    cap_time = Duration(label=_("A ticket costs at most"), help_text=_("Work above that is free."))
    cap_money = Money(label=_("An invoice is at most"))
    po_required = forms.BooleanField(label=_("Each ticket needs an order number"), required=False)
    approval_required = forms.BooleanField(label=_("A team lead approves each ticket"), required=False)
    approver_required = forms.BooleanField(label=_("Work that is not charged needs an approver"), required=False)
    credit_decision = forms.BooleanField(label=_("Broken promises need a decision on credit"), required=False)
    interim_billing = forms.BooleanField(label=_("Invoice work before a ticket is finished"), required=False)
    late_entry_days = whole_number(_("Days for late work"), most=366)

    def __init__(self, *args: Any, preset: str, types: list[WorkType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preset = preset
        self.codes = {row.priced_as: row.name for row in types}
        fields: dict[str, Any] = self.fields
        for code, name in self.codes.items():
            fields[f"rate_{code}"] = Money(label=name)
        for value, label in Priority.choices:
            fields[f"hourly_{value}"] = Money(label=_("An hour, priority %(name)s") % {"name": label.lower()})
            fields[f"ticket_{value}"] = Money(label=_("A ticket, priority %(name)s") % {"name": label.lower()})
        fields |= BANDS.fields()
        fields["included_bands"].choices = fields["callout_bands"].choices = BANDS.choices()
        fields["never_covered"].choices = list(self.codes.items())
        for name in NEEDED[preset]:
            fields[name].required = True

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in MAIN[self.preset]]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """What stands behind the fold: headings with the fields that the preset does not ask for."""
        several = {
            "rates": [f"rate_{code}" for code in self.codes],
            "priorities": [f"{word}_{value}" for value in Priority.values for word in ("hourly", "ticket")],
            "bands": list(BANDS.fields()),
        }
        main = MAIN[self.preset]
        found = []
        for title, names in GROUPS:
            flat = [name for each in names for name in several.get(each, [each]) if name not in main]
            found.append((title, [self[name] for name in flat]))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self._check(data)
        return data

    def _check(self, data: Mapping[str, Any]) -> None:
        if data["callout_bands"] and data["callout_fee"] is None:
            raise ValidationError({"callout_fee": _("Say what it costs.")})
        if data["unlimited"] and data["monthly_fee"] is None and data["yearly_fee"] is None:
            raise ValidationError({"monthly_fee": _("Say what it costs.")})

    def terms(self, currency: str) -> Terms:
        """What was typed; after cleaning."""
        data = self.cleaned_data
        return replace(
            blank(currency),
            rates=self._rates(data),
            severity_rates=self._priority_rates(data),
            bands=read_bands(data),
            rounding=_rounding(data),
            included=_included(data),
            per_ticket=_per_ticket(data),
            callout=_callout(data),
            fee_proration=Proration.DAYS if data["prorated"] else Proration.NONE,
            cap_minutes=data["cap_time"],
            pool_band_mode=PoolBandMode(data["pools"]),
            pool_excludes=frozenset(data["never_covered"]),
            **{name: data[name] for name in ("monthly_fee", "yearly_fee", "km_rate", "cap_money", "po_required",
                                             "interim_billing", "approver_required", "late_entry_days")},
        )  # fmt: skip

    def flags(self) -> dict[str, bool]:
        """What the contract wants decided by people; after cleaning."""
        return {name: True for name in FLAGS if self.cleaned_data[name]}

    def _rates(self, data: Mapping[str, Any]) -> dict[str, Decimal]:
        prices = {code: data[f"rate_{code}"] for code in self.codes}
        found = {code: data["hourly"] if price is None else price for code, price in prices.items()}
        return {code: price for code, price in found.items() if price is not None}

    def _priority_rates(self, data: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
        priced = {value: data[f"hourly_{value}"] for value in Priority.values}
        return {value: dict.fromkeys(self.codes, price) for value, price in priced.items() if price is not None}


def _rounding(data: Mapping[str, Any]) -> Rounding:
    mode, scope = Mode(data["round_mode"]), Scope(data["round_scope"])
    return Rounding(data["round_to"], mode, scope, data["at_least"] or 0)


def _included(data: Mapping[str, Any]) -> Included | None:
    if not data["unlimited"] and not data["included"]:
        return None
    bands = frozenset(data["included_bands"]) or None
    minutes = None if data["unlimited"] else data["included"]
    return Included(minutes, bands, data["rollover_months"] or 0, data["unlimited"])


def _per_ticket(data: Mapping[str, Any]) -> PerTicket | None:
    named = {value: data[f"ticket_{value}"] for value in Priority.values} | {ANY: data["ticket_price"]}
    prices = {name: price for name, price in named.items() if price is not None}
    return PerTicket(prices, data["ticket_time"] or 0) if prices else None


def _callout(data: Mapping[str, Any]) -> CallOut | None:
    if data["callout_fee"] is None:
        return None
    return CallOut(dict.fromkeys(data["callout_bands"] or BANDS.codes, data["callout_fee"]))


def typed(terms: Terms, flags: Mapping[str, Any]) -> dict[str, Any]:
    """What the form holds where a contract costs this."""
    included, ticket, rates = terms.included, terms.per_ticket, terms.rates
    hourly = Counter(rates.values()).most_common(1)[0][0] if rates else None
    fees = terms.callout.fees if terms.callout else {}
    values: dict[str, Any] = {
        "hourly": hourly,
        "included": included.minutes if included else None,
        "unlimited": bool(included and included.unlimited),
        "rollover_months": included.rollover_months if included else None,
        "included_bands": sorted(included.bands) if included and included.bands else [],
        "ticket_price": ticket.prices.get(ANY) if ticket else None,
        "ticket_time": ticket.included_minutes if ticket else None,
        "callout_fee": next(iter(fees.values()), None),
        "callout_bands": [] if set(fees) >= set(BANDS.codes) else list(fees),
        "prorated": terms.fee_proration == Proration.DAYS,
        "round_to": terms.rounding.increment,
        "round_mode": terms.rounding.mode.value,
        "round_scope": terms.rounding.scope.value,
        "at_least": terms.rounding.minimum or None,
        "cap_time": terms.cap_minutes,
        "pools": terms.pool_band_mode.value,
        "never_covered": sorted(terms.pool_excludes),
    }
    values |= {name: getattr(terms, name) for name in ("monthly_fee", "yearly_fee", "km_rate", "cap_money")}
    values |= {name: getattr(terms, name) for name in ("po_required", "interim_billing", "approver_required")}
    values |= {"late_entry_days": terms.late_entry_days} | {name: bool(flags.get(name)) for name in FLAGS}
    values |= {f"rate_{code}": price for code, price in rates.items() if price != hourly}
    values |= {f"hourly_{value}": next(iter(own.values())) for value, own in terms.severity_rates.items() if own}
    values |= {f"ticket_{value}": price for value, price in (ticket.prices if ticket else {}).items() if value}
    return values | typed_bands(terms.bands)


def beginning(preset: str, currency: str) -> dict[str, Any]:
    """What the form holds before anything was typed: the preset's own rounding and exceptions, no prices."""
    values = typed(STARTS[preset](blank(currency)), {})
    return {
        name: None if value == NOTHING and not isinstance(value, bool) else value for name, value in values.items()
    }
