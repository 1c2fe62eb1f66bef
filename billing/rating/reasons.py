"""Why a line is there and is what it is: codes with values, and the sentence of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from billing.marks import gettext_noop


class Why(StrEnum):
    """Each names the clause of the contract, the band, the rounding or the pool that decided."""

    RATE = "rate"
    SEVERITY_RATE = "severity_rate"
    BAND = "band"
    ROUNDED_UP = "rounded_up"
    ROUNDED_DOWN = "rounded_down"
    CAPPED = "capped"
    GOODWILL = "goodwill"
    WARRANTY = "warranty"
    PER_TICKET = "per_ticket_included"
    INCLUDED = "included"
    UNLIMITED = "unlimited"
    PREPAID = "prepaid"
    SURCHARGE = "surcharge"
    FEE = "fee"
    FEE_BY_DAYS = "fee_by_days"
    TICKET_PRICE = "ticket_price"
    CALLOUT = "callout"
    KILOMETRES = "kilometres"
    MONEY_CAP = "money_cap"
    LOT_SOLD = "lot_sold"
    CREDITED = "credited"


SENTENCES: Mapping[Why, str] = MappingProxyType(
    {
        Why.RATE: gettext_noop("%(work_type)s costs %(price)s an hour (contract as of %(since)s)."),
        Why.SEVERITY_RATE: gettext_noop("%(work_type)s at priority %(severity)s costs %(price)s an hour."),
        Why.BAND: gettext_noop("Hours of the band %(band)s count %(multiplier)s times."),
        Why.ROUNDED_UP: gettext_noop("Rounding added %(minutes)s min, at the cheapest hours."),
        Why.ROUNDED_DOWN: gettext_noop("Rounding took off %(minutes)s min, from the dearest hours."),
        Why.CAPPED: gettext_noop("Above the ticket's cap of %(cap)s min: free."),
        Why.GOODWILL: gettext_noop("Goodwill: %(reason)s"),
        Why.WARRANTY: gettext_noop("Warranty: %(reason)s"),
        Why.PER_TICKET: gettext_noop("Covered by the price of the ticket."),
        Why.INCLUDED: gettext_noop("Included time of %(month)s."),
        Why.UNLIMITED: gettext_noop("The fee covers this work."),
        Why.PREPAID: gettext_noop("Prepaid time, lot %(lot)s."),
        Why.SURCHARGE: gettext_noop("The time is covered; the band %(band)s costs %(price)s an hour on top."),
        Why.FEE: gettext_noop("Fee for %(period)s."),
        Why.FEE_BY_DAYS: gettext_noop("Fee for %(days)s of %(of)s days."),
        Why.TICKET_PRICE: gettext_noop("Price of a ticket of priority %(severity)s."),
        Why.CALLOUT: gettext_noop("Called out in the band %(band)s."),
        Why.KILOMETRES: gettext_noop("%(price)s a kilometre."),
        Why.MONEY_CAP: gettext_noop("The contract's cap is %(cap)s; the rest is taken off."),
        Why.LOT_SOLD: gettext_noop("Prepaid time, lot %(lot)s, sold %(since)s."),
        Why.CREDITED: gettext_noop("Credit."),
    }
)


_ORDER = {why: number for number, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and what fills the placeholders of its sentence."""

    why: Why
    values: tuple[tuple[str, str], ...] = ()

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return translate(SENTENCES[self.why]) % dict(self.values)


def reason(why: Why, **values: object) -> Reason:
    return Reason(why, tuple((name, str(value)) for name, value in values.items()))


def distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each once, in the order of the codes."""
    return tuple(sorted(set(reasons), key=lambda each: (_ORDER[each.why], each.values)))
