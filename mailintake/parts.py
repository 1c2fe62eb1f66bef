"""The leaves of a mail that are not its words: files for people, and parts that only machines read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from core.filenames import clean_filename
from mailintake import tnef
from mailintake.bodies import content, disposition
from mailintake.headers import read_headers, subject
from mailintake.structure import Entity, split_head

# Names for parts that carry none, so that a download opens.
ENDINGS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/calendar": ".ics",
    "text/rfc822-headers": ".txt",
    "message/delivery-status": ".txt",
    "message/feedback-report": ".txt",
    "message/disposition-notification": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
}
MAX_HEAD = 65_536
MAX_SUBJECT = 100
TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


class Label(Enum):
    """What a part is to people, where that is more than a file."""

    FILE = ""
    MAIL = "mail"
    INVITE = "invite"
    SIGNATURE = "signature"
    ENCRYPTED = "encrypted"
    REPORT = "report"


LABELS = {
    "message/rfc822": Label.MAIL,
    "message/global": Label.MAIL,
    "text/calendar": Label.INVITE,
    "application/ics": Label.INVITE,
    "application/pgp-signature": Label.SIGNATURE,
    "application/pkcs7-signature": Label.SIGNATURE,
    "application/x-pkcs7-signature": Label.SIGNATURE,
    "application/pgp-encrypted": Label.ENCRYPTED,
    "application/pkcs7-mime": Label.ENCRYPTED,
    "application/x-pkcs7-mime": Label.ENCRYPTED,
    "message/delivery-status": Label.REPORT,
    "message/global-delivery-status": Label.REPORT,
    "message/feedback-report": Label.REPORT,
    "message/disposition-notification": Label.REPORT,
    "message/global-disposition-notification": Label.REPORT,
    "text/rfc822-headers": Label.REPORT,
    "message/global-headers": Label.REPORT,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the mail: a name that is safe to show, its type as declared, its decoded bytes.

    `content_id` has no brackets; `inline` means that the HTML shows it by that id. `is_file` is false for parts that a
    person would not look for: without a name of their own, signatures, and reports below the words about them.
    """

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False
    label: Label = Label.FILE
    is_file: bool = True


@dataclass(frozen=True, slots=True)
class Unfolded:
    """All parts of a mail, with those inside a winmail.dat in its place, and the words it held."""

    parts: tuple[Part, ...]
    text: str = ""
    html: str = ""
    rtf: bytes = b""


def parts_of(entities: Iterable[Entity], *, html: str, has_text: bool) -> Unfolded:
    """The parts behind these leaves of a mail with this `html`, to see which pictures it shows."""
    parts: list[Part] = []
    words = tnef.Unpacked()
    for part in (_part(entity, html, has_text) for entity in entities):
        packed = _unpacked(part)
        if packed is None:
            parts.append(part)
        else:
            parts += _packed_parts(packed, html)
            words = packed
    return Unfolded(tuple(_without_twin_invite(parts)), words.text, words.html, words.rtf)


def file_part(name: str, content: bytes, content_type: str = "application/octet-stream") -> Part:
    """A file that came otherwise than as a leaf: in the text itself, as uuencode puts it there."""
    return Part(clean_filename(name), content_type, content)


def unlisted_parts(entities: Iterable[Entity]) -> tuple[Part, ...]:
    """The parts behind leaves that nobody sees, kept for whoever reads the whole mail."""
    return tuple(replace(_part(entity, "", has_text=True), is_file=False) for entity in entities)


def _part(entity: Entity, html: str, has_text: bool) -> Part:
    _, given = disposition(entity)
    content_id = entity.headers.get("content-id").strip("<> ")[:255]
    name = given.get("filename") or entity.parameters.get("name") or ""
    shown = bool(content_id) and f"cid:{content_id}" in html
    label, raw = LABELS.get(entity.type, Label.FILE), content(entity)
    for_machines = label is Label.SIGNATURE or (label is Label.REPORT and has_text)
    return Part(
        filename=clean_filename(name, default=_default_name(entity.type, label, raw)),
        content_type=entity.type,
        content=raw,
        content_id=content_id,
        inline=shown,
        label=label,
        is_file=bool(name) or not for_machines,
    )


def _default_name(content_type: str, label: Label, raw: bytes) -> str:
    """A name for a part that carries none: a mail is known by its subject."""
    ending = ENDINGS.get(content_type, ".bin")
    if label is Label.MAIL:
        inner = subject(read_headers(split_head(raw.lstrip())[0][:MAX_HEAD], max_bytes=MAX_HEAD))
        return clean_filename(inner[:MAX_SUBJECT] + ending if inner else "", default="attachment" + ending)
    return ("invite" if label is Label.INVITE else "attachment") + ending


def _unpacked(part: Part) -> tnef.Unpacked | None:
    if part.content_type not in TNEF_TYPES and part.filename.lower() != "winmail.dat":
        return None
    try:
        return tnef.unpack(part.content)
    except tnef.UnreadableTnef:
        return None


def _packed_parts(packed: tnef.Unpacked, html: str) -> list[Part]:
    return [
        Part(
            filename=clean_filename(file.name),
            content_type=file.content_type or "application/octet-stream",
            content=file.content,
            content_id=file.content_id[:255],
            inline=bool(file.content_id) and f"cid:{file.content_id}" in (html or packed.html),
        )
        for file in packed.files
    ]


def _without_twin_invite(parts: list[Part]) -> list[Part]:
    """Many programs send an invitation twice, for programs without a name and for people with one."""
    named = [part for part in parts if part.label is Label.INVITE and part.filename != "invite.ics"]
    return [part for part in parts if not (named and part.label is Label.INVITE and part not in named)]
