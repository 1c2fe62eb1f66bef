"""A tenant's own fields and names of kinds as pages and forms use them: read once, then kept for half a minute.

Whoever changes them forgets what is kept. A tenant without any costs nothing but the look into the cache.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from redis.exceptions import RedisError

from accounts.scope import require_tenant_id
from core.cache import for_seconds
from tickets.enums import FieldType, Kind
from tickets.models import CustomField, FieldChoice, FieldRule, KindName
from tickets.requirements import Effect, Rule, Stage, Wanted, Where

SECONDS = 30
# What the name of an own field begins with in addresses, forms and logs.
PREFIX = "f-"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice; `parent` is the id of the one above it."""

    pk: int
    name: str
    parent: int | None
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnField:
    """A field of the team's own."""

    pk: int
    wanted: Wanted
    name: str
    type: FieldType
    help: str
    options: tuple[Option, ...]
    active: bool
    in_portal: bool = False

    @property
    def key(self) -> str:
        return self.wanted.key

    @property
    def address(self) -> str:
        return f"{PREFIX}{self.key}"

    @property
    def has_choices(self) -> bool:
        return self.type in (FieldType.CHOICE, FieldType.CHOICES)

    def choice_words(self, pk: int) -> str:
        """The choice's name behind that of the one above it; "" where the field has no such choice."""
        known = {option.pk: option for option in self.options}
        option = known.get(pk)
        if option is None:
            return ""
        above = known.get(option.parent or 0)
        return f"{above.name} > {option.name}" if above else option.name

    def below(self, pk: int) -> list[int]:
        """The choice and those below it."""
        return [pk, *(option.pk for option in self.options if option.parent == pk)]

    def in_order(self) -> list[Option]:
        """Each choice before those below it."""
        tops = [option for option in self.options if option.parent is None]
        return [each for top in tops for each in (top, *(o for o in self.options if o.parent == top.pk))]


@dataclass(frozen=True, slots=True)
class OwnKind:
    """A kind as the team calls it; "" for the product's own name."""

    name: str
    description: str
    off: bool


@dataclass(frozen=True, slots=True)
class Process:
    """All fields in their order, also those out of use, and the kinds that differ from the product's."""

    fields: tuple[OwnField, ...]
    kinds: dict[str, OwnKind]

    @property
    def active(self) -> list[OwnField]:
        return [each for each in self.fields if each.active]

    @property
    def wanted(self) -> list[Wanted]:
        """The fields in use, for tickets.requirements."""
        return [each.wanted for each in self.active]

    def of(self, address: str) -> OwnField | None:
        return next((each for each in self.fields if each.address == address), None)

    def kind_label(self, kind: str) -> str | Promise:
        own = self.kinds.get(kind)
        return own.name if own and own.name else Kind(kind).label

    def is_off(self, kind: str) -> bool:
        return kind in self.kinds and self.kinds[kind].off

    def kind_help(self) -> str:
        """When each kind in use is chosen, as far as the team has said it."""
        told = ((kind, self.kinds.get(kind)) for kind in Kind)
        return " ".join(
            f"{self.kind_label(kind)}: {own.description}"
            for kind, own in told
            if own and own.description and not own.off
        )

    def kind_choices(self, *, also: str = "") -> list[tuple[str, str | Promise]]:
        """The kinds in use, and the one that a ticket has already."""
        used = [kind for kind in Kind if kind == also or not self.is_off(kind)]
        return [(kind.value, self.kind_label(kind)) for kind in used]


def process() -> Process:
    """That of the tenant in scope."""
    return for_seconds(_key(), SECONDS, load)


def forget() -> None:
    """Read it anew: at once for this transaction, and for all others as soon as they can see what it changed."""
    key = _key()

    def drop() -> None:
        try:
            cache.delete(key)
        except RedisError:
            return

    drop()
    transaction.on_commit(drop)


def _key() -> str:
    return f"process:{require_tenant_id()}"


def load() -> Process:
    """From the database, in two statements."""
    options = FieldChoice.objects.filter(field=OuterRef("pk")).order_by("position", "pk")
    packed = options.values_list(JSONObject(pk="pk", name="name", parent="parent", archived="is_archived"))
    names = {name: name for name in ("effect", "kinds", "roles", "when_yes")}
    rules = FieldRule.objects.filter(field=OuterRef("pk")).order_by("pk")
    told = rules.values_list(JSONObject(**names, when_field="when_field__key", when_choice="when_choice"))
    rows = CustomField.objects.annotate(options=ArraySubquery(packed), told=ArraySubquery(told))
    kinds = {row.kind: OwnKind(row.name, row.description, row.is_off) for row in KindName.objects.all()}
    return Process(tuple(_field(row) for row in rows), kinds)


def _field(row: Any) -> OwnField:
    return OwnField(
        pk=row.pk,
        wanted=Wanted(row.key, frozenset(row.kinds), tuple(rule_of(each) for each in row.told)),
        name=row.name,
        type=FieldType(row.type),
        help=row.help_text,
        options=tuple(Option(**each) for each in row.options),
        active=row.is_active,
        in_portal=row.in_portal,
    )


def rule_of(told: dict[str, Any]) -> Rule:
    """A rule as its row says it: `when_field` is the other field's key."""
    where = None
    if told["when_field"]:
        mark = str(told["when_choice"]) if told["when_choice"] else "yes" if told["when_yes"] else "no"
        where = Where(told["when_field"], mark)
    return Rule(Effect(told["effect"]), frozenset(told["kinds"]), frozenset(told["roles"]), where)


def names_at(own: Process, keys: Iterable[str]) -> list[str]:
    """The names of fields by their keys, in their order."""
    wanted = set(keys)
    return [each.name for each in own.fields if each.key in wanted]


def needs(own: Process, stage: Stage) -> bool:
    """Whether any field in use can be needed at that stage."""
    due = {Effect.MADE} if stage == Stage.MADE else {Effect.MADE, Effect.RESOLVED}
    return any(rule.effect in due for wanted in own.wanted for rule in wanted.rules)
