"""What a ticket has in its team's own fields: read, written, and asked for before it is resolved."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from accounts.actors import Actor
from accounts.models import Membership
from tickets.enums import FieldType
from tickets.errors import FieldsMissing
from tickets.models import FieldValue, Ticket
from tickets.own_values import Given, Value, gathered, given, marks_of
from tickets.process import OwnField, Process, names_at, needs, process
from tickets.requirements import Stage, evaluate


def values_of(ticket: Ticket, own: Process) -> dict[str, Value]:
    """By key; nothing is asked of the database for a team without fields."""
    if not own.fields:
        return {}
    rows = FieldValue.objects.filter(ticket=ticket).order_by("pk")
    by_pk = gathered((row.field_id, _value(row)) for row in rows)
    return {each.key: by_pk[each.pk] for each in own.fields if each.pk in by_pk}


def _value(row: FieldValue) -> Value:
    if row.number is not None:
        return row.number
    if row.choice_id is not None:
        return (row.choice_id,)
    return row.day or (row.yes if row.yes is not None else row.text)


def given_in(ticket: Ticket, addresses: list[str], own: Process) -> dict[str, Given]:
    """What the ticket has in some fields, by their addresses."""
    values = values_of(ticket, own) if addresses else {}
    found = ((address, own.of(address)) for address in addresses)
    return {address: given(each, values.get(each.key)) for address, each in found if each}


def write(ticket: Ticket, changed: Mapping[str, Given], own: Process) -> None:
    """Put values in the place of what the ticket had, by the fields' addresses; the caller writes the log."""
    fields = {each.pk: value for address, value in changed.items() if (each := own.of(address))}
    FieldValue.objects.filter(ticket=ticket, field__in=fields).delete()
    known = {each.pk: each for each in own.fields}
    rows = [row for pk, value in fields.items() for row in _rows(ticket, known[pk], value.value)]
    FieldValue.objects.bulk_create(rows)


def _rows(ticket: Ticket, own: OwnField, value: Value) -> Iterator[FieldValue]:
    def row(**column: object) -> FieldValue:
        return FieldValue(ticket=ticket, field_id=own.pk, **column)

    match value:
        case bool():
            yield row(yes=value)
        case Decimal():
            yield row(number=value)
        case tuple():
            yield from (row(choice_id=pk) for pk in value)
        case str():
            yield row(text=value)
        case None:
            return
        case _:
            yield row(day=value)


def refuse_if_incomplete(ticket: Ticket, *, by: Actor) -> None:
    """Raise FieldsMissing where the ticket lacks what has to be known of it before it is resolved."""
    own = process()
    if not needs(own, Stage.RESOLVED):
        return
    values = values_of(ticket, own)
    marks = {each.key: marks_of(each, values.get(each.key)) for each in own.active}
    found = evaluate(own.wanted, marks, kind=ticket.kind, stage=Stage.RESOLVED, roles=_roles(own, by))
    if found.missing:
        raise FieldsMissing(names_at(own, found.missing))


def _roles(own: Process, by: Actor) -> frozenset[str]:
    """The roles of whoever acts, where any rule asks for them."""
    if by.membership_id is None or not any(rule.roles for each in own.wanted for rule in each.rules):
        return frozenset()
    return frozenset(Membership.objects.get(pk=by.membership_id).roles)


def type_of(own: Process, address: str) -> tuple[str, FieldType]:
    """Name and type of a field, for the log."""
    each = own.of(address)
    return (each.name, each.type) if each else (address, FieldType.TEXT)
