"""A team's own fields in any form: asked for, checked by the rules, and given as values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.enums import FieldType, Kind
from tickets.models.process import DECIMALS, DIGITS
from tickets.own_values import Given, Value, given, marks_of
from tickets.process import OwnField, Process
from tickets.requirements import Effect, Outcome, Rule, Stage, evaluate

LONGEST_LINE, LONGEST_TEXT = 200, 5000
TWO_COLUMNS = frozenset(FieldType) - {FieldType.LONG, FieldType.CHOICES}

if TYPE_CHECKING:
    _Form = forms.Form
else:
    _Form = object


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form asks for: the fields, what the ticket has in them by key, its stage, and the roles of who fills in.

    Without a `stage` nothing is required, but what is needed already is not to be emptied. `kind` is that of the
    ticket where the form does not ask for it. `few` leaves out whatever the stage neither waits for nor depends on.
    """

    process: Process
    now: Mapping[str, Value] = field(default_factory=dict)
    stage: Stage | None = None
    roles: frozenset[str] = frozenset()
    kind: str = ""
    few: bool = False

    @property
    def fields(self) -> list[OwnField]:
        """Those that the form holds."""
        if not self.few:
            return self.process.active
        due = {each.key for each in self.process.active if self._is_due(each)}
        while more := self._deciding(due) - due:
            due |= more
        return [each for each in self.process.active if each.key in due]

    @property
    def kinds(self) -> frozenset[str]:
        """Those that the ticket can be of once the form is sent."""
        return frozenset({self.kind}) if self.few and self.kind else frozenset(Kind)

    @property
    def effects(self) -> frozenset[Effect]:
        """What makes a field needed at the stage."""
        late = self.stage == Stage.RESOLVED
        return frozenset({Effect.MADE, Effect.RESOLVED} if late else {Effect.MADE})

    def rules_of(self, own: OwnField) -> list[Rule]:
        """The field's rules that can hold here."""
        return [rule for rule in own.wanted.rules if any(rule.is_for(kind, self.roles) for kind in self.kinds)]

    def _is_due(self, own: OwnField) -> bool:
        """Needed at this stage, and not known since an earlier one."""
        effects = {rule.effect for rule in self.rules_of(own)} & self.effects
        is_late = self.stage == Stage.RESOLVED and Effect.RESOLVED in effects
        has_it = not own.wanted.kinds or bool(own.wanted.kinds & self.kinds)
        return has_it and (is_late or (bool(effects) and self.now.get(own.key) is None))

    def _deciding(self, due: set[str]) -> set[str]:
        """What decides whether those are shown or needed, and is not known yet."""
        rules = (rule for each in self.process.active if each.key in due for rule in self.rules_of(each))
        asked = {rule.where.field for rule in rules if rule.where}
        return {each.key for each in self.process.active if each.key in asked and self.now.get(each.key) is None}

    def insists(self, own: OwnField) -> bool:
        """Whether the form has to be refused while it is empty."""
        return self.stage is not None or self.now.get(own.key) is not None

    def outcome(self, values: Mapping[str, Value], kind: str, stage: Stage) -> Outcome:
        marks = {each.key: marks_of(each, values.get(each.key)) for each in self.process.active}
        return evaluate(self.process.wanted, marks, kind=kind, stage=stage, roles=self.roles)


