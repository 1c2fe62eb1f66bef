"""Bytes to text, and never an exception: transfer encodings, then the declared charset, UTF-8 or Windows-1252.

Statistical guessing is left out on purpose: on the short Finnish texts of real tickets it names exotic charsets.
"""

from __future__ import annotations

import base64
import codecs
import quopri
import re

from mailintake import uuencode

# Only codecs of text. Python also knows zlib, hex, rot13 and escape codecs under charset-like names.
TEXT_CODECS = frozenset(
    "ascii big5 big5hkscs cp037 cp1006 cp1026 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "  # noqa: SIM905
    "cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 "
    "cp874 cp875 cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp "
    "iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr iso8859-1 iso8859-10 iso8859-11 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 "
    "iso8859-8 iso8859-9 johab koi8-r koi8-t koi8-u kz1048 mac-cyrillic mac-greek mac-iceland mac-latin2 mac-roman "
    "mac-turkish ptcp154 shift_jis shift_jis_2004 shift_jisx0213 tis-620 utf-16 utf-16-be utf-16-le utf-32 utf-32-be "
    "utf-32-le utf-7 utf-8 utf-8-sig".split()
)
# Labels as mail programs use them, for the superset they mean (as the WHATWG encoding standard does).
MEANT = {
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "utf-8": "utf-8-sig",
}
ALIASES = {
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "ansi": "cp1252",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "macintosh": "mac-roman",
}
# Japanese mail is often labelled with another of the three; each refuses what the others write.
JAPANESE = ("iso2022_jp", "euc_jp", "cp932")
CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
WESTERN = frozenset({"cp1252", "cp1254", "iso8859-15"})
FALLBACK = "cp1252"
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
FOREIGN = bytes(set(range(256)) - set(BASE64))
MISSING = "\N{REPLACEMENT CHARACTER}"


def text_codec(label: str | None) -> str | None:
    """The codec that a charset label means, or None when it means no charset of text."""
    name = re.sub(r"[^a-z0-9_.:+-]", "", (label or "").lower().removeprefix("3d"))
    if not name:
        return None
    try:
        canonical = codecs.lookup(ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return MEANT.get(canonical, canonical) if canonical in TEXT_CODECS else None


def decode(raw: bytes, label: str | None = None) -> str:
    """Text of `raw`, NUL removed. Wrong and unknown labels are survived, bytes that mean nothing become U+FFFD."""
    return _decode(raw, text_codec(label)).replace("\x00", "")


def _decode(raw: bytes, codec: str | None) -> str:
    if raw.isascii() and codec in (None, "utf-8-sig", *WESTERN):
        return raw.decode("ascii")
    utf8 = _strictly(raw, "utf-8-sig")
    # Western labels accept any byte, so the label proves nothing; valid UTF-8 is no accident.
    if utf8 is not None and codec in (None, *WESTERN):
        return utf8
    declared = _strictly(raw, codec) if codec else None
    if declared is not None:
        return declared
    if utf8 is not None:
        return utf8
    related = (_strictly(raw, other) for other in JAPANESE if codec in JAPANESE)
    return next((text for text in related if text is not None), None) or _damaged(raw, codec)


def is_noise(raw: bytes, label: str) -> bool:
    """Whether bytes cannot be text of this charset or any other: they break its rules and hold controls."""
    codec = text_codec(label)
    return bool(codec and CONTROLS.search(raw)) and _strictly(raw, codec or FALLBACK) is None


def _damaged(raw: bytes, codec: str | None) -> str:
    """Keep the declared charset when most of the text beyond ASCII is readable in it."""
    if codec:
        text = raw.decode(codec, "replace")
        broken = text.count(MISSING)
        if broken <= sum(char > "\x7f" for char in text) - broken:
            return text
    return raw.decode(FALLBACK, "replace")


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError):
        return None


def decode_transfer(raw: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; an unknown one means the bytes as they are (RFC 2045, 6.4 asks for care)."""
    name = encoding.partition(";")[0].partition("(")[0].strip(" \t\"'").lower()
    if name == "base64":
        return decode_base64(raw)
    if name in {"quoted-printable", "quoted printable", "qp"}:
        return quopri.decodestring(raw)
    if name in {"x-uuencode", "x-uue", "uuencode", "uue"}:
        return uuencode.decode_body(raw)
    return raw


def decode_base64(raw: bytes) -> bytes:
    """Whatever is readable: foreign characters skipped, a cut end dropped, several padded pieces joined."""
    pieces = raw.translate(None, FOREIGN).split(b"=")
    whole = (piece[: len(piece) - (len(piece) % 4 == 1)] for piece in pieces)
    return b"".join(base64.b64decode(piece + b"=" * (-len(piece) % 4)) for piece in whole)
