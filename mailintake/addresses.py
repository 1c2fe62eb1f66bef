"""Who a mail is from and to. The addr-spec is read before any decoding, so that no encoded word can pose as one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from mailintake.headers import decode_words, one_line

MAX_EMAIL = 254
MAX_NAME = 200

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[(),;:<>]|[^"\\(),;:<>]+|["\\]', re.DOTALL)
# Wider than RFC 5321 in letters (RFC 6531), narrower in tricks: no quoting, comments, encoded words or literals.
EMAIL = re.compile(
    r"[^\s\x00-\x20\x7f-\x9f\"(),:;<>@\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_][\w-]{0,61}"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A display name, decoded, and an address in lower case; the address is empty when none can be trusted."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


def addresses(value: str, *, limit: int) -> tuple[Address, ...]:
    """All mailboxes of a list, groups dissolved, at most `limit`; unreadable entries are left out."""
    readable = (address for address in map(_address, _entries(value)) if address.email)
    return tuple(islice(readable, limit))


def sender(values: tuple[str, ...]) -> Address:
    """The one author a mail claims, from all its From fields.

    Two different ones are none, and so are words in front of an address without brackets, which are part of that
    address (RFC 5322, 3.4): nobody can say what of them a check has seen.
    """
    found = [address for value in values for address in addresses(value, limit=10)]
    if len({address.email for address in found}) == 1 and not any(map(_loose_words, values)):
        return found[0]
    name = found[0].name if found else _name(re.sub(r"[<>\"]", " ", values[0] if values else ""))
    return Address(name, "")


def claimed_email(values: tuple[str, ...]) -> str:
    """What stands for an address in the topmost From field, for people to read: never to be compared or answered.

    Without brackets that is the whole entry, in lower case, be it an address or not. Empty where the field names
    several people.
    """
    topmost = values[:1]
    loose = " ".join(word.lower() for value in topmost for word in _loose_words(value))
    return sender(topmost).email or loose[:MAX_EMAIL]


def _loose_words(value: str) -> list[str]:
    """The words of the only entry, when it is more than an address and has no brackets."""
    entries = _entries(value)
    words = one_line(_without_comments(entries[0])).split() if len(entries) == 1 else []
    return words if len(words) > 1 and "<" not in entries[0] and any("@" in word for word in words) else []


def normalise_email(value: str) -> str:
    """The form that is stored, compared and replied to, or an empty string when it is no plain address."""
    email = unicodedata.normalize("NFC", value.strip()).lower().rstrip(".")
    if len(email) > MAX_EMAIL or "=?" in email or not EMAIL.fullmatch(email):
        return ""
    local = email.rpartition("@")[0]
    invisible = any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zs"} for char in email)
    return "" if invisible or local.startswith(".") else email


def _entries(value: str) -> list[list[str]]:
    """Tokens between commas, with group names, comments' brackets and semicolons taken away."""
    entries: list[list[str]] = [[]]
    comment, angle = 0, False
    for piece in TOKEN.findall(value):
        if piece == "(":
            comment += 1
        elif piece == ")" and comment:
            comment -= 1
        elif comment:
            entries[-1].append("(" + piece)
        elif piece in ",;" and not angle:
            entries.append([])
        elif piece == ":" and not angle:
            entries[-1] = []
        else:
            angle = piece == "<" or (angle and piece != ">")
            entries[-1].append(piece)
    return [entry for entry in entries if entry]


def _address(tokens: list[str]) -> Address:
    comment = " ".join(piece[1:] for piece in tokens if piece.startswith("("))
    if "<" in tokens:
        tokens = [piece for piece in tokens if not piece.startswith("(")]
        opening = len(tokens) - 1 - tokens[::-1].index("<")
        inside = "".join(piece for piece in tokens[opening + 1 :] if piece != ">")
        # A route of relays before the address (RFC 5322, 4.4) ends at the colon.
        email = normalise_email(re.sub(r"\s", "", inside.rpartition(":")[2]))
        return Address(_name("".join(tokens[:opening])) or _name(comment), email)
    text = _without_comments(tokens).strip()
    words = [word for word in text.split() if "@" in word]
    email = normalise_email(words[0]) if len(words) == 1 else ""
    return Address(_name(text.replace(words[0], "")) if email and text != words[0] else _name(comment), email)


def _without_comments(tokens: list[str]) -> str:
    return "".join(piece for piece in tokens if not piece.startswith("("))


def _name(raw: str) -> str:
    unquoted = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: re.sub(r"\\(.)", r"\1", found.group(1)), raw)
    return one_line(decode_words(unquoted)).strip("'\" ")[:MAX_NAME]
