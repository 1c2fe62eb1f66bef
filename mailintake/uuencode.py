"""Files that stand in the text itself, as mail programs sent them before MIME and some servers still do."""

from __future__ import annotations

import binascii
import re

OPENING = re.compile(r"^begin(?:-base64)? [0-7]{3,4} (?P<name>\S[^\r\n]{0,250})$", re.MULTILINE)
CLOSING = frozenset({"end", "===="})
MAX_FILES = 100


def extract(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the files in it, and their names and bytes; a block that is not whole stays text."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    position = 0
    while len(files) < MAX_FILES and (found := OPENING.search(text, position)):
        end = _closing(text, found.end())
        content = decode(text[found.end() : end]) if end else b""
        if end and content:
            files.append((found["name"].strip(), content))
            kept.append(text[position : found.start()])
            position = text.find("\n", end + 1)
            position = len(text) if position < 0 else position + 1
        else:
            kept.append(text[position : found.end()])
            position = found.end()
    return "".join(kept) + text[position:], files


def decode(block: str) -> bytes:
    """The bytes of the lines between begin and end; damaged lines give what is readable."""
    return b"".join(_line(line) for line in block.splitlines() if line.strip())


def decode_body(raw: bytes) -> bytes:
    """A whole part in this encoding, with or without its begin and end lines; as it came when it is something else."""
    text = raw.decode("latin-1").replace("\r\n", "\n")
    opening = OPENING.search(text)
    start = opening.end() if opening else 0
    end = next((found.start() for found in re.finditer(r"(?m)^(?:end|====)[ \t]*$", text[start:])), len(text) - start)
    return decode(text[start : start + end]) or raw


def _closing(text: str, start: int) -> int:
    """Where the line `end` begins, if only lines of code stand before it; 0 otherwise."""
    position = start + 1
    while 0 < position < len(text):
        after = text.find("\n", position)
        line = text[position : after if after >= 0 else len(text)].strip("\r")
        if line.strip() in CLOSING:
            return position
        if len(line) > 90 or (line and not " " <= line[0] <= "`"):
            return 0
        position = after + 1
    return 0


def _line(line: str) -> bytes:
    raw = line.encode("ascii", "replace")
    try:
        return binascii.a2b_uu(raw)
    except binascii.Error:
        # Some encoders pad a line too far; the first character tells how much of it counts.
        length = ((((raw[0] - 32) & 63) * 4 + 5) // 3) + 1
        try:
            return binascii.a2b_uu(raw[:length])
        except binascii.Error:
            return b""
