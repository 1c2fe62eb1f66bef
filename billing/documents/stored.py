"""A document as JSON, to be frozen and read again; the canonical form of any JSON, and the hash that chains it."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from billing.documents.document import Invoice


def written(invoice: Invoice) -> dict[str, Any]:
    """An object of strings, lists, booleans and nulls, the same for equal documents; empty terms are left out."""
    return dict(_plain(invoice))


def read(data: Mapping[str, Any]) -> Invoice:
    """The document that was written. Raises KeyError or ValueError where it is none."""
    found: Invoice = _reader(Invoice)(data)
    return found


def canonical(data: Any) -> bytes:
    """One form for equal JSON: keys in order, no blanks, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def chained(previous: str, *parts: Any) -> str:
    """SHA-256 in hex over what came before in the series and the canonical form of each part."""
    digest = hashlib.sha256(previous.encode())
    for part in parts:
        digest.update(b"\n" + canonical(part))
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        rows = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(part) for name, part in rows if part not in (None, "", (), b"")}
    match value:
        case tuple():
            return [_plain(part) for part in value]
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
    return value


def _left_out(kind: Any) -> Any:
    """What a term is that was not written."""
    if get_origin(kind) is tuple:
        return ()
    return {str: "", bytes: b"", bool: False}.get(kind)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of that type from JSON."""
    if is_dataclass(kind):
        return _maker(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda data: tuple(each(part) for part in data)
    if origin is UnionType:
        return _reader(next(part for part in arguments if part is not type(None)))
    makers: dict[Any, Callable[[Any], Any]] = {
        Decimal: Decimal,
        date: date.fromisoformat,
        bytes: base64.b64decode,
    }
    made: Callable[[Any], Any] = makers.get(kind, kind)
    return made


def _maker(kind: Any) -> Callable[[Any], Any]:
    """The same of a dataclass: each of its terms, or what it is where it was left out."""
    hints = get_type_hints(kind)
    parts = {field.name: (_reader(hints[field.name]), _left_out(hints[field.name])) for field in fields(kind)}

    def make(data: Any) -> Any:
        return kind(**{name: read(data[name]) if name in data else void for name, (read, void) in parts.items()})

    return make
