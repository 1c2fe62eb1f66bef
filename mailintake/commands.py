"""Commands that a member writes into a mail: lines such as `#resolved 1h 30min The belt was changed.`

A line that begins with # and a letter is a command. `#start`, `#time` and `#to` end with their line; `#resolved`,
`#ask` and `#note` take the lines below them as well, up to the next command. What stands on no command's lines is an
ordinary reply. After its time `#time` takes kilometres and what becomes of the work, with the reason in brackets:
`#time 1h30 km 42 warranty (under a year old) changed the belt`.

Words in English and Finnish; a word that is none of them makes the whole mail one that a person reads.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

MAX_COMMANDS = 10
MAX_MINUTES = 24 * 60
LINE = re.compile(r"#([^\W\d_][\w-]*)(?:[:,]?\s+(.*))?", re.DOTALL)
# "1h 30min", "1,5 h", "1:30", "45": a duration at the beginning of what follows the command.
HOURS = re.compile(
    r"(\d{1,2})(?:[.,](\d{1,2}))?\s*(?:hours?|hrs?|tuntia?|h|t)\b[\s,]*(?:ja\b|and\b)?\s*", re.IGNORECASE
)
MINUTES = re.compile(r"(\d{1,4})\s*(?:minutes?|minuuttia?|mins?|m)\b[\s,.]*", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?!\S)\s*")
GLUED = re.compile(r"(\d{1,2})[ht]([0-5]\d)(?![\w:])[\s,]*", re.IGNORECASE)
BARE = re.compile(r"(\d{1,4})(?!\S)\s*")
# What may stand behind the time, in any order. A word for what becomes of the work counts only before a reason in
# brackets, a colon or the end: "internal meeting" is what was done.
BECOMES = {
    "billable": ("billable", "laskutettava"),
    "goodwill": ("goodwill", "hyvitys"),
    "warranty": ("warranty", "takuu"),
    "internal": ("internal", "sisäinen"),
}
CLASSES = {word: name for name, words in BECOMES.items() for word in words}
CLASS = re.compile(rf"({'|'.join(CLASSES)})\s*(?:\(([^)]*)\)[\s:,.]*|:\s*|$)", re.IGNORECASE)
KILOMETRES = re.compile(r"(?:km\s*(\d{1,4}(?:[.,]\d)?)|(\d{1,4}(?:[.,]\d)?)\s*km)(?![\w.,]?\w)[\s,.]*", re.IGNORECASE)
# Where that begins, a bare number before it is minutes.
MORE = re.compile(rf"km\b|(?:{'|'.join(CLASSES)})\s*(?:[(:]|$)|\d+(?:[.,]\d)?\s*km\b", re.IGNORECASE)


class Verb(Enum):
    START = "start"
    ASK = "ask"
    RESOLVED = "resolved"
    NOTE = "note"
    TIME = "time"
    TO = "to"


WORDS = {
    Verb.START: ("start", "started", "aloita", "aloitan", "aloitettu"),
    Verb.ASK: ("ask", "kysy", "kysymys"),
    Verb.RESOLVED: ("resolved", "resolve", "solved", "done", "ratkaistu", "ratkaise", "ratkaisu", "valmis"),
    Verb.NOTE: ("note", "muistiinpano", "muistio", "huomio"),
    Verb.TIME: ("time", "aika", "työaika", "tunnit"),
    Verb.TO: ("to", "siirrä", "siirra", "konsultille"),
}
VERBS = {word: verb for verb, words in WORDS.items() for word in words}
TAKES_TEXT = frozenset({Verb.ASK, Verb.RESOLVED, Verb.NOTE})


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `minutes` of `#time` and, where they were given, of `#resolved`; None where they make no sense.

    `text` is the question, solution or note, what the time was spent on, or whom the ticket goes to. Of `#time` alone
    are `kilometres`, None where they make no sense, `becomes` of it (a key of BECOMES, or "") and why.
    """

    verb: Verb
    text: str = ""
    minutes: int | None = None
    kilometres: Decimal | None = Decimal(0)
    becomes: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Instructions:
    """A mail's commands in their order, the rest as `reply`, and words behind a # that are no command."""

    commands: tuple[Command, ...] = ()
    reply: str = ""
    unknown: tuple[str, ...] = ()


def read_commands(text: str) -> Instructions:
    """Part the new text of a mail into its commands and the reply. Never fails."""
    found: list[tuple[Verb, list[str]]] = []
    reply: list[str] = []
    unknown: list[str] = []
    open_lines = reply
    for line in text.splitlines():
        start = LINE.fullmatch(line.strip())
        if start is None:
            open_lines.append(line)
            continue
        verb = VERBS.get(start[1].casefold())
        if verb is None or len(found) == MAX_COMMANDS:
            unknown.append(f"#{start[1]}")
            continue
        rest = [start[2] or ""]
        found.append((verb, rest))
        open_lines = rest if verb in TAKES_TEXT else reply
    commands = tuple(_command(verb, "\n".join(lines).strip()) for verb, lines in found)
    return Instructions(commands, "\n".join(reply).strip(), tuple(unknown))


def _command(verb: Verb, text: str) -> Command:
    if verb not in (Verb.TIME, Verb.RESOLVED):
        return Command(verb, text)
    minutes, rest = _duration(text)
    if verb is Verb.TIME:
        return _work(text, minutes, rest)
    return Command(verb, rest, minutes)


def _work(text: str, minutes: int | None, rest: str) -> Command:
    """`#time` with what stands behind its duration."""
    found = BARE.match(text)
    if minutes is None and found and MORE.match(text[found.end() :]):
        minutes, rest = _sane(int(found[1])), text[found.end() :]
    kilometres: Decimal | None = Decimal(0)
    becomes = reason = ""
    while more := MORE.match(rest):
        if found := KILOMETRES.match(rest):
            kilometres = Decimal((found[1] or found[2]).replace(",", "."))
        elif found := CLASS.match(rest):
            becomes, reason = CLASSES[found[1].casefold()], (found[2] or "").strip()
        else:
            found, kilometres = more, None
        rest = rest[found.end() :].lstrip()
        if kilometres is None:
            break
    return Command(Verb.TIME, rest, minutes, kilometres, becomes, reason)


def _duration(text: str) -> tuple[int | None, str]:
    """Minutes that the text begins with, and the rest; a solution may well begin with a number of its own.

    A bare number is minutes only if it stands alone or its line goes on with nothing: "45", not "3 belts changed".
    """
    if found := CLOCK.match(text):
        return _sane(int(found[1]) * 60 + int(found[2])), text[found.end() :]
    if found := GLUED.match(text):
        return _sane(int(found[1]) * 60 + int(found[2])), text[found.end() :]
    if found := HOURS.match(text):
        minutes = int(found[1]) * 60 + int((found[2] or "0").ljust(2, "0")) * 60 // 100
        rest = text[found.end() :]
        more = MINUTES.match(rest)
        return _sane(minutes + (int(more[1]) if more else 0)), rest[more.end() :] if more else rest
    if found := MINUTES.match(text):
        return _sane(int(found[1])), text[found.end() :]
    found = BARE.match(text.partition("\n")[0])
    if found and not text.partition("\n")[0][found.end() :]:
        return _sane(int(found[1])), text[found.end() :].lstrip()
    return None, text


def _sane(minutes: int) -> int | None:
    return minutes if 0 < minutes <= MAX_MINUTES else None
