"""Who is named in a note: "@Aino Agent", or "@Aino" where one colleague alone has that first name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Not inside an address, and not a second one of "@@".
AT = re.compile(r"(?<![\w@.+-])@(?=\w)")
WORD = re.compile(r"\w[\w'-]*")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The people meant, by their ids in the order of the text; `unclear` are first names that several have."""

    people: tuple[int, ...]
    unclear: tuple[str, ...] = ()


def mentioned(text: str, names: Mapping[int, str]) -> Mentioned:
    """Whom the text names, of those given with their names. Capitals make no difference; other words stay words."""
    known = sorted(((_folded(name), pk) for pk, name in names.items() if name.strip()), reverse=True)
    found, unclear = dict[int, None](), dict[str, None]()
    for place in AT.finditer(text):
        rest = _folded(text[place.end() : place.end() + 200])
        whole = [pk for name, pk in known if _begins(rest, name)]
        word = WORD.match(rest)
        first = [pk for name, pk in known if word and name.split()[0] == word[0]]
        if whole:
            found[whole[0]] = None
        elif len(first) == 1:
            found[first[0]] = None
        elif first and word:
            unclear[text[place.end() : place.end() + len(word[0])]] = None
    return Mentioned(tuple(found), tuple(unclear))


def _folded(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", text.lower())


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not re.match(r"\w", text[len(name) : len(name) + 1])
