"""Mail addresses whose letters only look like those of others, such as a Cyrillic letter for an a.

Known here are single letters that most fonts draw like one of a-z, and what Unicode calls a form of a letter: full
width, ligatures, accents. Within a-z nothing is compared, because honest neighbours are called `arne` and `ame`.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress

# By alphabet and name in Unicode, because nobody could read the letters themselves.
PASSING_FOR = {
    "CYRILLIC SMALL LETTER": "A=a, SOFT SIGN=b, ES=c, KOMI DE=d, IE=e, UKRAINIAN IE=e, KOMI SJE=g, SHHA=h, "
    "BYELORUSSIAN-UKRAINIAN I=i, JE=j, KA=k, PALOCHKA=l, PE=n, O=o, ER=p, QA=q, GHE=r, DZE=s, IZHITSA=v, WE=w, HA=x, "
    "U=y, STRAIGHT U=y",
    "GREEK SMALL LETTER": "ALPHA=a, EPSILON=e, IOTA=i, KAPPA=k, ETA=n, OMICRON=o, SIGMA=o, RHO=p, TAU=t, UPSILON=u, "
    "NU=v, OMEGA=w, CHI=x, GAMMA=y",
    "ARMENIAN SMALL LETTER": "CO=g, HO=h, VO=n, OH=o, ZA=q, SEH=u",
    "LATIN SMALL LETTER": "ALPHA=a, D WITH STROKE=d, SCRIPT G=g, H WITH STROKE=h, DOTLESS I=i, IOTA=i, "
    "L WITH STROKE=l, L WITH BAR=l, O WITH STROKE=o",
    "LATIN LETTER SMALL CAPITAL": "C=c, O=o, U=u, V=v, W=w, Z=z",
}
LETTERS = {
    ord(unicodedata.lookup(f"{alphabet} {name}")): plain
    for alphabet, letters in PASSING_FOR.items()
    for name, plain in (letter.split("=") for letter in letters.split(", "))
}


def in_plain_letters(email: str) -> str:
    """What a reader takes the address for, in lower case; an ordinary address stays as it is.

    Equal to the address of somebody else, it says that these two can be taken for each other.
    """
    bare = [char for char in unicodedata.normalize("NFKD", decoded(email)) if not unicodedata.combining(char)]
    return "".join(bare).lower().translate(LETTERS)


def decoded(email: str) -> str:
    """The address with an international domain (`xn--`, RFC 5891) in its own letters."""
    local, at, domain = email.rpartition("@")
    return local + at + ".".join(map(_in_letters, domain.split(".")))


def both_spellings(email: str) -> str:
    """An international address as people and as machines write its domain; any other as it is.

    "eve@xn--hmri-loab.example" -> "eve@hämäri.example (xn--hmri-loab.example)".
    """
    shown = decoded(email)
    domain = shown.rpartition("@")[2]
    if domain.isascii():
        return email
    return f"{shown} ({'.'.join(map(_in_ascii, domain.split('.')))})"


def _in_letters(label: str) -> str:
    """The label's letters; as it is where it has none, or anything else than letters, digits and hyphens."""
    if label.startswith("xn--"):
        with suppress(UnicodeError):
            letters = label[4:].encode("ascii").decode("punycode")
            if not letters.isascii() and letters.replace("-", "").isalnum():
                return letters
    return label


def _in_ascii(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
