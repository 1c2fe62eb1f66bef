"""Ways of working to begin with: what one would add to a team's settings, and adding it. Nothing existing changes."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import audit
from accounts.services.records import keep
from tickets.enums import Audience, FieldEffect, Kind
from tickets.models import CannedResponse, CustomField, FieldRule, KindName, Rule, SavedView, Status, Tag
from tickets.own_lists import parse
from tickets.process import process
from tickets.selection import Condition, Selection
from tickets.services import responses, ruling, shaping
from tickets.services.starter_actions import actions_of
from tickets.services.tagging import find_or_make

FOLDER = Path(__file__).resolve().parent.parent / "starters"
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Starter:
    """One way of working, as its file says it; texts are by language."""

    key: str
    data: Entry

    def text(self, name: str, language: str) -> str:
        return str(in_language(self.data[name], language))


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a starter adds; `is_there` where the team has one of that name already, in any language."""

    section: str | Promise
    name: str
    is_there: bool
    make: Callable[[], object]


@cache
def starters() -> tuple[Starter, ...]:
    """All that there are."""
    files = sorted(FOLDER.glob("*.toml"))
    return tuple(Starter(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def in_language(texts: Mapping[str, Any], language: str) -> Any:
    """English where a text has no other language."""
    return texts.get(language, texts["en"])


def pieces_of(starter: Starter, *, language: str, member: Membership, by: Actor) -> list[Piece]:
    """What the starter would add to the tenant in scope, in the order in which it can be made."""
    maker = _Maker(starter.data, language, member, by)
    lists = (maker.tags, maker.kinds, maker.statuses, maker.fields, maker.responses, maker.rules, maker.views)
    return [piece for pieces in lists for piece in pieces()]


@transaction.atomic
def apply(starter: Starter, *, language: str, member: Membership, by: Actor) -> int:
    """Add what is not there yet; returns how many. Twice adds nothing the second time, and rules are off."""
    missing = [each for each in pieces_of(starter, language=language, member=member, by=by) if not each.is_there]
    for piece in missing:
        piece.make()
    if missing:
        audit.record("starter.applied", by=by, target=starter.text("name", "en"), added=len(missing))
    return len(missing)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Reads one file for one team."""

    data: Entry
    language: str
    member: Membership
    by: Actor

    def _of(self, texts: Mapping[str, Any]) -> str:
        return str(in_language(texts, self.language))

    def _pieces(
        self,
        list_name: str,
        section: Promise,
        known: set[str],
        make: Callable[[Entry, str], object],
        title: str = "name",
    ) -> Iterator[Piece]:
        for entry in self.data.get(list_name, ()):
            name = self._of(entry[title])
            there = any(str(text).casefold() in known for text in entry[title].values())
            yield Piece(section, name, there, partial(make, entry, name))

    def tags(self) -> Iterator[Piece]:
        known = set(Tag.objects.values_list("key", flat=True))
        return self._pieces("tag", _("Tags"), known, lambda entry, name: find_or_make(name))

    def kinds(self) -> Iterator[Piece]:
        """A kind that the team has named or switched off itself stays as it is."""
        own, known = process(), set(KindName.objects.values_list("kind", flat=True))
        for entry in self.data.get("kind", ()):
            row = KindName(kind=entry["kind"], is_off=entry.get("off", False))
            make = partial(shaping.save_kind, row, changed=["is_off"], by=self.by)
            yield Piece(_("Kinds that are switched off"), str(own.kind_label(Kind(row.kind))), row.kind in known, make)

    def statuses(self) -> Iterator[Piece]:
        known = _folded(Status.objects.values_list("name", flat=True))

        def make(entry: Entry, name: str) -> None:
            position = (Status.objects.aggregate(last=Max("position"))["last"] or 0) + 1
            keep(Status(status_class=entry["class"], name=name, position=position), by=self.by, changed=["name"])

        return self._pieces("status", _("Statuses"), known, make)

    def fields(self) -> Iterator[Piece]:
        known = _folded(CustomField.objects.values_list("name", flat=True))
        return self._pieces("field", _("Fields"), known, self._field)

    def _field(self, entry: Entry, name: str) -> None:
        position = CustomField.objects.count()
        row = CustomField(name=name, type=entry["type"], kinds=entry.get("kinds", []), position=position)
        row.help_text = self._of(entry["help"]) if "help" in entry else ""
        shaping.save_field(row, changed=["name"], by=self.by)
        if choices := [self._of(choice) for choice in entry.get("choices", ())]:
            shaping.save_choices(row, {}, choices, by=self.by)
        if needed := entry.get("needed"):
            shaping.add_rule(FieldRule(field=row, effect=FieldEffect(needed)), by=self.by)

    def responses(self) -> Iterator[Piece]:
        known = _folded(CannedResponse.objects.filter(audience=Audience.ALL).values_list("title", flat=True))

        def make(entry: Entry, name: str) -> None:
            row = CannedResponse(title=name, audience=Audience.ALL, owner=self.member)
            texts = {language: entry[language] for language in ("en", "fi")}
            responses.save_response(row, texts, changed=["title"], by=self.by)

        return self._pieces("response", _("Canned responses"), known, make, title="title")

    def rules(self) -> Iterator[Piece]:
        known = _folded(Rule.objects.values_list("name", flat=True))
        return self._pieces("rule", _("Rules, switched off"), known, self._rule)

    def _rule(self, entry: Entry, name: str) -> None:
        given = {each: entry[each] for each in ("events", "clock", "amount", "tell") if each in entry}
        row = Rule(name=name, position=Rule.objects.count(), query=self._query(entry).query, **given)
        row.words = in_language(entry["words"], self.language) if "words" in entry else []
        row.note = self._of(entry["note"]) if "note" in entry else ""
        row.actions = actions_of(entry, self._tags(entry))
        ruling.save(row, changed=["name", *given], by=self.by)

    def views(self) -> Iterator[Piece]:
        known = _folded(SavedView.objects.filter(audience=Audience.ALL).values_list("name", flat=True))

        def make(entry: Entry, name: str) -> None:
            query = self._query(entry, tags=self._tags(entry)).query
            row = SavedView(name=name, audience=Audience.ALL, owner=self.member, query=query)
            keep(row, by=self.by, changed=["name"], name="view")

        return self._pieces("view", _("Saved views"), known, make)

    def _tags(self, entry: Entry) -> list[str]:
        """The ids of the tags that the entry names by their keys."""
        names = {tag["key"]: self._of(tag["name"]) for tag in self.data.get("tag", ())}
        return [str(find_or_make(names[key]).pk) for key in entry.get("tags", ())]

    def _query(self, entry: Entry, tags: Sequence[str] = ()) -> Selection:
        """What a list shows, with statuses by their classes."""
        selection = parse(entry.get("query", ""))
        classes = entry.get("statuses", [entry["status"]] if "status" in entry else [])
        if classes:
            rows = Status.objects.filter(status_class__in=classes)
            selection = selection.having(Condition("status", tuple(str(row.pk) for row in rows)))
        if tags:
            selection = selection.having(Condition("tag", tuple(tags)))
        return parse(selection.query + (f"&sort={entry['sort']}" if "sort" in entry else ""))


def _folded(names: Any) -> set[str]:
    return {name.casefold() for name in names}
