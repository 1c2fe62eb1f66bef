"""Roots of words: what their forms have in common, whatever PostgreSQL's stemmers make of them.

The Finnish stemmer of PostgreSQL leaves changes of the stem itself alone (tulostin, tulostimen; asetus, asetukset;
käyttää, käytän). A root goes further, and would be no help to a grammarian: it only has to be the same for the forms
of one word and another one for most others. Roots have no accents, so that "sahkoposti" is found as well.
"""

import re
import unicodedata
from functools import lru_cache

SHORTEST = 3
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l"})

# Finnish, after folding: ä is a, ö is o and y is u, so that vowel harmony is gone.
_CLITIC = re.compile(r"(?<=[aeiou])(?:kin|kaan|han)$|(?<=[aeioun])(?:kohan|ko)$")
_POSSESSIVE = re.compile(r"(?<=[aeiou])(?:ni|si|mme|nne|nsa)$")
# Longest first; what stays has to be a word's length still.
_ENDINGS = re.compile(
    r"(?:isiin|minen|ssaan|inta|seen|maan|isin|isit|tten|mist|ssa|sta|lla|lta|lle|ksi|tta|hin|hun|hon|han|hen|den|ten"
    r"|jen|aan|een|iin|oon|uun|nut|neet|ttu|ien|(?<=[oeiu])ja|(?<=[aeiou])ta|en|in|n|t|a)$"
)
_STEM_ENDINGS = (
    (re.compile(r"([aeiou])ks[ei]*$"), r"\1"),  # asetukse-, tulokse-
    (re.compile(r"(u)[dt][ei]+$"), r"\1"),  # oikeude-, yhteyte-
    (re.compile(r"(?:mis|im)[ei]*$"), ""),  # kirjautumise-, tulostime-
    (re.compile(r"([aeiou])s[ei]*$"), r"\1"),  # asiakas, sähköise-
)
_GRADES = (("kk", "k"), ("pp", "p"), ("tt", "t"), ("ng", "nk"), ("d", "t"))
# What a strong grade may be instead: only tried for words that are asked for, because it also joins what is apart.
_OTHER_GRADES = (("nn", "nt"), ("ll", "lt"), ("rr", "rt"), ("mm", "mp"), ("v", "p"), ("aj", "aik"))


def fold(word: str) -> str:
    """A word in lower case without accents."""
    plain = unicodedata.normalize("NFKD", word.lower().translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def root(word: str, language: str) -> str:
    """What the forms of a word have in common; any language but Finnish leaves that to PostgreSQL's stemmer."""
    plain = fold(word)
    return _finnish(plain.replace("y", "u")) if language == "fi" and plain.isalpha() else plain


def other_roots(word: str, language: str) -> list[str]:
    """Roots that a Finnish word may also have: another reading of its end, or the other grade of its stem."""
    if language != "fi":
        return []
    plain, own = fold(word).replace("y", "u"), root(word, language)
    found = {_graded(_bare(plain))}
    for each in (own, *found):
        for weak, strong in _OTHER_GRADES:
            found |= {each[: -len(end)] + to for end, to in ((weak, strong), (strong, weak)) if each.endswith(end)}
    return sorted(each for each in found - {own} if len(each) >= SHORTEST)


def _finnish(word: str) -> str:
    if len(word) <= SHORTEST + 1:
        return word
    for pattern in (_CLITIC, _POSSESSIVE):
        shorter = pattern.sub("", word)
        word = shorter if len(shorter) > SHORTEST else word
    return _graded(_bare(_without_ending(word)))


def _without_ending(word: str) -> str:
    for match in _ENDINGS.finditer(word, SHORTEST + 1):
        return word[: match.start()]
    return word


def _bare(word: str) -> str:
    """Without what stands between a stem and its endings."""
    for pattern, kept in _STEM_ENDINGS:
        shorter = pattern.sub(kept, word)
        word = shorter if len(shorter) >= SHORTEST else word
    shorter = word.rstrip("aeiou")
    return shorter if len(shorter) >= SHORTEST else word[:SHORTEST]


def _graded(stem: str) -> str:
    for weak, strong in _GRADES:
        if stem.endswith(weak):
            return stem[: -len(weak)] + strong
    return stem
