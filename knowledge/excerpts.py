"""The part of a text that answers a question best, with the words that were asked for marked."""

import html
import re
from collections.abc import Iterable

from knowledge.questions import WORD
from knowledge.stemming import root

LENGTH = 200
# Of a text, from its beginning: what is looked through.
LOOKED_THROUGH = 6_000
SHORTEST_BEGINNING = 4


def excerpt(plain: str, roots: Iterable[str], language: str) -> str:
    """About LENGTH characters of a text as HTML, words with one of these roots in <mark>, nothing else as markup."""
    text = " ".join(plain[:LOOKED_THROUGH].split())
    asked = tuple(roots)
    hits = [match for match in WORD.finditer(text) if _is_asked(match[0], asked, language)]
    start = _start(text, [match.start() for match in hits])
    end = _word_end(text, start + LENGTH)
    pieces, place = ["… " if start else ""], start
    for match in hits:
        if start <= match.start() and match.end() <= end:
            pieces += [html.escape(text[place : match.start()]), f"<mark>{html.escape(match[0])}</mark>"]
            place = match.end()
    pieces += [html.escape(text[place:end]), " …" if end < len(text) else ""]
    return "".join(pieces)


def _is_asked(word: str, asked: tuple[str, ...], language: str) -> bool:
    own = root(word, language)
    return any(own == each or (len(each) >= SHORTEST_BEGINNING and own.startswith(each)) for each in asked)


def _start(text: str, hits: list[int]) -> int:
    """Where a window of LENGTH has most hits, moved back to the beginning of its sentence or word."""
    if not hits or hits[0] < LENGTH // 2:
        return 0
    best = max(hits, key=lambda hit: sum(hit <= other < hit + LENGTH for other in hits))
    sentence = max(text.rfind(stop, max(0, best - LENGTH // 2), best) for stop in (". ", "? ", "! ", ": "))
    return sentence + 2 if sentence >= 0 else text.rfind(" ", 0, max(best - 30, 0)) + 1


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    found = re.search(r"\s", text[place:])
    return place + found.start() if found else len(text)