class OwnFieldsMixin(_Form):
    """For a form whose `__init__` calls `ask`."""

    asked: Asked | None = None
    # By address the values of the fields that are shown, once the form is valid.
    own: Mapping[str, Given] = MappingProxyType({})

    def ask(self, asked: Asked | None) -> None:
        """Add the fields that are asked for."""
        self.asked = asked
        for own in asked.fields if asked else []:
            now = asked.now.get(own.key) if asked else None
            made = _form_field(own, now)
            made.widget.attrs |= {"data-own": own.address, "data-rules": json.dumps(self._rules(own))}
            self.fields[own.address] = made
            self.initial[own.address] = self.initial.get(own.address, _initial(now))

    def _rules(self, own: OwnField) -> dict[str, Any]:
        """For the page's script: the kinds, and the alternatives under which it is shown, and needed."""
        asked = self.asked
        if asked is None:
            return {}
        mine = asked.rules_of(own)
        return {
            "kinds": sorted(own.wanted.kinds),
            "shown": [self._told(rule) for rule in mine if rule.effect == Effect.SHOWN],
            "conditional": any(rule.effect == Effect.SHOWN for rule in own.wanted.rules),
            "needed": [self._told(rule) for rule in mine if rule.effect in asked.effects] if asked.stage else [],
        }

    def _told(self, rule: Rule) -> dict[str, Any]:
        """A condition as the fields and values of this page; one of a field that is not on it is answered already."""
        told: dict[str, Any] = {"kinds": sorted(rule.kinds)}
        asked, where = self.asked, rule.where
        if asked is None or where is None:
            return told
        other = next((each for each in asked.process.active if each.key == where.field), None)
        if other is None or other not in asked.fields:
            met = other is not None and where.mark in marks_of(other, asked.now.get(other.key))
            return told | ({} if met else {"never": True})
        marks = [str(pk) for pk in other.below(int(where.mark))] if where.mark.isdecimal() else [where.mark]
        return told | {"field": other.address, "values": marks}

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """For the template: those that stand side by side."""
        return [self[each.address] for each in self._asked_fields if each.type in TWO_COLUMNS]

    @property
    def own_wide_fields(self) -> list[forms.BoundField]:
        """And those that need the whole width."""
        return [self[each.address] for each in self._asked_fields if each.type not in TWO_COLUMNS]

    @property
    def _asked_fields(self) -> list[OwnField]:
        return self.asked.fields if self.asked else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.asked is not None and self.asked.fields:
            self._check(self.asked, data)
        return data

    def _check(self, asked: Asked, data: dict[str, Any]) -> None:
        posted = {each.key: _value(each, data.get(each.address)) for each in asked.fields}
        kind = str(data.get("kind") or asked.kind or Kind.REQUEST)
        values = dict(asked.now) | posted
        found = asked.outcome(values, kind, asked.stage or Stage.MADE)
        for each in asked.fields:
            if each.key not in found.shown:
                # Without script it stood on the page all the same; nobody has to fill it in rightly.
                self.errors.pop(each.address, None)
            elif each.key in found.missing and each.address not in self.errors and asked.insists(each):
                self.add_error(each.address, _("This has to be filled in."))
        known = {each.key: each for each in asked.fields}
        self.own = {known[key].address: given(known[key], posted[key]) for key in found.shown if key in known}


def _value(own: OwnField, cleaned: Any) -> Value:
    """What a form field gives, as a value; None for what is empty."""
    if cleaned in (None, "", []):
        return None
    if own.type == FieldType.YES:
        return bool(cleaned == "yes")
    if own.has_choices:
        chosen = cleaned if isinstance(cleaned, list) else [cleaned]
        return tuple(sorted(int(each) for each in chosen))
    found: Value = cleaned
    return found


def _initial(value: Value) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return [str(pk) for pk in value]
    return value.normalize() + 0 if isinstance(value, Decimal) else value


def _number(common: dict[str, Any]) -> forms.Field:
    box = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, localize=True, widget=box, **common)


def _text(common: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **common)


def _day(common: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)


PLAIN: dict[FieldType, Callable[[dict[str, Any]], forms.Field]] = {
    FieldType.TEXT: lambda common: forms.CharField(max_length=LONGEST_LINE, **common),
    FieldType.LONG: _text,
    FieldType.NUMBER: _number,
    FieldType.DAY: _day,
    FieldType.YES: lambda common: forms.ChoiceField(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))], **common),
}


def _form_field(own: OwnField, now: Value) -> forms.Field:
    common: dict[str, Any] = {"label": own.name, "help_text": own.help, "required": False}
    if own.type == FieldType.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *_choices(own, now)], **common)
    if own.type == FieldType.CHOICES:
        return forms.MultipleChoiceField(choices=_choices(own, now), widget=forms.CheckboxSelectMultiple, **common)
    return PLAIN[own.type](common)


def _choices(own: OwnField, now: Value) -> list[tuple[str, Any]]:
    """Those in use and those that the ticket has; where there are two levels, the lower one below its heading."""
    has = now if isinstance(now, tuple) else ()
    usable = [each for each in own.in_order() if not each.archived or each.pk in has]
    found: list[tuple[str, Any]] = []
    for top in [each for each in usable if each.parent is None]:
        below = [(str(each.pk), each.name) for each in usable if each.parent == top.pk]
        found.append((top.name, below) if below else (str(top.pk), top.name))
        if below and top.pk in has:
            found.append((str(top.pk), top.name))
    return found
