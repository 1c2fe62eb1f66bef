"""Which parts of a mail are its text, which its HTML, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.html import html_to_text, text_to_html
from mailintake.decoding import decode, decode_transfer
from mailintake.headers import content_type
from mailintake.structure import Entity

PROSE = frozenset({"text/plain", "text/html"})
META_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
SIGNATURE = "-- "
META_WITHIN = 2048


@dataclass(slots=True)
class Bodies:
    """The leaves of one mail, sorted by use. A part may be both text and HTML when it has no counterpart.

    `unused` are pictures that came for the HTML, but that nothing can call by a name.
    """

    text: list[Entity] = field(default_factory=list)
    html: list[Entity] = field(default_factory=list)
    files: list[Entity] = field(default_factory=list)
    unused: list[Entity] = field(default_factory=list)


def sort_parts(root: Entity) -> Bodies:
    """Text, HTML and files as RFC 8621, 4.1.4 tells them apart, simplified: an image is a file, shown or not."""
    bodies = Bodies()
    _sort(root, bodies, within="", alternative=False)
    return bodies


def _sort(entity: Entity, bodies: Bodies, *, within: str, alternative: bool) -> None:
    if entity.children:
        kind = entity.type.partition("/")[2]
        before = len(bodies.text), len(bodies.html)
        for child in entity.children:
            _sort(child, bodies, within=kind, alternative=alternative or kind == "alternative")
        if kind == "alternative" and not alternative:
            _complete(bodies, *before)
    elif not _is_prose(entity):
        (bodies.unused if within == "related" and _is_nameless_picture(entity) else bodies.files).append(entity)
    else:
        if entity.type == "text/plain" or not alternative:
            bodies.text.append(entity)
        if entity.type == "text/html" or not alternative:
            bodies.html.append(entity)


def _complete(bodies: Bodies, texts: int, htmls: int) -> None:
    """An alternative with only one prose version serves both views."""
    if len(bodies.text) == texts or not any(raw_text(part).strip() for part in bodies.text[texts:]):
        bodies.text[texts:] = bodies.html[htmls:]
    elif len(bodies.html) == htmls:
        bodies.html[htmls:] = bodies.text[texts:]


def _is_prose(entity: Entity) -> bool:
    if entity.type not in PROSE:
        return False
    wish, given = disposition(entity)
    named = "filename" in given or "name" in entity.parameters
    return wish != "attachment" and not (named and (wish == "inline" or "filename" in given))


def _is_nameless_picture(entity: Entity) -> bool:
    wish, given = disposition(entity)
    named = wish or given or "name" in entity.parameters or entity.headers.get("content-id")
    return entity.maintype == "image" and not named


def disposition(entity: Entity) -> tuple[str, dict[str, str]]:
    """`attachment`, `inline` or an empty string, and the parameters."""
    value = entity.headers.get("content-disposition")
    _, parameters = content_type(value)
    return value.partition(";")[0].strip().lower(), parameters


def content(entity: Entity) -> bytes:
    return decode_transfer(entity.body, entity.headers.get("content-transfer-encoding"))


def raw_text(entity: Entity) -> str:
    """The decoded text of a prose part, line ends as \\n, still HTML where it is HTML."""
    raw = content(entity)
    label = entity.parameters.get("charset")
    if not label and entity.type == "text/html":
        found = META_CHARSET.search(raw[:META_WITHIN])
        label = found.group(1).decode("ascii") if found else None
    text = decode(raw, label).replace("\r\n", "\n").replace("\r", "\n")
    if entity.type == "text/plain" and entity.parameters.get("format", "").lower() == "flowed":
        return flow(text, delete_space=entity.parameters.get("delsp", "").lower() == "yes")
    return text


def flow(text: str, *, delete_space: bool = False) -> str:
    """Lines joined that a program has broken only for transport (RFC 3676): those that end in a space."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if depth == open_depth and content != SIGNATURE:
            lines[-1] += content
        else:
            lines.append(">" * depth + (" " if depth else "") + content)
        flows = content.endswith(" ") and content != SIGNATURE
        open_depth = depth if flows else -1
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def as_text(parts: list[Entity], *, max_chars: int) -> str:
    """All text parts as one, HTML laid out as text."""
    pieces: list[str] = []
    room = max_chars
    for part in parts:
        raw = raw_text(part)[:room]
        shown = (html_to_text(raw) if part.type == "text/html" else raw).strip("\n")
        if shown.strip():
            pieces.append(shown)
        room -= len(raw)
        if room <= 0:
            break
    return "\n\n".join(pieces)


def as_html(parts: list[Entity]) -> str | None:
    """All HTML parts as one, unsanitised, plain parts between them as paragraphs; None when none is HTML."""
    if not any(part.type == "text/html" for part in parts):
        return None
    pieces = ((part, raw_text(part)) for part in parts)
    return "\n".join(piece if part.type == "text/html" else text_to_html(piece) for part, piece in pieces)
