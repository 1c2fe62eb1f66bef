"""Mails damaged as transport, mail servers and attackers damage them, from a seed, so that each can be made again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Change = Callable[[random.Random, bytes], bytes]
BOUNDARY_LINE = re.compile(rb"(?m)^--[^\r\n]{1,100}\r?\n")


def damage(raw: bytes, seed: str) -> bytes:
    """One to four changes, drawn by the seed."""
    chance = random.Random(seed)
    for change in chance.choices(CHANGES, k=chance.randint(1, 4)):
        raw = change(chance, raw)
    return raw


def flip_bits(chance: random.Random, raw: bytes) -> bytes:
    damaged = bytearray(raw)
    for _ in range(min(len(raw), chance.choice((1, 4, 32, 256)))):
        damaged[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def drop_boundary(chance: random.Random, raw: bytes) -> bytes:
    lines = list(BOUNDARY_LINE.finditer(raw))
    if not lines:
        return raw
    line = chance.choice(lines)
    return raw[: line.start()] + raw[line.end() :]


def double_boundary(chance: random.Random, raw: bytes) -> bytes:
    lines = list(BOUNDARY_LINE.finditer(raw))
    if not lines:
        return raw
    line = chance.choice(lines)
    return raw[: line.end()] + line.group() * chance.randint(1, 50) + raw[line.end() :]


def truncate(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def cut_out(chance: random.Random, raw: bytes) -> bytes:
    start = chance.randrange(len(raw) + 1)
    return raw[:start] + raw[start + chance.randrange(2_000) :]


def shuffle_headers(chance: random.Random, raw: bytes) -> bytes:
    head, blank, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines) + blank + body


def repeat(chance: random.Random, raw: bytes) -> bytes:
    """A piece again and again: deep quotes, long words, endless tags."""
    start = chance.randrange(len(raw) + 1)
    piece = raw[start : start + chance.randint(1, 40)]
    return raw[:start] + piece * chance.choice((2, 100, 5_000)) + raw[start:]


def spoil_labels(chance: random.Random, raw: bytes) -> bytes:
    label, other = chance.choice(LABELS), chance.choice(LABELS)
    return raw.replace(label, other)


def break_lines(chance: random.Random, raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\r", b"\r\r\n")))


def splice(chance: random.Random, raw: bytes) -> bytes:
    """Another place of the same mail in the middle of this one."""
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    place = chance.randrange(len(raw) + 1)
    return raw[:place] + raw[start : min(end, start + 5_000)] + raw[place:]


LABELS = (
    *(b"utf-8", b"iso-8859-1", b"us-ascii", b"iso-2022-jp", b"utf-16", b"utf-7", b"base64", b"quoted-printable"),
    *(b"7bit", b"x-uuencode", b"multipart/mixed", b"multipart/alternative", b"multipart/report", b"message/rfc822"),
    *(b"text/html", b"text/plain", b"message/delivery-status", b"application/ms-tnef", b"attachment", b"inline"),
)
CHANGES: tuple[Change, ...] = (
    *(flip_bits, drop_boundary, double_boundary, truncate, cut_out),
    *(shuffle_headers, repeat, spoil_labels, break_lines, splice),
)
