"""What a contract costs, in plain sentences for whoever signed it. Pure; who shows them translates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from billing.marks import gettext_noop
from billing.rating.terms import ANY, Included, Mode, PoolBandMode, Scope, Terms

BANDS: Mapping[str, str] = MappingProxyType(
    {
        "normal": gettext_noop("normal hours"),
        "holiday": gettext_noop("public holidays"),
        "sunday": gettext_noop("Sundays"),
        "saturday": gettext_noop("Saturdays"),
        "night": gettext_noop("nights"),
        "evening": gettext_noop("evenings"),
        "early": gettext_noop("early mornings"),
    }
)
_ROUNDED = {
    Mode.UP: gettext_noop("%(scope)s is rounded up to %(minutes)s."),
    Mode.DOWN: gettext_noop("%(scope)s is rounded down to %(minutes)s."),
    Mode.NEAREST: gettext_noop("%(scope)s is rounded to the nearest %(minutes)s."),
}
_SCOPES = {
    Scope.ENTRY: gettext_noop("Each stretch of work"),
    Scope.TICKET_DAY: gettext_noop("The work of a day on a ticket"),
    Scope.TICKET: gettext_noop("The work on a ticket"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """How the reader's language writes things: texts, money, minutes, and the names of work types and priorities."""

    translate: Callable[[str], str]
    money: Callable[[Decimal], str]
    minutes: Callable[[int], str]
    work_type: Callable[[str], str]
    priority: Callable[[str], str]

    def say(self, text: str, **values: str) -> str:
        return self.translate(text) % values

    def band(self, code: str) -> str:
        return self.translate(BANDS[code]) if code in BANDS else code

    def bands(self, codes: Iterator[str] | list[str]) -> str:
        return ", ".join(self.band(code) for code in codes)


def sentences(terms: Terms, speech: Speech) -> list[str]:
    """What a version costs: fees, what they cover, hours, surcharges, rounding, caps, what is asked for."""
    parts = (_fees, _covered, _tickets, _hours, _surcharges, _extras, _rounding, _caps, _asked)
    return [sentence for part in parts for sentence in part(terms, speech)]


def _fees(terms: Terms, speech: Speech) -> Iterator[str]:
    if terms.monthly_fee is not None:
        yield speech.say(gettext_noop("%(price)s a month."), price=speech.money(terms.monthly_fee))
    if terms.yearly_fee is not None:
        yield speech.say(gettext_noop("%(price)s a year."), price=speech.money(terms.yearly_fee))


def _covered(terms: Terms, speech: Speech) -> Iterator[str]:
    if terms.included:
        yield from _included(terms.included, speech)
    if terms.pool_excludes:
        names = ", ".join(speech.work_type(code) for code in sorted(terms.pool_excludes))
        yield speech.say(gettext_noop("Never covered: %(types)s."), types=names)


def _included(included: Included, speech: Speech) -> Iterator[str]:
    where = speech.bands([code for code in BANDS if code in included.bands]) if included.bands else ""
    if included.unlimited:
        yield speech.say(gettext_noop("The fee covers all work."))
    elif included.minutes:
        text = gettext_noop("The fee covers %(minutes)s a month.")
        yield speech.say(text, minutes=speech.minutes(included.minutes))
        if included.rollover_months:
            text = gettext_noop("What is not used lives on for %(months)s months.")
            yield speech.say(text, months=str(included.rollover_months))
    if where:
        yield speech.say(gettext_noop("It covers only: %(bands)s."), bands=where)


def _tickets(terms: Terms, speech: Speech) -> Iterator[str]:
    if terms.per_ticket is None:
        return
    for severity, price in sorted(terms.per_ticket.prices.items()):
        if severity == ANY:
            yield speech.say(gettext_noop("Each ticket costs %(price)s."), price=speech.money(price))
        else:
            text = gettext_noop("A ticket of priority %(priority)s costs %(price)s.")
            yield speech.say(text, priority=speech.priority(severity), price=speech.money(price))
    if terms.per_ticket.included_minutes:
        text = gettext_noop("That covers the first %(minutes)s of work on it.")
        yield speech.say(text, minutes=speech.minutes(terms.per_ticket.included_minutes))


