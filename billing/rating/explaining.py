"""The reasons of a line of work, from the shares it consists of."""

from collections.abc import Iterator, Sequence

from billing.rating.pools import Share, Source
from billing.rating.reasons import Reason, Why, distinct, reason
from billing.rating.work import Ticket

_SAID_BY_ENTRY = {Source.GOODWILL: Why.GOODWILL, Source.WARRANTY: Why.WARRANTY}


def why(shares: Sequence[Share], ticket: Ticket) -> tuple[Reason, ...]:
    """Which clause, band, pool and rounding made the shares of one line what they are."""
    return distinct([*_of_source(shares, ticket), *_of_band(shares[0]), *_of_rounding(shares)])


def _of_source(shares: Sequence[Share], ticket: Ticket) -> Iterator[Reason]:
    share = shares[0]
    piece, terms = share.piece, share.piece.terms
    match share.source:
        case Source.TIME:
            yield _of_rate(share, ticket)
        case Source.SURCHARGE:
            yield reason(Why.SURCHARGE, band=piece.band.code, price=piece.hourly - piece.rate)
        case Source.CAPPED:
            yield reason(Why.CAPPED, cap=terms.cap_minutes)
        case Source.GOODWILL | Source.WARRANTY:
            said = sorted({each.piece.entry.reason for each in shares})
            yield from (reason(_SAID_BY_ENTRY[share.source], reason=words) for words in said)
        case _:
            yield from _of_pools(shares)


def _of_pools(shares: Sequence[Share]) -> Iterator[Reason]:
    included = shares[0].piece.terms.included
    for pool in sorted({each.pool for each in shares}):
        match shares[0].source:
            case Source.PER_TICKET:
                yield reason(Why.PER_TICKET)
            case Source.PREPAID:
                yield reason(Why.PREPAID, lot=pool)
            case _ if included and included.unlimited:
                yield reason(Why.UNLIMITED)
            case _:
                yield reason(Why.INCLUDED, month=pool)


def _of_rate(share: Share, ticket: Ticket) -> Reason:
    piece, terms = share.piece, share.piece.terms
    work_type = piece.entry.work_type
    if work_type in terms.severity_rates.get(ticket.severity, {}):
        return reason(Why.SEVERITY_RATE, work_type=work_type, severity=ticket.severity, price=piece.rate)
    return reason(Why.RATE, work_type=work_type, price=piece.rate, since=terms.valid_from.isoformat())


def _of_band(share: Share) -> Iterator[Reason]:
    band = share.piece.band
    if band.multiplier != 1 and share.source in (Source.TIME, Source.INCLUDED, Source.PREPAID):
        yield reason(Why.BAND, band=band.code, multiplier=band.multiplier)


def _of_rounding(shares: Sequence[Share]) -> Iterator[Reason]:
    pieces = {id(share.piece): share.piece for share in shares}
    changes = [piece.minutes - piece.worked for piece in pieces.values()]
    if added := sum(change for change in changes if change > 0):
        yield reason(Why.ROUNDED_UP, minutes=added)
    if taken := -sum(change for change in changes if change < 0):
        yield reason(Why.ROUNDED_DOWN, minutes=taken)
