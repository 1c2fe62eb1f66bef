"""A team's own fields and kinds, as their settings ask for them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.forms import TenantModelForm
from core.forms import LookForm
from tickets.enums import FieldEffect, FieldType, Kind
from tickets.forms_own import Asked, OwnFieldsMixin
from tickets.models import CustomField, FieldRule, KindName
from tickets.process import OwnField, Process, rule_of
from tickets.requirements import Stage, circle
from tickets.services.shaping import BELOW, Edited

MOST_CHOICES, LONGEST_CHOICE = 200, 80


def kinds_field(own: Process) -> forms.MultipleChoiceField:
    """Any of the kinds by the team's names; none means all."""
    return forms.MultipleChoiceField(
        label=_("Only for these kinds"),
        choices=own.kind_choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all."),
    )


class OwnFieldForm(TenantModelForm):
    """A field; what is filled in stays as it was chosen, because tickets have values of it."""

    class Meta:
        model = CustomField
        fields = ["name", "type", "help_text", "kinds", "position", "in_portal", "is_active"]
        help_texts = {
            "help_text": _("One sentence below the field."),
            "in_portal": _("Requesters fill it in where they ask there."),
            "is_active": _("Without it nobody is asked any more. Tickets keep what they have."),
        }

    def __init__(self, *args: Any, own: Process, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"] = kinds_field(own)
        if self.instance.pk:
            del self.fields["type"]
        else:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class ChoicesForm(LookForm):
    """All choices of a field at once: names, order, what is put away, and new ones line by line."""

    new = forms.CharField(
        label=_("New choices"),
        required=False,
        max_length=MOST_CHOICES * LONGEST_CHOICE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in a line. Two levels are written so: Payroll > Holidays"),
    )

    def __init__(self, *args: Any, own: OwnField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = own.in_order()
        for place, each in enumerate(self.options):
            name = _("Name of %(choice)s") % {"choice": own.choice_words(each.pk)}
            self.fields[f"name-{each.pk}"] = forms.CharField(label=name, max_length=LONGEST_CHOICE, initial=each.name)
            self.fields[f"position-{each.pk}"] = forms.IntegerField(
                label=_("Position of %(choice)s") % {"choice": each.name}, min_value=0, max_value=9999, initial=place
            )
            self.fields[f"away-{each.pk}"] = forms.BooleanField(
                label=_("Put %(choice)s away") % {"choice": each.name}, required=False, initial=each.archived
            )

    @property
    def rows(self) -> list[tuple[bool, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """For the page: whether it is below another one, and its three controls."""
        return [
            (each.parent is not None, *(self[f"{name}-{each.pk}"] for name in ("name", "position", "away")))  # type: ignore[misc]  # three
            for each in self.options
        ]

    def clean_new(self) -> list[str]:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["new"]).splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) + len(self.options) > MOST_CHOICES:
            raise ValidationError(_("At most %(count)s."), params={"count": MOST_CHOICES})
        for line in lines:
            parts = [part.strip() for part in line.split(BELOW)]
            if len(parts) > 2 or not all(parts) or max(map(len, parts)) > LONGEST_CHOICE:  # levels
                raise ValidationError(_("“%(word)s” cannot be right."), params={"word": line[:40]})
        return lines

    @property
    def edited(self) -> dict[int, Edited]:
        data = self.cleaned_data
        return {
            each.pk: Edited(data[f"name-{each.pk}"], data[f"position-{each.pk}"], data[f"away-{each.pk}"])
            for each in self.options
        }


class RuleForm(LookForm):
    """One sentence: what holds, for which kinds, whose act, and where another field has a value."""

    effect = forms.ChoiceField(label=_("What holds"), choices=FieldEffect)
    where = forms.ChoiceField(label=_("Only where"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Only where these act"),
        choices=Role,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all."),
    )

    def __init__(self, *args: Any, own: Process, field: OwnField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.process, self.field = own, field
        self.fields["kinds"] = kinds_field(own)
        where: Any = self.fields["where"]
        where.choices = [("", _("Always")), *_wheres(own, field)]
        self.order_fields(["effect", "where", "kinds", "roles"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        shows = data["effect"] == FieldEffect.SHOWN
        if shows and not (data["where"] or data["kinds"] or data["roles"]):
            raise ValidationError(_("Say where it is shown; without a rule it always is."))
        if shows and (found := circle(self._with_rule())):
            names = [each.name for key in found for each in self.process.fields if each.key == key]
            raise ValidationError(
                _("These fields would show each other only: %(fields)s."), params={"fields": " > ".join(names)}
            )
        return data

    def _with_rule(self) -> list[Any]:
        added = rule_of(self._told)
        fields = [each.wanted for each in self.process.fields]
        mine = self.field.key
        return [replace(each, rules=(*each.rules, added)) if each.key == mine else each for each in fields]

    @property
    def _other(self) -> tuple[OwnField | None, int | None, bool | None]:
        """The other field of the condition, with its choice or its yes or no."""
        what, _dash, pk = self.cleaned_data["where"].partition("-")
        if what == "choice":
            other = next(each for each in self.process.fields if int(pk) in {option.pk for option in each.options})
            return other, int(pk), None
        if what:
            return next(each for each in self.process.fields if each.pk == int(pk)), None, what == "yes"
        return None, None, None

    @property
    def _told(self) -> dict[str, Any]:
        other, choice, yes = self._other
        data = {name: self.cleaned_data[name] for name in ("effect", "kinds", "roles")}
        return data | {"when_field": other and other.key, "when_choice": choice, "when_yes": yes}

    def rule(self) -> FieldRule:
        """Not saved yet."""
        other, choice, yes = self._other
        data = {name: self.cleaned_data[name] for name in ("effect", "kinds", "roles")}
        where = {"when_field_id": other and other.pk, "when_choice_id": choice, "when_yes": yes}
        return FieldRule(field_id=self.field.pk, **data, **where)


def _wheres(own: Process, field: OwnField) -> Sequence[tuple[Any, Any]]:
    """By other field the values that a condition can name."""
    found: list[tuple[Any, Any]] = []
    for each in own.active:
        if each.pk != field.pk and each.type == FieldType.YES:
            found.append((each.name, [(f"yes-{each.pk}", _("Yes")), (f"no-{each.pk}", _("No"))]))
        elif each.pk != field.pk and each.options:
            found.append((each.name, [(f"choice-{o.pk}", each.choice_words(o.pk)) for o in each.in_order()]))
    return found


class KindForm(TenantModelForm):
    """A kind by the team's name. What mail becomes stays in use."""

    class Meta:
        model = KindName
        fields = ["name", "description", "is_off"]
        help_texts = {
            "name": _("Empty: the product's own name."),
            "description": _("Stands where somebody chooses the kind."),
            "is_off": _("Nobody can choose it any more. Tickets keep it, and clocks and invoices know it."),
        }

    def __init__(self, *args: Any, own: Process, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.process = own
        if self.instance.kind == Kind.REQUEST:
            del self.fields["is_off"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = [str(self.process.kind_label(kind)).casefold() for kind in Kind if kind != self.instance.kind]
        if name and name.casefold() in others:
            raise ValidationError(_("There is one with this already."))
        return name


class PreviewForm(OwnFieldsMixin, LookForm):
    """A team's own fields as whoever fills them in sees them; nothing is kept."""

    kind = forms.ChoiceField(label=_("Kind"))
    stage = forms.ChoiceField(
        label=_("When"),
        choices=[("made", _("The ticket is made or accepted")), ("resolved", _("The ticket is resolved"))],
    )

    def __init__(self, data: Any, *, own: Process, roles: frozenset[str]) -> None:
        stage = Stage.RESOLVED if data and data.get("stage") == Stage.RESOLVED else Stage.MADE
        super().__init__(data, initial={"kind": Kind.REQUEST, "stage": stage})
        kind: Any = self.fields["kind"]
        kind.choices, kind.help_text = own.kind_choices(), own.kind_help()
        self.ask(Asked(process=own, stage=stage, roles=roles))
