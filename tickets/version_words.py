"""What has changed from one version of a setting to the next, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Language
from accounts.models import Membership
from tickets.actions import BadActions, read, words_of
from tickets.automation_words import words_of_query
from tickets.forms_actions import Names
from tickets.selection import UnknownSelection
from tickets.services.versions import TEXT, Thing

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says values of one sort of setting to one member; `names` are the words of what actions give."""

    thing: Thing
    names: Names
    member: Membership

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
        """What differs, in the order of the fields."""
        texts = [name for name in {**before, **after} if name.startswith(TEXT)]
        for name in (*self.thing.fields, *sorted(texts)):
            one, other = before.get(name), after.get(name)
            if (one or None) != (other or None):
                yield Change(self._label(name), self._words(name, one), self._words(name, other))

    def _label(self, name: str) -> str:
        if name.startswith(TEXT):
            return _("Text, %(language)s") % {"language": Language(name.removeprefix(TEXT)).label}
        own = {"query": _("For which tickets"), "actions": _("What then")}
        field: Any = self.thing.model._meta.get_field(name)
        return str(own.get(name, field.verbose_name))

    def _words(self, name: str, value: Any) -> str:
        if name.startswith(TEXT):
            return value or NOTHING
        field: Any = self.thing.model._meta.get_field(name)
        if name == "query":
            return self._query(value or "")
        if name == "actions":
            return self._actions(value)
        return self._plain(field, value) if value not in (None, "", []) else NOTHING

    def _plain(self, field: Any, value: Any) -> str:
        if field.is_relation:
            row = field.related_model.objects.filter(pk=value).first()
            return str(row) if row else _("no longer there")
        if isinstance(value, list):
            labels = dict(getattr(field.base_field, "choices", None) or ())
            return ", ".join(str(labels.get(each, each)) for each in value)
        return str(dict(field.choices or ()).get(value, value))

    def _actions(self, value: Any) -> str:
        try:
            return ", ".join(words_of(read(value or []), self.names)) or NOTHING
        except BadActions:
            return NOTHING

    def _query(self, value: str) -> str:
        try:
            pairs = words_of_query(value, self.member)
        except UnknownSelection:
            return _("no longer there")
        return ", ".join(f"{label}: {words}" for label, words in pairs) or _("All tickets")
