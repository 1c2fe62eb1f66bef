"""Inputs and results of a rating as JSON: the form of worked cases, and that in which frozen inputs are stored.

Money and rates are strings, so that no reader makes floats of them. Keys that are not given have the defaults of the
values; `unknown` names those that nothing here reads.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.rating.taxes import Party
from billing.rating.terms import (
    ANY,
    Band,
    CallOut,
    Contract,
    Included,
    Mode,
    PerTicket,
    PoolBandMode,
    Proration,
    Rounding,
    Scope,
    Terms,
)
from billing.rating.work import ZERO, Balances, Billing, Entry, Inputs, Lot, Run, Sale, Ticket
from sla.business_time import minute_of_day

Data = Mapping[str, Any]

# One string a part, because a list of forty words would hide the rest of the file.
_KNOWN = {
    "contract": """
        id currency tz seller buyer valid_from valid_to rates severity_rates bands holidays rounding monthly_fee
        yearly_fee fee_proration included per_ticket callout km_rate cap_minutes_per_ticket cap_money_per_run
        pool_band_mode pool_excludes po_required interim_billing approver_required language late_entry_days
        versions""",
    "tickets": """
        id status category severity resolution resolved_on received_at po minutes_before priced credit_undecided
        unapproved""",
    "entries": """
        id ticket agent work_type start end minutes description language billing reason approver callout km timed
        invoiced""",
    "run": "now fee_months fee_years",
    "pools": "included lots tickets",
    "sales": "id minutes unit_price sold_on",
}
KNOWN: Mapping[str, frozenset[str]] = {part: frozenset(words.split()) for part, words in _KNOWN.items()}


class FormatError(ValueError):
    """Data that is no input of a rating."""


def read_inputs(data: Data) -> Inputs:
    """The values of a case or of stored inputs. Raises FormatError."""
    try:
        return Inputs(
            contract=read_contract(data["contract"]),
            tickets=tuple(_ticket(each) for each in data.get("tickets", ())),
            entries=tuple(_entry(each) for each in data.get("entries", ())),
            run=_run(data["run"]),
            balances=_balances(data.get("pools") or {}),
            sales=tuple(_sale(each) for each in data.get("sales") or ()),
        )
    except FormatError:
        raise
    except (AttributeError, InvalidOperation, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"not readable: {error!r}") from error


def unknown(data: Data) -> list[str]:
    """Names of keys that are given and not read, like "contract.discount"."""
    found = set()
    for part, known in KNOWN.items():
        rows = data.get(part) or {}
        for row in [rows] if isinstance(rows, Mapping) else rows:
            found |= {f"{part}.{key}" for key in row if key not in known}
    return sorted(found)


def read_contract(data: Data) -> Contract:
    """A contract of one version, or with "versions" that say what differs from the rest of it."""
    versions = [{**data, **version} for version in data.get("versions") or [{}]]
    return Contract(str(data["id"]), tuple(_terms(version) for version in versions))


def _terms(data: Data) -> Terms:
    return Terms(
        currency=data["currency"],
        tz=data["tz"],
        seller=_party(data["seller"]),
        buyer=_party(data["buyer"]),
        valid_from=date.fromisoformat(data["valid_from"]),
        valid_to=_date(data.get("valid_to")),
        rates=_prices(data.get("rates")),
        severity_rates={name: _prices(rates) for name, rates in (data.get("severity_rates") or {}).items()},
        bands=tuple(_band(band) for band in data.get("bands") or ()),
        holidays=frozenset(date.fromisoformat(day) for day in data.get("holidays") or ()),
        rounding=_rounding(data.get("rounding") or {}),
        monthly_fee=_money(data.get("monthly_fee")),
        yearly_fee=_money(data.get("yearly_fee")),
        fee_proration=Proration(data.get("fee_proration") or Proration.NONE),
        included=_included(data.get("included")),
        per_ticket=_per_ticket(data.get("per_ticket")),
        callout=_callout(data.get("callout")),
        km_rate=_money(data.get("km_rate")),
        cap_minutes=_minutes(data.get("cap_minutes_per_ticket")),
        cap_money=_money(data.get("cap_money_per_run")),
        pool_band_mode=PoolBandMode(data.get("pool_band_mode") or PoolBandMode.WEIGHTED),
        pool_excludes=frozenset(data.get("pool_excludes") or ()),
        po_required=bool(data.get("po_required", False)),
        interim_billing=bool(data.get("interim_billing", False)),
        approver_required=bool(data.get("approver_required", False)),
        language=str(data.get("language") or ""),
        late_entry_days=_minutes(data.get("late_entry_days")),
    )


def _party(data: Data) -> Party:
    return Party(
        country=data["country"],
        region=str(data.get("region") or ""),
        vat_id=str(data.get("vat_id") or ""),
        business=bool(data.get("business", True)),
        incomplete=frozenset(data.get("incomplete") or ()),
    )


def _band(data: Data) -> Band:
    when = data.get("when") or {}
    hours = None
    if "from" in when or "to" in when:
        hours = minute_of_day(when.get("from", "00:00")), minute_of_day(when.get("to", "24:00"))
    return Band(
        code=data["code"],
        multiplier=_decimal(data.get("multiplier", "1")),
        holiday=when.get("holiday"),
        weekdays=frozenset(int(day) for day in when.get("weekdays") or ()),
        hours=hours,
    )


def _rounding(data: Data) -> Rounding:
    return Rounding(
        increment=int(data.get("increment", 1)),
        mode=Mode(data.get("mode", Mode.UP)),
        scope=Scope(data.get("scope", Scope.ENTRY)),
        minimum=int(data.get("minimum", 0)),
    )


def _included(data: Data | None) -> Included | None:
    if data is None:
        return None
    bands = data.get("bands")
    return Included(
        minutes=_minutes(data.get("minutes")),
        bands=None if bands is None else frozenset(bands),
        rollover_months=int(data.get("rollover_months", 0)),
        unlimited=bool(data.get("unlimited", False)),
    )


def _per_ticket(data: Data | None) -> PerTicket | None:
    """ "price" is one price or a price by severity."""
    if data is None:
        return None
    return PerTicket(_by_name(data["price"], (ANY,)), int(data.get("included_minutes", 0)))


def _callout(data: Data | None) -> CallOut | None:
    """ "fee" is one fee for all "bands" or a fee by band."""
    return None if data is None else CallOut(_by_name(data["fee"], data.get("bands") or ()))


def _by_name(price: object, names: Iterable[str]) -> Mapping[str, Decimal]:
    return _prices(price) if isinstance(price, Mapping) else dict.fromkeys(names, _decimal(price))


def _ticket(data: Data) -> Ticket:
    return Ticket(
        **{name: str(data.get(name) or "") for name in ("status", "category", "severity", "resolution", "po")},
        id=str(data["id"]),
        resolved_on=_date(data.get("resolved_on")),
        received_at=_instant(data.get("received_at")),
        minutes_before=int(data.get("minutes_before", 0)),
        priced=bool(data.get("priced", False)),
        credit_undecided=bool(data.get("credit_undecided", False)),
        unapproved=bool(data.get("unapproved", False)),
    )


def _entry(data: Data) -> Entry:
    names = ("agent", "work_type", "description", "language", "reason", "approver")
    start, end = _instant(data.get("start")), _instant(data.get("end"))
    if start is not None and end is None and data.get("minutes") is not None:
        end = start + timedelta(minutes=int(data["minutes"]))
    return Entry(
        **{name: str(data.get(name) or "") for name in names},
        id=str(data["id"]),
        ticket=str(data["ticket"]),
        start=start,
        end=end,
        billing=Billing(data.get("billing") or Billing.BILLABLE),
        callout=bool(data.get("callout", False)),
        km=_decimal(data.get("km") or ZERO),
        timed=bool(data.get("timed", True)),
        invoiced=bool(data.get("invoiced", False)),
    )


def _run(data: Data) -> Run:
    now = _instant(data["now"])
    if now is None:
        raise FormatError("a run needs an instant")
    months = tuple(datetime.strptime(month, "%Y-%m").strftime("%Y-%m") for month in data.get("fee_months") or ())  # noqa: DTZ007  # a month has no zone
    return Run(now, months, tuple(int(year) for year in data.get("fee_years") or ()))


def _balances(data: Data) -> Balances:
    lots = (
        Lot(str(lot["id"]), int(lot["minutes"]), _date(lot.get("valid_from")), _date(lot.get("expires")))
        for lot in data.get("lots") or ()
    )
    included, tickets = data.get("included") or {}, data.get("tickets") or {}
    return Balances(
        {month: int(minutes) for month, minutes in included.items()},
        tuple(lots),
        {ticket: int(minutes) for ticket, minutes in tickets.items()},
    )


def _sale(data: Data) -> Sale:
    day = date.fromisoformat(data["sold_on"])
    return Sale(str(data["id"]), int(data["minutes"]), _decimal(data["unit_price"]), day)


def _prices(data: object) -> dict[str, Decimal]:
    if data is not None and not isinstance(data, Mapping):
        raise FormatError(f"no prices: {data!r}")
    return {str(name): _decimal(price) for name, price in (data or {}).items()}


def _decimal(value: object) -> Decimal:
    """Raises FormatError for a float, which has lost already what it was."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise FormatError(f"money and rates are strings: {value!r}")
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise FormatError(f"not an amount: {value!r}")
    return number


def _money(value: object) -> Decimal | None:
    return None if value is None else _decimal(value)


def _minutes(value: object) -> int | None:
    return None if value is None else int(str(value))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    """Raises FormatError for one without an offset."""
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise FormatError(f"an instant needs an offset: {text!r}")
    return instant
