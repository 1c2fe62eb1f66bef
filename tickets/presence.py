"""Who is looking at a ticket and who is writing on it; kept where it may be lost, as long as a page goes on asking.

A place is a ticket's number in its tenant. What a member last asked with stands there as well: until when they were
known to see the ticket, so that a poll that finds nothing new asks the database nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.models.absences import covered_ids
from core import live
from core.live import Sight

# A page that has not asked for so long is gone: three polls.
STAYS_SECONDS = 45
# So often the database is asked even where nothing says that rights have changed.
TRUSTED_MS = 55_000


class Doing(TextChoices):
    """What somebody does on a ticket; a member is said to do one thing at a time."""

    VIEWING = "viewing"
    REPLY = "reply"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague on a ticket."""

    name: str
    doing: Doing

    @property
    def words(self) -> str:
        phrases = {
            Doing.VIEWING: _("%(name)s is viewing"),
            Doing.REPLY: _("%(name)s is writing a reply"),
            Doing.NOTE: _("%(name)s is writing a note"),
        }
        return phrases[self.doing] % {"name": self.name}

    @property
    def look(self) -> str:
        """The ring of the avatar."""
        return "live" if self.doing == Doing.VIEWING else "typing"


def doing_of(word: str) -> Doing:
    """What a page says that its reader does."""
    return Doing(word) if word in Doing else Doing.VIEWING


def colleagues(sight: Sight, place: str, *, but: Membership) -> list[Present]:
    """Who else is there, writers first."""
    found = [
        Present(entry["name"], doing_of(entry["doing"]))
        for who, entry in _entries(sight, place)
        if who != str(but.pk) and sight.now - entry["at"] < STAYS_SECONDS * 1000
    ]
    return sorted(found, key=lambda each: (each.doing == Doing.VIEWING, each.name))


def _entries(sight: Sight, place: str) -> Iterable[tuple[str, dict[str, Any]]]:
    facts: Mapping[str, str] = sight.places.get(place, {})
    return ((who, json.loads(said)) for who, said in facts.items())


def arrive(sight: Sight, place: str, doing: Doing, *, member: Membership, seen: str) -> None:
    """Say that the member is there; `seen` is the position at which they were known to see the ticket."""
    facts = {"name": member.name, "doing": doing, "at": sight.now, "seen": seen, "rights": _rights(member)}
    live.enter(member.tenant_id, place, str(member.pk), json.dumps(facts), seconds=STAYS_SECONDS)


def known_to_see(sight: Sight, place: str, member: Membership) -> str:
    """The position at which the member was last known to see the ticket, if nothing says that this has changed."""
    entry = dict(_entries(sight, place)).get(str(member.pk))
    if entry is None or entry["rights"] != _rights(member):
        return ""
    seen: str = entry["seen"]
    fresh = sight.now - live.instant_of(seen) < TRUSTED_MS
    return seen if fresh and live.is_same(seen, sight, place, live.RIGHTS) else ""


def _rights(member: Membership) -> list[object]:
    """What of a member decides what they see, as far as the request knows it."""
    return [sorted(member.roles), sorted(covered_ids(member))]
