"""A mail's bytes taken apart into a tree of MIME entities, within limits.

The standard library's parser recurses once per level (RecursionError at 1,000) and reads line by line. This one splits
by the known boundary of each multipart, outermost first, never deeper and never more parts than the limits allow, and
has no input on which it raises. What lies beyond a limit stays as one opaque leaf, so nothing of a mail is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailintake.headers import Headers, content_type, read_headers

BLANK_LINE = re.compile(rb"(?:\A|\n)[ \t]*\r?(?:\n|\Z)")
# After a line of spaces only: a folded field that goes on, or the next field (RFC 5322, 4.2 allows such lines).
HEAD_GOES_ON = re.compile(rb"[ \t]+\S|[!-9;-~]{2,60}[ \t]?:[ \t]")
FIELD_LINE = re.compile(rb"(?m)^[!-9;-~]{1,200}[ \t]?:")
OTHER_LINE = re.compile(rb"(?m)^(?![ \t\r\n]|[!-9;-~]{1,200}[ \t]?:).")
ENVELOPE_LINE = re.compile(rb">?From (?!:)")
LINE_END = re.compile(rb"\r\n?")
MAX_BOUNDARY = 200


class UnreadableMail(Exception):
    """The bytes are no mail at all. `reason` says why, in words fit for the quarantine list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What one mail may cost. Bytes, levels and counts; beyond them a defect is noted and the rest left aside."""

    total_bytes: int = 50 * 1024 * 1024
    header_bytes: int = 1024 * 1024
    depth: int = 30
    parts: int = 500
    addresses: int = 100
    references: int = 100
    text_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Entity:
    """One node: its headers, its type in lower case, its raw body, and its children when it is a multipart."""

    headers: Headers
    type: str
    parameters: dict[str, str]
    body: bytes
    children: tuple[Entity, ...] = ()

    @property
    def maintype(self) -> str:
        return self.type.partition("/")[0]

    def walk(self) -> Iterator[Entity]:
        """This entity and all below it, in the order of the mail."""
        waiting = [self]
        while waiting:
            entity = waiting.pop()
            yield entity
            waiting.extend(reversed(entity.children))


@dataclass(slots=True)
class Splitter:
    """Takes one mail apart; `defects` tells what was wrong with it or left aside."""

    limits: Limits
    defects: list[str] = field(default_factory=list)
    parts: int = 0

    def split(self, raw: bytes) -> Entity:
        """The tree of a whole mail. Raises UnreadableMail when neither a field nor an mbox's line says it is one."""
        envelope, raw = _envelope_line(raw)
        head, body = split_head(raw)
        headers = read_headers(head, max_bytes=self.limits.header_bytes)
        if not headers.fields:
            if not envelope or not raw.strip():
                raise UnreadableMail("There is no header field in it." if raw.strip() else "It is empty.")
            body = raw
        if headers.is_cut:
            self._note("headers too large")
        if len(raw) > self.limits.total_bytes:
            self._note("mail too large")
            body = b""
        return self._entity(headers, body, depth=0, default="text/plain")

    def _entity(self, headers: Headers, body: bytes, *, depth: int, default: str) -> Entity:
        kind, parameters = content_type(headers.get("content-type"), default=default)
        if not kind.startswith("multipart/"):
            return Entity(headers, kind, parameters, body)
        boundary = parameters.get("boundary", "").encode("utf-8", "replace") or _guess_boundary(body)
        pieces = self._pieces(body, boundary) if depth < self.limits.depth else []
        if not pieces:
            return self._opaque(headers, body, too_deep=depth >= self.limits.depth)
        inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children = tuple(self._child(piece, depth=depth + 1, default=inner) for piece in pieces)
        return Entity(headers, kind, parameters, b"", children)

    def _child(self, raw: bytes, *, depth: int, default: str) -> Entity:
        # The boundary's own line break is left to the part, since an empty part shares it with the next boundary.
        raw = raw.removeprefix(b"\r").removeprefix(b"\n")
        head, body = split_head(raw)
        headers = read_headers(head, max_bytes=self.limits.header_bytes)
        if not headers.fields or OTHER_LINE.match(head):
            # Some programs write a part's text right below the boundary.
            headers, body = Headers(), raw
        return self._entity(headers, body, depth=depth, default=default)

    def _opaque(self, headers: Headers, body: bytes, *, too_deep: bool) -> Entity:
        if too_deep:
            self._note("nested too deeply")
            return Entity(headers, "application/octet-stream", {}, body)
        self._note("multipart without parts")
        return Entity(headers, "text/plain", {}, body)

    def _pieces(self, body: bytes, boundary: bytes) -> list[bytes]:
        """The raw parts between the boundary's lines; without a closing line the last one runs to the end."""
        pieces: list[bytes] = []
        start = -1
        for match in _boundary_lines(body, boundary):
            if start >= 0:
                pieces.append(body[start : _end_before(body, match.start())])
            start = match.end()
            if match.group(1):
                return self._counted(pieces)
            if self.parts + len(pieces) >= self.limits.parts:
                self._note("too many parts")
                return self._counted(pieces)
        if start >= 0:
            self._note("closing boundary missing")
            pieces.append(body[start:])
        return self._counted(pieces)

    def _counted(self, pieces: list[bytes]) -> list[bytes]:
        self.parts += len(pieces)
        return pieces

    def _note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body, parted at the first blank line; a part may begin with that line.

    Where the blank line was forgotten, the body begins with the first line below a field that is none itself. Mail
    servers, and so whoever has checked the sender, end the head there as well; fields further down are mere text.
    """
    end, body = len(raw), len(raw)
    for found in BLANK_LINE.finditer(raw):
        if not (found.group().strip(b"\r\n") and HEAD_GOES_ON.match(raw, found.end())):
            end, body = found.span()
            break
    first = FIELD_LINE.search(raw, 0, end)
    text = OTHER_LINE.search(raw, first.end(), end) if first else None
    return (raw[: text.start()], raw[text.start() :]) if text else (raw[:end], raw[body:])


def _envelope_line(raw: bytes) -> tuple[bytes, bytes]:
    """The line that an mbox puts above a mail, and the mail."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\n" not in raw[:65536]:
        raw = LINE_END.sub(b"\n", raw)
    if not ENVELOPE_LINE.match(raw):
        return b"", raw
    line, _, mail = raw.partition(b"\n")
    return line, mail


def _boundary_lines(body: bytes, boundary: bytes) -> Iterator[re.Match[bytes]]:
    """Matches of whole lines that are the boundary; group 1 where it is the closing one."""
    # The literal comes first, since the engine then looks for it at the speed of a plain search.
    line = re.compile(re.escape(b"--" + boundary[:MAX_BOUNDARY].rstrip()) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    return (match for match in line.finditer(body) if body[max(match.start() - 1, 0) : match.start()] in (b"", b"\n"))


def _end_before(body: bytes, boundary: int) -> int:
    """The line break before a boundary belongs to it, not to the part (RFC 2046, 5.1.1)."""
    end = boundary - (body[max(boundary - 1, 0) : boundary] == b"\n")
    return end - (body[max(end - 1, 0) : end] == b"\r")


def _guess_boundary(body: bytes) -> bytes:
    found = re.search(rb"(?:\A|\n)--([^\s-][^\r\n]{0,199})\r?\n", body)
    return found.group(1).rstrip() if found else b""
