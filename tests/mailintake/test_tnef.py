"""winmail.dat, written here byte by byte as [MS-OXTNEF] asks."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailintake.parsing import parse
from mailintake.tnef import SIGNATURE, PackedFile, UnreadableTnef, unpack

START = SIGNATURE + b"\x01\x00"
FILE = (2, 0x9002, b"\x01\x00" + b"\x00" * 12)


def stream(*attributes: tuple[int, int, bytes]) -> bytes:
    packed = (struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\x00\x00" for level, name, data in attributes)
    return START + b"".join(packed)


def properties(*values: tuple[int, int, bytes], count: int | None = None) -> bytes:
    packed = (
        struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\x00" * (-len(data) % 4)
        for kind, name, data in values
    )
    return struct.pack("<I", len(values) if count is None else count) + b"".join(packed)


def test_files_keep_name_and_bytes() -> None:
    long_name = properties(
        (0x1F, 0x3707, "Pöytäkirja.docx\x00".encode("utf-16-le")), (0x1F, 0x3712, "a@b".encode("utf-16-le"))
    )
    raw = stream(
        (1, 0x9007, struct.pack("<I", 1252)),
        FILE,
        (2, 0x8010, b"P\xd6YT~1.DOC\x00"),
        (2, 0x800F, b"data\x00\x00"),
        (2, 0x9005, long_name),
        FILE,
        (2, 0x8010, b"p\xe4\xe4.txt\x00"),
        (2, 0x800F, b"toinen"),
    )
    assert unpack(raw).files == [
        PackedFile("Pöytäkirja.docx", b"data\x00\x00", "", "a@b"),
        PackedFile("pää.txt", b"toinen"),
    ]


def test_bodies_are_read_in_their_codepage() -> None:
    page = struct.pack("<HHI", 0x03, 0x3FDE, 65001)
    raw = stream((1, 0x9003, struct.pack("<I", 2) + page + properties((0x102, 0x1013, "<p>hyvä</p>".encode()))[4:]))
    assert unpack(raw).html == "<p>hyvä</p>"
    assert unpack(stream((1, 0x800C, b"hyv\xe4\x00"))).text == "hyvä"


def test_compressed_text_is_unpacked() -> None:
    # The example of [MS-OXRTFCP], 4.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack(stream((1, 0x9003, properties((0x102, 0x1009, packed))))).rtf == (
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    )


def test_what_is_no_stream_is_refused() -> None:
    with pytest.raises(UnreadableTnef):
        unpack(b"PK\x03\x04")


def test_counts_of_a_liar_cost_nothing() -> None:
    liar = stream(
        FILE,
        (
            2,
            0x9005,
            properties((0x102, 0x3701, b"x"), count=0xFFFFFFFF) + struct.pack("<HHI", 0x102, 0x3701, 0xFFFFFFFF),
        ),
    )
    many = stream(*[FILE] * 100_000)
    started = time.perf_counter()
    assert [file.content for file in unpack(liar).files] == [b"x"]
    assert len(unpack(many).files) == 200
    assert time.perf_counter() - started < 2


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(noise: bytes) -> None:
    unpack(START + noise)
    unpack(stream(FILE, (2, 0x9005, noise), (1, 0x9003, noise), (1, 0x9003, properties((0x102, 0x1009, noise)))))


def test_a_mail_shows_what_was_packed_instead_of_the_packing() -> None:
    raw = b"From: a@x.example\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    raw += b"Content-Transfer-Encoding: binary\n\n"
    mail = parse(raw + stream((1, 0x800C, b"Hei"), FILE, (2, 0x8010, b"a.txt"), (2, 0x800F, b"1")))
    assert (mail.text, [part.filename for part in mail.attachments]) == ("Hei", ["a.txt"])
    broken = parse(raw + b"nothing of the kind")
    assert [part.filename for part in broken.attachments] == ["winmail.dat"]
