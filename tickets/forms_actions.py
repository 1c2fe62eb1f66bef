"""What a ticket gets, chosen field by field: for macros, and for whatever else acts by itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.standing_in import Away
from tickets.actions import ME, REPEATED, Action, BadActions, ordered
from tickets.enums import BulkKind
from tickets.forms_bulk import choices_of
from tickets.models import Tag
from tickets.services.tagging import find_or_make

Names = dict[BulkKind, dict[str, Any]]

FIELDS = {
    "do_assign": BulkKind.ASSIGN,
    "do_move": BulkKind.MOVE,
    "do_kind": BulkKind.KIND,
    "do_priority": BulkKind.PRIORITY,
    "do_status": BulkKind.STATUS,
    "do_tag": BulkKind.TAG,
    "do_untag": BulkKind.UNTAG,
}
AS_IT_IS = _("stays as it is")
SEVERAL = _("Several with commas between them.")


def names_for(member: Membership, away: Mapping[int, Away], kinds: Iterable[BulkKind] = FIELDS.values()) -> Names:
    """By kind, what the member may give and how it is called."""
    names: Names = {}
    for kind in dict.fromkeys(kinds):
        names[kind] = {str(value): label for value, label in choices_of(tag_kind(kind), member, away)}
        if kind == BulkKind.ASSIGN:
            names[kind] = {ME: _("Whoever runs it"), **names[kind]}
    return names


def tag_kind(kind: BulkKind) -> BulkKind:
    """Tags that are put on are named like those that are taken off."""
    return BulkKind.UNTAG if kind == BulkKind.TAG else kind


class ActionsMixin(forms.BaseForm):
    """The fields of actions in a form; `actions` are what was chosen, after cleaning."""

    cleaned_data: dict[str, Any]

    def add_action_fields(self, names: Names, actions: Iterable[Action]) -> None:
        """Put the fields at the end, filled in with the actions that there are."""
        given = list(actions)
        for name, kind in FIELDS.items():
            values = [each.value for each in given if each.kind == kind]
            self.fields[name] = _tags_field(kind) if kind in REPEATED else _one_of(kind, names[kind])
            words = [str(names[kind].get(value, value)) for value in values] if kind in REPEATED else values
            self.initial[name] = ", ".join(words)

    def clean_actions(self) -> tuple[Action, ...]:
        """To be called by `clean`: what was chosen; a clash is told at the tags, the only place where one can be."""
        chosen: list[Action] = []
        for name, kind in FIELDS.items():
            given = str(self.cleaned_data.get(name) or "")
            if not given:
                continue
            values = self._tags(name, kind, given) if kind in REPEATED else [given]
            chosen += [Action(kind, value) for value in values]
        try:
            return ordered(chosen)
        except BadActions:
            self.add_error("do_untag", _("A tag can be added or removed, not both, and there may be 30 in all."))
            return ()

    def _tags(self, name: str, kind: BulkKind, given: str) -> list[str]:
        words = [" ".join(word.split())[:40] for word in given.split(",") if word.strip()]
        if kind == BulkKind.TAG:
            return [str(find_or_make(word).pk) for word in words]
        found = {tag.key: str(tag.pk) for tag in Tag.objects.filter(key__in=[word.casefold() for word in words])}
        if missing := [word for word in words if word.casefold() not in found]:
            self.add_error(name, _("There is no tag %(words)s.") % {"words": ", ".join(missing)})
        return list(found.values())


def _one_of(kind: BulkKind, names: Mapping[str, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=kind.label, choices=[("", AS_IT_IS), *names.items()], required=False)


def _tags_field(kind: BulkKind) -> forms.CharField:
    return forms.CharField(label=kind.label, max_length=400, required=False, help_text=SEVERAL)
