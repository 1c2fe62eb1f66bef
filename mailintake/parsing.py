"""Bytes in, one mail understood: what it says, who says it, and what came with it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from core.filenames import clean_filename
from core.html import html_to_text
from mailintake import bodies, headers, quotes, uuencode
from mailintake.addresses import Address, addresses, sender
from mailintake.headers import Headers
from mailintake.parts import Part, file_part, parts_of, unlisted_parts
from mailintake.structure import Entity, Limits, Splitter, UnreadableMail

__all__ = ["Address", "Headers", "Limits", "ParsedMail", "Part", "UnreadableMail", "clean_filename", "parse"]

TOO_BIG = frozenset({"mail too large"})


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What one mail says. Text is NUL-free with \\n line ends; ids have no brackets; times are aware UTC.

    `from_.email` is empty when the mail names no sender or several. `html` is as received: sanitise before showing.
    `new_text` is what this mail adds, `quoted_text` the history and signature left out of it. `report_type` is the
    parameter of a multipart/report, in lower case.
    `parts` are all leaves but the words, those for machines too; `attachments` are the files that people see.
    `body_digest` is equal for the same mail through two doors. `defects` are words for a log, in order of discovery.
    """

    message_id: str | None
    subject: str
    from_: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str | None
    new_text: str
    quoted_text: str
    parts: tuple[Part, ...]
    headers: Headers
    content_type: str
    report_type: str
    body_digest: str
    defects: tuple[str, ...]

    @property
    def attachments(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.is_file)

    @property
    def too_big(self) -> bool:
        return not TOO_BIG.isdisjoint(self.defects)

    @property
    def envelope_from(self) -> str | None:
        """The return path the receiving server recorded: "" for automatic mail's null path, None when unrecorded."""
        if "return-path" not in self.headers:
            return None
        found = addresses(self.headers.get("return-path"), limit=1)
        return found[0].email if found else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address this mail may have come by, the server's own record first, each once."""
        recorded = [
            address.email
            for name in ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to")
            for value in self.headers.all(name)
            for address in addresses(value, limit=10)
        ]
        return tuple(dict.fromkeys(recorded + [address.email for address in self.to + self.cc]))


def parse(raw: bytes, *, limits: Limits = Limits()) -> ParsedMail:  # noqa: B008 - frozen
    """Understand one mail as received.

    Raises UnreadableMail, and nothing else, when the bytes hold no header field. Everything else that is wrong or over
    the limits becomes a defect. No network, no files; time and memory stay in proportion to the size.
    """
    splitter = Splitter(limits)
    root = splitter.split(raw)
    words = _words(bodies.sort_parts(root), limits)
    fields = root.headers
    title = headers.subject(fields)
    split = quotes.split(words.text, forwarded=quotes.is_forward(title))
    from_ = sender(fields.all("from"))
    return ParsedMail(
        message_id=headers.message_id(fields.get("message-id")),
        subject=title,
        from_=from_,
        reply_to=_people(fields, "reply-to", limits),
        to=_people(fields, "to", limits),
        cc=_people(fields, "cc", limits),
        date=headers.date(fields),
        in_reply_to=headers.message_ids(fields.get("in-reply-to"), last=limits.references),
        references=headers.message_ids(" ".join(fields.all("references")), last=limits.references),
        text=words.text,
        html=words.html,
        new_text=split.new,
        quoted_text=split.quoted,
        parts=words.parts,
        headers=fields,
        content_type=root.type,
        report_type=root.parameters.get("report-type", "").lower(),
        body_digest=_digest(from_, fields, (words.text, words.html or ""), words.parts),
        defects=(*splitter.defects, *_defects(fields, from_)),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    html: str | None
    parts: tuple[Part, ...]


def _words(sorted_parts: bodies.Bodies, limits: Limits) -> _Words:
    """What the mail says and what came with it, wherever its sender's program put either."""
    text = bodies.as_text(sorted_parts.text, max_chars=limits.text_chars)
    html = bodies.as_html(sorted_parts.html)
    unfolded = parts_of(sorted_parts.files, html=html or "", has_text=bool(text.strip()))
    text, packed = uuencode.extract(text)
    parts = (*unfolded.parts, *(file_part(name, content) for name, content in packed))
    parts += unlisted_parts(sorted_parts.unused)
    if not text.strip():
        text, html = unfolded.text or html_to_text(unfolded.html), html or unfolded.html or None
    if not text.strip() and unfolded.rtf:
        parts = (*parts, file_part("body.rtf", unfolded.rtf, "text/rtf"))
    if not text.strip():
        text = _borrowed_text(sorted_parts.files, limits)
    return _Words(text, html, parts)


def _borrowed_text(files: list[Entity], limits: Limits) -> str:
    """The words of the first mail or report inside: a mail that only passes those on says what they say."""
    for entity in files:
        if entity.type == "message/rfc822":
            with suppress(UnreadableMail):
                inner = Splitter(limits).split(bodies.content(entity))
                return bodies.as_text(bodies.sort_parts(inner).text, max_chars=limits.text_chars)
        elif entity.type == "message/delivery-status":
            return bodies.raw_text(entity)[: limits.text_chars].strip()
    return ""


def _people(fields: Headers, name: str, limits: Limits) -> tuple[Address, ...]:
    return addresses(", ".join(fields.all(name)), limit=limits.addresses)


def _defects(fields: Headers, from_: Address) -> list[str]:
    noted = [f"{name} missing" for name in ("from", "date", "message-id") if name not in fields]
    if "from" in fields and not from_.email:
        noted.append("sender unclear")
    return noted


def _digest(from_: Address, fields: Headers, told: tuple[str, ...], files: tuple[Part, ...]) -> str:
    """Over decoded content only: servers re-encode bodies, rewrap header lines and add trace fields on the way."""
    told = (from_.email, headers.subject(fields), fields.get("date"), *map(_canonical, told))
    digest = hashlib.sha256()
    for value in [*(piece.encode("utf-8", "replace") for piece in told), *(part.content for part in files)]:
        digest.update(len(value).to_bytes(8, "big") + value)
    return digest.hexdigest()


def _canonical(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()
