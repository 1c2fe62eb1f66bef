"""Inputs of a rating as JSON, to be frozen beside its result; `billing.rating.format` reads them back as they were."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from billing.rating.taxes import Party
from billing.rating.terms import Band, CallOut, Contract, Included, PerTicket, Rounding, Terms
from billing.rating.work import Balances, Entry, Inputs, Lot, Run, Sale, Ticket

# What `Terms` calls otherwise than the stored form.
_NAMES = {"cap_minutes": "cap_minutes_per_ticket", "cap_money": "cap_money_per_run"}


def frozen(inputs: Inputs) -> dict[str, Any]:
    """An object of strings, whole numbers, lists and nulls, the same for equal inputs."""
    return {
        "contract": frozen_contract(inputs.contract),
        "tickets": [_fields(ticket) for ticket in sorted(inputs.tickets, key=lambda ticket: ticket.id)],
        "entries": [_fields(entry) for entry in sorted(inputs.entries, key=lambda entry: entry.id)],
        "run": _fields(inputs.run),
        "pools": _balances(inputs.balances),
        "sales": [_fields(sale) for sale in sorted(inputs.sales, key=lambda sale: sale.id)],
    }


def frozen_contract(contract: Contract) -> dict[str, Any]:
    """All versions with all their terms."""
    versions = [frozen_terms(terms) for terms in contract.versions]
    return {"id": contract.id, "versions": versions}


def frozen_terms(terms: Terms) -> dict[str, Any]:
    """One version."""
    return {_NAMES.get(name, name): _plain(getattr(terms, name)) for name in _names(terms)}


def _fields(value: Ticket | Entry | Run | Lot | Sale | Party | Rounding | Included) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in _names(value)}


def _names(value: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(value))


def _balances(balances: Balances) -> dict[str, Any]:
    lots = [_fields(lot) for lot in sorted(balances.lots, key=lambda lot: lot.id)]
    return {"included": _plain(balances.included), "lots": lots, "tickets": _plain(balances.tickets)}


def _band(band: Band) -> dict[str, Any]:
    when: dict[str, Any] = {} if band.holiday is None else {"holiday": band.holiday}
    if band.weekdays:
        when["weekdays"] = sorted(band.weekdays)
    if band.hours:
        when["from"], when["to"] = (f"{minute // 60:02}:{minute % 60:02}" for minute in band.hours)
    return {"code": band.code, "when": when, "multiplier": str(band.multiplier)}


def _per_ticket(terms: PerTicket) -> dict[str, Any]:
    return {"price": _plain(terms.prices), "included_minutes": terms.included_minutes}


def _callout(terms: CallOut) -> dict[str, Any]:
    return {"fee": _plain(terms.fees)}


_WRITERS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Band: _band,
    CallOut: _callout,
    Included: _fields,
    Party: _fields,
    PerTicket: _per_ticket,
    Rounding: _fields,
}


def _plain(value: object) -> Any:
    if writer := _WRITERS.get(type(value)):
        return writer(value)
    match value:
        case Mapping():
            return {str(key): _plain(part) for key, part in sorted(value.items())}
        case frozenset():
            return sorted(_plain(part) for part in value)
        case tuple():
            return [_plain(part) for part in value]
        case _:
            return _scalar(value)


def _scalar(value: object) -> str | int | None:
    match value:
        case Enum():
            return str(value.value)
        case Decimal():
            return str(value)
        case date():  # and with it datetime
            return value.isoformat()
        case str() | int() | None:
            return value
    raise TypeError(f"nothing to store: {value!r}")
