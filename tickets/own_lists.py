"""A team's own fields in lists: as filters, columns and groups, named `f-<key>` in addresses.

The tenant's own rows are the allowlist. A list whose address names none of them asks for none of them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from tickets import selection as selecting
from tickets.asking import Field, Special, Words, days_words, read_days
from tickets.enums import FieldType, Kind
from tickets.models import FieldValue, Ticket
from tickets.models.process import DECIMALS
from tickets.models.tickets import TicketQuerySet
from tickets.own_values import number_words, read_json, values_as_json, words_of
from tickets.process import PREFIX, OwnField, Process, process
from tickets.selection import Condition, Own, Selection, UnknownSelection

# Behind every place that a choice has.
LAST = 2**31 - 1
NAMED = re.compile(rf"(?:^|[?&=]){PREFIX}")
NUMBER = re.compile(r"\A-?\d{1,11}(?:\.\d{1,4})?\Z")
TEXTS = (FieldType.TEXT, FieldType.LONG)


def read(query: QueryDict, *, also: Iterable[str] = ()) -> Selection:
    """tickets.selection.read, with the fields of the tenant in scope where the address names any."""
    return selecting.read(query, also=also, own=_own(query.urlencode()))


def parse(query: str) -> Selection:
    """tickets.selection.parse, likewise."""
    return selecting.parse(query, own=_own(query))


def _own(query: str) -> Own:
    return own_names(process()) if NAMED.search(query) else Own()


def own_names(own: Process) -> Own:
    """What addresses may name: the texts are columns only, the longest nothing, one choice is a group as well."""
    return Own(
        fields=tuple(each.address for each in own.fields if each.type not in TEXTS),
        columns=tuple(each.address for each in own.fields if each.type != FieldType.LONG),
        groups=tuple(each.address for each in own.fields if each.type == FieldType.CHOICE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAsked(Field):
    """A field of the team's own, to be asked for by choice, by yes or no, or from one value to another."""

    own: OwnField

    def condition(self, asked: Condition, member: Membership) -> Q:
        """Raises UnknownSelection for a value that the field does not know."""
        found, chosen = Q(), list[int]()
        for value in asked.values:
            if value.isdecimal() and value in self.specials:
                chosen += self.own.below(int(value))
            elif value in self.specials:
                found |= self.specials[value].condition(member)
            elif self.is_range and ".." in value:
                found |= self._among(self._span(value))
            else:
                raise UnknownSelection(self.name)
        if chosen:
            found |= self._among(Q(choice__in=chosen))
        return ~found if asked.negated else found

    @property
    def is_range(self) -> bool:
        return self.own.type in (FieldType.NUMBER, FieldType.DAY)

    def _span(self, value: str) -> Q:
        column = "day" if self.own.type == FieldType.DAY else "scaled"
        first, last = read_days(value) if column == "day" else _scaled(value)
        found = Q() if first is None else Q(**{f"{column}__gte": first})
        return found if last is None else found & Q(**{f"{column}__lte": last})

    def _among(self, condition: Q) -> Q:
        return Q(pk__in=FieldValue.objects.filter(condition, field=self.own.pk).values("ticket"))

    def words_of_span(self, value: str) -> Words:
        if self.own.type == FieldType.DAY:
            return days_words(value)
        return " - ".join(number_words(Decimal(each)) if each else "" for each in value.split(".."))


def _scaled(value: str) -> tuple[int | None, int | None]:
    """Both ends of "10..20.5" as the column `scaled` holds them; either may be left out. Raises UnknownSelection."""
    first, last = (read_number(each) for each in value.split("..", 1))
    if (first is None and last is None) or (first is not None and last is not None and first > last):
        raise UnknownSelection(value)
    return first, last


def read_number(text: str) -> int | None:
    """A number as addresses write it, scaled; None for nothing. Raises UnknownSelection."""
    if not text:
        return None
    if not NUMBER.match(text):
        raise UnknownSelection(text)
    return int(Decimal(text).scaleb(DECIMALS))


