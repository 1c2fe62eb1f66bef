"""What differs between two versions of a text, word by word."""

import difflib
import re
from dataclasses import dataclass

PIECE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `kind` is same, added or removed."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The new text with what was removed still in its place."""
    before, after = PIECE.findall(old), PIECE.findall(new)
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(before[i:j])))
            continue
        found += [Piece("removed", "".join(before[i:j]))] if i < j else []
        found += [Piece("added", "".join(after[k:m]))] if k < m else []
    return found
