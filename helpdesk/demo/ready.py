"""Canned responses and macros that the demo's desk has ready."""

from typing import Any

from accounts.models import Membership
from tickets.actions import Action, write
from tickets.enums import Audience, BulkKind
from tickets.models import CannedResponse, Macro, ResponseText
from tickets.services.tagging import find_or_make


def add_ready(owner: Membership, facts: dict[str, Any]) -> None:
    """What the workspace's file lists under `response` and `macro`, for everybody."""
    by_title = {}
    for entry in facts.get("response", []):
        row = CannedResponse.objects.create(
            title=entry["title"], used=entry["used"], owner=owner, audience=Audience.ALL
        )
        texts = [ResponseText(response=row, language=key, text=text) for key, text in entry["text"].items()]
        ResponseText.objects.bulk_create(texts)
        by_title[row.title] = row
    for entry in facts.get("macro", []):
        Macro.objects.create(
            title=entry["title"],
            note=entry.get("note", ""),
            response=by_title.get(entry.get("response", "")),
            actions=write(_actions(entry)),
            owner=owner,
            audience=Audience.ALL,
        )


def _actions(entry: dict[str, Any]) -> list[Action]:
    found = [Action(kind, entry[kind.value]) for kind in (BulkKind.ASSIGN, BulkKind.PRIORITY) if kind.value in entry]
    return found + [Action(BulkKind.TAG, str(find_or_make(name).pk)) for name in entry.get("tags", [])]
