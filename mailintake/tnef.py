"""winmail.dat opened: what Outlook packs around files and rich text when it takes the receiver for another Outlook.

Reads [MS-OXTNEF] in one pass over the bytes: counts that the file claims are never believed, and nothing in it grows
except the compressed text, whose size is bounded. The known library reads four billion properties if a file says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailintake.decoding import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 200
MAX_RTF = 5 * 2**20

LEVEL_FILE = 2
BODY, FILE_DATA, FILE_TITLE = 0x800C, 0x800F, 0x8010
FILE_STARTS, MESSAGE_PROPERTIES, FILE_PROPERTIES, CODEPAGE = 0x9002, 0x9003, 0x9005, 0x9007

TEXT, RTF, HTML = 0x1000, 0x1009, 0x1013
DISPLAY_NAME, CONTENT, SHORT_NAME, LONG_NAME, MIME_TYPE, CONTENT_ID = 0x3001, 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
INTERNET_CODEPAGE = 0x3FDE

FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
ANSI, UNICODE, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
MULTIPLE, NAMED = 0x1000, 0x8000
OBJECT_ID = 16  # An embedded object begins with the id of its interface.

# What every compressed text may refer to before it has said anything ([MS-OXRTFCP], 2.1.3.1.3).
RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    b"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u"
    b"\\tab\\tx"
)
RTF_WINDOW = 4096

Properties = dict[int, str | bytes]


@dataclass(slots=True)
class PackedFile:
    """A file inside; name, type and id are as claimed, empty where nothing is."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Unpacked:
    """What a winmail.dat holds. Each of the three bodies may be empty; usually only `rtf` is there."""

    files: list[PackedFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""


class UnreadableTnef(ValueError):
    """The bytes are no TNEF stream."""


def unpack(raw: bytes) -> Unpacked:
    """Everything in one TNEF stream, at most MAX_FILES files; a cut stream gives what is whole.

    Raises UnreadableTnef when the signature is missing, and nothing else.
    """
    if not raw.startswith(SIGNATURE):
        raise UnreadableTnef("no TNEF signature")
    found, codepage = Unpacked(), "cp1252"
    for level, name, data in _attributes(raw):
        if name == CODEPAGE:
            codepage = f"cp{int.from_bytes(data[:4], 'little')}"
        elif name == FILE_STARTS:
            if len(found.files) >= MAX_FILES:
                break
            found.files.append(PackedFile())
        elif level != LEVEL_FILE:
            _read_body(found, name, data, codepage)
        elif found.files:
            _fill(found.files[-1], name, data, codepage)
    return found


def _attributes(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, name and data of each attribute: level, name, kind, length, data, checksum."""
    position = 6
    while position + 11 <= len(raw):
        level, name, _, length = struct.unpack_from("<BHHI", raw, position)
        end = position + 9 + length
        if end > len(raw):
            return
        yield level, name, raw[position + 9 : end]
        position = end + 2


def _fill(file: PackedFile, name: int, data: bytes, codepage: str) -> None:
    if name == FILE_TITLE:
        file.name = file.name or decode(data, codepage).strip()
    elif name == FILE_DATA:
        file.content = data
    elif name == FILE_PROPERTIES:
        properties = _properties(data, codepage)
        file.name = _text(properties, LONG_NAME) or file.name or _text(properties, SHORT_NAME)
        file.name = file.name or _text(properties, DISPLAY_NAME)
        file.content_type = _text(properties, MIME_TYPE).lower()
        file.content_id = _text(properties, CONTENT_ID).strip("<>")
        content = properties.get(CONTENT)
        if isinstance(content, bytes) and not file.content:
            file.content = content


def _read_body(found: Unpacked, name: int, data: bytes, codepage: str) -> None:
    if name == BODY:
        found.text = found.text or decode(data, codepage)
    if name != MESSAGE_PROPERTIES:
        return
    properties = _properties(data, codepage)
    internet = properties.get(INTERNET_CODEPAGE)
    charset = f"cp{int.from_bytes(internet, 'little')}" if isinstance(internet, bytes) else codepage
    charset = "utf-8" if charset == "cp65001" else charset
    found.text = found.text or _text(properties, TEXT)
    html, rtf = properties.get(HTML, b""), properties.get(RTF, b"")
    found.html = html if isinstance(html, str) else decode(html, charset)
    found.rtf = _decompressed(rtf) if isinstance(rtf, bytes) else b""


def _text(properties: Properties, name: int) -> str:
    value = properties.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _properties(data: bytes, codepage: str) -> Properties:
    """The MAPI properties of a list, each by its id, the first of several; what cannot be read ends the list."""
    found: Properties = {}
    position = 4
    while position + 4 <= len(data):
        kind, name = struct.unpack_from("<HH", data, position)
        try:
            position = _after_name(data, position + 4, name)
            value, position = _value(data, position, kind)
        except struct.error:
            break
        if value is None:
            break
        found.setdefault(name, _read(value, kind, codepage))
    return found


def _after_name(data: bytes, position: int, name: int) -> int:
    """Where the value begins: names of an application's own carry an id or words before it."""
    if name < NAMED:
        return position
    kind, length = struct.unpack_from("<II", data, position + 16)
    return position + 24 + (_padded(length) if kind else 0)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes | None, int]:
    """The raw value, the first of several, and where the next property begins; None for an unknown kind."""
    single = kind & ~MULTIPLE
    count = struct.unpack_from("<I", data, position)[0] if kind & MULTIPLE else 1
    if single in FIXED:
        position += 4 if kind & MULTIPLE else 0
        return data[position : position + FIXED[single]], position + FIXED[single] * count
    if single not in (ANSI, UNICODE, OBJECT, BINARY):
        return None, position
    count = struct.unpack_from("<I", data, position)[0]
    position += 4
    first: bytes | None = None
    while count and position + 4 <= len(data):
        length = struct.unpack_from("<I", data, position)[0]
        first = data[position + 4 : position + 4 + length] if first is None else first
        position += 4 + _padded(length)
        count -= 1
    return first, position


def _padded(length: int) -> int:
    return length + -length % 4


def _read(value: bytes, kind: int, codepage: str) -> str | bytes:
    if kind == ANSI:
        return decode(value, codepage)
    if kind == UNICODE:
        return value.decode("utf-16-le", "replace").replace("\x00", "")
    return value[OBJECT_ID:] if kind == OBJECT else value


def _decompressed(packed: bytes) -> bytes:
    """[MS-OXRTFCP]: a ring of 4 KiB that begins with common words; each token is a byte or a place and a length."""
    if len(packed) < 16:
        return b""
    _, size, kind = struct.unpack_from("<II4s", packed)
    if kind == b"MELA":
        return packed[16 : 16 + min(size, MAX_RTF)]
    window = bytearray(RTF_START.ljust(RTF_WINDOW, b" "))
    write, out, position = len(RTF_START), bytearray(), 16
    while position < len(packed) and len(out) < min(size, MAX_RTF):
        flags = packed[position]
        position += 1
        for bit in range(8):
            taken, position = _token(packed, position, bool(flags >> bit & 1), window, write)
            if taken is None:
                return bytes(out)
            out += taken
            write = (write + len(taken)) % RTF_WINDOW
    return bytes(out[:size])


def _token(
    packed: bytes, position: int, is_reference: bool, window: bytearray, write: int
) -> tuple[bytes | None, int]:
    """The bytes that one token means, written to the window, and the place after it; None at the end."""
    if position + 1 + is_reference > len(packed):
        return None, position
    if not is_reference:
        window[write] = packed[position]
        return packed[position : position + 1], position + 1
    offset, length = packed[position] << 4 | packed[position + 1] >> 4, (packed[position + 1] & 15) + 2
    if offset == write:
        return None, position
    taken = bytearray()
    for step in range(length):
        taken.append(window[(offset + step) % RTF_WINDOW])
        window[(write + step) % RTF_WINDOW] = taken[-1]
    return bytes(taken), position + 2