def _hours(terms: Terms, speech: Speech) -> Iterator[str]:
    yield from _rates(terms.rates, gettext_noop("An hour costs %(price)s: %(types)s."), speech)
    for severity, rates in sorted(terms.severity_rates.items()):
        text = gettext_noop("At priority %(priority)s an hour costs %(price)s: %(types)s.")
        yield from _rates(rates, text, speech, priority=speech.priority(severity))


def _rates(rates: Mapping[str, Decimal], text: str, speech: Speech, **values: str) -> Iterator[str]:
    """Types of work at the same price stand together."""
    for price in sorted(set(rates.values())):
        names = ", ".join(speech.work_type(code) for code in rates if rates[code] == price)
        yield speech.say(text, price=speech.money(price), types=names, **values)


def _surcharges(terms: Terms, speech: Speech) -> Iterator[str]:
    for band in terms.bands:
        if band.multiplier == 1:
            continue
        percent = f"{((band.multiplier - 1) * 100).normalize():f}"
        hours = " - ".join("{}:{:02}".format(*divmod(at, 60)) for at in band.hours or ())
        text = (
            gettext_noop("%(band)s (%(hours)s): %(percent)s %% more.")
            if hours
            else gettext_noop("%(band)s: %(percent)s %% more.")
        )
        yield speech.say(text, band=speech.band(band.code).capitalize(), percent=percent, hours=hours)
    if terms.bands and terms.included:
        weighted = gettext_noop("A dearer hour takes more of the covered time.")
        charged = gettext_noop("A covered hour still costs what its hours cost more.")
        yield speech.say(weighted if terms.pool_band_mode == PoolBandMode.WEIGHTED else charged)


def _extras(terms: Terms, speech: Speech) -> Iterator[str]:
    fees = terms.callout.fees if terms.callout else {}
    for fee in sorted(set(fees.values())):
        bands = speech.bands([code for code, price in fees.items() if price == fee])
        text = gettext_noop("Being called out costs %(price)s: %(bands)s.")
        yield speech.say(text, price=speech.money(fee), bands=bands)
    if terms.km_rate is not None:
        yield speech.say(gettext_noop("A kilometre costs %(price)s."), price=speech.money(terms.km_rate))


def _rounding(terms: Terms, speech: Speech) -> Iterator[str]:
    rounding = terms.rounding
    scope = speech.translate(_SCOPES[rounding.scope])
    if rounding.increment > 1:
        yield speech.say(_ROUNDED[rounding.mode], scope=scope, minutes=speech.minutes(rounding.increment))
    if rounding.minimum:
        text = gettext_noop("%(scope)s counts as at least %(minutes)s.")
        yield speech.say(text, scope=scope, minutes=speech.minutes(rounding.minimum))


def _caps(terms: Terms, speech: Speech) -> Iterator[str]:
    if terms.cap_minutes is not None:
        text = gettext_noop("No ticket costs more than %(minutes)s of work.")
        yield speech.say(text, minutes=speech.minutes(terms.cap_minutes))
    if terms.cap_money is not None:
        yield speech.say(gettext_noop("No invoice is above %(price)s net."), price=speech.money(terms.cap_money))


def _asked(terms: Terms, speech: Speech) -> Iterator[str]:
    if terms.po_required:
        yield speech.say(gettext_noop("Each ticket needs an order number."))
    if terms.interim_billing:
        yield speech.say(gettext_noop("Work is invoiced each month, also while a ticket goes on."))
    if terms.late_entry_days is not None:
        text = gettext_noop("Work may be entered up to %(days)s days after a ticket is resolved.")
        yield speech.say(text, days=str(terms.late_entry_days))