def written_span(asked: OwnAsked, first: str, last: str) -> str:
    """A span as addresses write it, of what was typed in two boxes. Raises UnknownSelection."""
    ends = [each.strip().replace(",", ".").replace(" ", "") for each in (first, last)]
    value = "..".join(_plain(each) if asked.own.type == FieldType.NUMBER else each for each in ends)
    asked.condition(Condition(asked.name, (value,)), None)  # type: ignore[arg-type]  # asks nobody about a span
    return value


def _plain(text: str) -> str:
    try:
        return f"{Decimal(text):f}" if text else ""
    except InvalidOperation as error:
        raise UnknownSelection(text) from error


def asked_fields(own: Process, kind: Field) -> dict[str, Field]:
    """The fields that lists can be asked for beyond the product's own; kinds by the team's names for them."""
    names = own_names(own).fields
    found: dict[str, Field] = {each.address: _asked(each) for each in own.fields if each.address in names}
    kinds = {str(each): Special(own.kind_label(each), kind.specials[each].condition) for each in Kind}
    return {kind.name: Field(name=kind.name, label=kind.label, specials=kinds), **found}


def _asked(own: OwnField) -> OwnAsked:
    ends = {
        "set": Special(gettext_lazy("Filled in"), lambda member: _has(own)),
        "none": Special(gettext_lazy("Empty"), lambda member: ~_has(own)),
    }
    return OwnAsked(name=own.address, label=own.name, specials={**_specials(own), **ends}, own=own)


def _specials(own: OwnField) -> dict[str, Special]:
    if own.type == FieldType.YES:
        return {
            "yes": Special(gettext_lazy("Yes"), lambda member: _has(own, yes=True)),
            "no": Special(gettext_lazy("No"), lambda member: _has(own, yes=False)),
        }
    if own.type == FieldType.DAY:
        return {"past": Special(gettext_lazy("Until today"), lambda member: _has(own, day__lte=timezone.localdate()))}
    return {str(each.pk): Special(own.choice_words(each.pk), _any) for each in own.in_order()}


def _any(member: Membership) -> Q:
    return Q()


def _has(own: OwnField, **more: Any) -> Q:
    return Q(pk__in=FieldValue.objects.filter(field=own.pk, **more).values("ticket"))


def with_own_columns(tickets: TicketQuerySet, selection: Selection) -> TicketQuerySet:
    """With what own columns show."""
    if any(name.startswith(PREFIX) for name in selection.shown):
        tickets = tickets.annotate(own_values=ArraySubquery(values_as_json()))
    return tickets


def with_own_group(tickets: TicketQuerySet, selection: Selection) -> TicketQuerySet:
    """With what the own group sorts by."""
    if selection.group.startswith(PREFIX) and (own := process().of(selection.group)):
        chosen = FieldValue.objects.filter(ticket=OuterRef("pk"), field=own.pk)
        place = Subquery(chosen.values("choice__position")[:1], output_field=IntegerField())
        choice = Subquery(chosen.values("choice")[:1], output_field=BigIntegerField())
        tickets = tickets.annotate(
            own_place=Coalesce(place, Value(LAST)),
            own_choice=Coalesce(choice, Value(0), output_field=BigIntegerField()),
        )
    return tickets


def own_cells(names: Iterable[str]) -> dict[str, Callable[[Ticket, Any], str]]:
    """How to write each own column of that name, for tickets that were fetched `with_own_columns`."""
    wanted = [name for name in names if name.startswith(PREFIX)]
    own = process() if wanted else None
    return {name: _cell(each) for name in wanted if own and (each := own.of(name))}


def _cell(own: OwnField) -> Callable[[Ticket, Any], str]:
    def words(ticket: Ticket, now: Any) -> str:
        return words_of(own, read_json(getattr(ticket, "own_values", ())).get(own.pk))

    return words


def own_group(group: str) -> Callable[[Ticket], str]:
    """The words above the rows that are alike in an own field."""
    own = process().of(group)
    return lambda ticket: (own and own.choice_words(getattr(ticket, "own_choice", 0))) or _("Empty")


def own_columns() -> dict[str, Words]:
    """Names of all columns that the team's own fields can be, by their addresses."""
    own = process()
    return {each.address: each.name for each in own.active if each.address in own_names(own).columns}


def own_groups() -> dict[str, Words]:
    own = process()
    return {each.address: each.name for each in own.active if each.address in own_names(own).groups}
