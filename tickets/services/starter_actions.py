"""What a rule of a starter's file does, as tickets.actions keeps it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tickets.actions import Action, write
from tickets.enums import BulkKind


def actions_of(entry: Mapping[str, Any], tags: Sequence[str]) -> list[dict[str, str]]:
    """Its `assign` and `priority`, and the tags by their ids."""
    named = {"assign": BulkKind.ASSIGN, "priority": BulkKind.PRIORITY}
    single = [Action(kind, str(entry[name])) for name, kind in named.items() if name in entry]
    return write([*single, *(Action(BulkKind.TAG, tag) for tag in tags)])
