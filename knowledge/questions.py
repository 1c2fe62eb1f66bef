"""What a question asks for: its words without those that only ask, and the roots that each may be found by.

Pure: reads no article. PostgreSQL compares what comes of it with the words of the tenant's articles.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.stemming import SHORTEST, fold, other_roots, root

MOST_WORDS = 12
LONGEST_WORD = 60
# A part of a compound is a word of its own from here on; and so is what is left of it.
SHORTEST_PART, SHORTEST_COMPOUND, SHORTEST_INSIDE = 4, 8, 5
WORD = re.compile(r"[^\W_]+(?:[.'\u2019-][^\W_]+)*")
COMPOUNDING = frozenset({"fi", "sv", "de"})
# How sure it is that an article with such a word is meant, against 1 for the word itself.
SAME_MEANING, OTHER_GRADE, PART = 0.8, 0.8, 0.75


@dataclass(frozen=True, slots=True)
class Wanted:
    """One way to find one word of a question: `place` counts the words, `sure` is 0..1.

    `word` is as it was written, empty where only the root is meant; `whole` for the word itself, which may have been
    mistyped; `inside` for what is also looked for in the middle and at the end of longer words.
    """

    place: int
    word: str
    root: str
    sure: float
    whole: bool = False
    inside: bool = False


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, object]]:
    return tomllib.loads((Path(__file__).parent / "data" / "words.toml").read_text("utf-8"))


@lru_cache(maxsize=8)
def silent(language: str) -> frozenset[str]:
    """Words that a question says without asking for them."""
    return frozenset(str(_data()["silent"].get(language, "")).split())


@lru_cache(maxsize=8)
def _same(language: str) -> dict[str, list[str]]:
    """By root, the words that mean the same."""
    groups: object = _data()["same"].get(language, [])
    meant: dict[str, list[str]] = {}
    for group in groups if isinstance(groups, list) else []:
        for word in group.split():
            meant.setdefault(root(word, language), []).extend(each for each in group.split() if each != word)
    return meant


def split(text: str) -> list[str]:
    """The words of a text in lower case, those joined by a hyphen or a dot whole."""
    return [word[:LONGEST_WORD].lower() for word in WORD.findall(text.replace("\0", " "))]


def words_of(text: str) -> list[str]:
    """The words of a text and the parts of those that are joined: what an article is found by."""
    return [each for word in split(text) for each in dict.fromkeys((word, *re.split(r"[.'\u2019-]", word))) if each]


def asked_words(question: str, language: str) -> list[str]:
    """What a question is about; all of its words where it has no other, each once."""
    told = list(dict.fromkeys(words_of(question)))
    words = [word for word in told if word not in silent(language) and (len(word) > 1 or word.isdigit())]
    return (words or told)[:MOST_WORDS]


def read(question: str, language: str) -> list[Wanted]:
    """All that the words of a question may be found by, the surest first for each word."""
    return [
        wanted for place, word in enumerate(asked_words(question, language)) for wanted in _ways(place, word, language)
    ]


def _ways(place: int, word: str, language: str) -> Iterator[Wanted]:
    own = root(word, language)
    yield Wanted(place, word, own, 1.0, whole=True, inside=len(own) >= SHORTEST_PART)
    for other in other_roots(word, language):
        yield Wanted(place, "", other, OTHER_GRADE)
    for same in _same(language).get(own, ()):
        yield Wanted(place, same, root(same, language), SAME_MEANING)
    if language in COMPOUNDING and word.isalpha() and len(word) >= SHORTEST_COMPOUND:
        yield from _parts(place, word, language)


def _parts(place: int, word: str, language: str) -> Iterator[Wanted]:
    """Every beginning and end of a word that may be a compound; the articles' own words say which of them are any."""
    for cut in range(SHORTEST_PART, len(word) - SHORTEST + 1):
        for part in (word[:cut], word[cut:]):
            if len(part) < SHORTEST_PART:
                continue
            share = len(part) / len(word)
            own = root(part, language)
            is_end = part == word[cut:] and len(own) >= SHORTEST_INSIDE
            yield Wanted(place, part, own, PART * (0.4 + 0.6 * share), inside=is_end)
            for same in _same(language).get(own, ()):
                yield Wanted(place, same, root(same, language), PART * SAME_MEANING * (0.4 + 0.6 * share))


def marks(question: str, language: str) -> frozenset[str]:
    """Roots by which an excerpt marks what was asked for."""
    ways = read(question, language)
    return frozenset(way.root for way in ways if way.sure >= SAME_MEANING * PART and len(fold(way.root)) >= SHORTEST)
