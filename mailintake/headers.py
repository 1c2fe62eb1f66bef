"""Header fields as they really arrive: raw 8-bit text, broken encoded words, impossible dates, endless lists."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from mailintake.decoding import decode, decode_base64, is_noise

MAX_VALUE = 65_536
MAX_ID = 500
MAX_SUBJECT = 998

# One space before the colon is a slip of scripts; more of them stand in tables, not in heads (RFC 5322, 4.5 differs).
FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]?:(.*)$", re.DOTALL)
LINES = re.compile(r"[\r\n]+")
WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\r\n]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
# Controls and the marks that turn the direction of writing: no display text of ours carries them.
UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
PARAMETER = re.compile(r";\s*([^\s=;\"]{1,60})\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
CONTINUATION = re.compile(r"^(.+?)\*(?:(\d{1,3})(\*)?)?$")
MESSAGE_ID = re.compile(r"<\s*([^<>]{1,2000}?)\s*>")
# The standard library reads year 0000 as 2000.
YEAR_BEFORE_MAIL = re.compile(r"(?<![+\-\d])0\d{3}(?!\d)")
# From the first year of the network; clocks that were never set say 1970 or 1980, and that is what the mail says.
EARLIEST, LATEST = datetime(1969, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in the order of the mail: (name in lower case, unfolded value as text, words still encoded)."""

    fields: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False

    def get(self, name: str, default: str = "") -> str:
        """The topmost value of a field."""
        return next((value for key, value in self.fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key == name)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.fields)


def read_headers(block: bytes, *, max_bytes: int) -> Headers:
    """The fields of a header block. Lines that are no field are passed over; long values keep both ends."""
    fields: list[tuple[str, str]] = []
    used = 0
    for raw in _logical_lines(block):
        found = FIELD.match(raw)
        if not found:
            continue
        value = _bounded(found.group(2))
        used += len(value)
        if used > max_bytes:
            return Headers(tuple(fields), is_cut=True)
        fields.append((found.group(1).decode("ascii").lower(), _unfolded(decode(value))))
    return Headers(tuple(fields))


def _unfolded(value: str) -> str:
    return " ".join(line.strip(" \t") for line in LINES.split(value)).strip()


def _logical_lines(block: bytes) -> Iterable[bytes]:
    return re.split(rb"\r?\n(?![ \t])|\r(?![\n \t])", block)


def _bounded(value: bytes) -> bytes:
    half = MAX_VALUE // 2
    return value if len(value) <= MAX_VALUE else value[:half] + b" " + value[-half:]


def decode_words(value: str) -> str:
    """RFC 2047 text for people: encoded words decoded, a character split over two words made whole, on one line."""
    pieces: list[str] = []
    position, pending, charset, source = 0, b"", "", ""
    value = BETWEEN_WORDS.sub(r"\1", value)
    for match in WORD.finditer(value):
        between, label = value[position : match.start()], match.group(1).lower()
        if pending and (between or label != charset):
            pieces.append(_word(pending, charset, source))
            pending, source = b"", ""
        pieces.append(between)
        pending, charset, source, position = pending + _word_bytes(match), label, source + match.group(), match.end()
    pieces += [_word(pending, charset, source), value[position:]]
    return one_line("".join(pieces))


def _word(raw: bytes, label: str, word: str) -> str:
    """The decoded word, or the word as it came when its bytes are no text at all."""
    return word if is_noise(raw, label) else decode(raw, label)


def _word_bytes(match: re.Match[str]) -> bytes:
    payload = match.group(3).encode("utf-8", "replace")
    if match.group(2) in "qQ":
        return quopri.decodestring(payload.replace(b"_", b" "))
    return decode_base64(payload)


def one_line(text: str) -> str:
    """Text for a list or a header of ours: white space folded, no controls, no direction marks."""
    return " ".join(UNSHOWN.sub("", re.sub(r"[\r\n\t]+", " ", text)).split())


def subject(headers: Headers) -> str:
    return decode_words(headers.get("subject"))[:MAX_SUBJECT].rstrip()


def content_type(value: str, *, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Type in lower case and its parameters; what cannot be read is the default, as RFC 2045, 5.2 asks."""
    kind = re.sub(r"\s+", "", value.partition(";")[0]).lower()
    if not re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", kind):
        kind = {"text": "text/plain", "html": "text/html"}.get(kind, default if not kind else "text/plain")
    return kind, parameters(value)


def parameters(value: str) -> dict[str, str]:
    """Parameters of a structured field, RFC 2231 continuations joined, encoded words (against the RFC) decoded too."""
    simple: dict[str, str] = {}
    split: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, quoted in PARAMETER.findall(";" + value.partition(";")[2]):
        content = _unquote(quoted)
        found = CONTINUATION.match(name)
        if not found:
            simple.setdefault(name.lower(), decode_words(content))
            continue
        number, encoded = int(found.group(2) or 0), found.group(2) is None or bool(found.group(3))
        split.setdefault(found.group(1).lower(), {}).setdefault(number, (encoded, content))
    for name, pieces in split.items():
        simple[name] = _join_extended([pieces[number] for number in sorted(pieces)])
    return simple


def _unquote(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))


def _join_extended(pieces: list[tuple[bool, str]]) -> str:
    """charset'language'percent-encoded, of which only the first piece carries the charset (RFC 2231, 4.1)."""
    charset = ""
    joined = b""
    for number, (encoded, content) in enumerate(pieces):
        value = content
        if encoded and number == 0 and content.count("'") >= 2:
            charset, _, value = content.split("'", 2)
        joined += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return one_line(decode(joined, charset))


def date(headers: Headers) -> datetime | None:
    """When the sender says it was sent, in UTC; None when missing, unreadable or outside 1969-2100."""
    value = headers.get("date")[:200]
    if YEAR_BEFORE_MAIL.search(value):
        return None
    try:
        read = parsedate_to_datetime(value)
        sent = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return sent if EARLIEST <= sent < LATEST else None


def message_ids(value: str, *, last: int) -> tuple[str, ...]:
    """The last ids of References or In-Reply-To, without brackets, each once, in order."""
    found = MESSAGE_ID.findall(value) or [word for word in value.split() if "@" in word]
    ids = [cleaned for cleaned in map(_clean_id, found[-last:]) if cleaned]
    return tuple(dict.fromkeys(ids))


def message_id(value: str) -> str | None:
    found = MESSAGE_ID.search(value)
    return _clean_id(found.group(1) if found else value.strip().strip("<>")) or None


def _clean_id(value: str) -> str:
    cleaned = re.sub(r"[\s\x00-\x1f\x7f]+", "", value)
    return cleaned if len(cleaned) <= MAX_ID else ""
