from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake.decoding import decode, decode_base64, decode_transfer, text_codec

FINNISH = "Häiriö Åbon tehtaalla … hinta 100 €"


@pytest.mark.parametrize(
    "label", [None, "", "utf-8", "us-ascii", "iso-8859-1", "windows-1252", "x-klingon", "zlib_codec"]
)
def test_utf8_is_recognised_under_western_and_unknown_labels(label: str | None) -> None:
    assert decode(FINNISH.encode(), label) == FINNISH


@pytest.mark.parametrize("label", [None, "iso-8859-1", "utf-8", "latin1", "x-klingon", "3Dutf-8"])
def test_windows_1252_is_the_fallback(label: str | None) -> None:
    assert decode(FINNISH.encode("cp1252"), label) == FINNISH


@pytest.mark.parametrize(
    ("label", "text"),
    [("koi8-r", "Заказ"), ("iso-2022-jp", "テスト"), ("gb2312", "镕基"), ("iso-8859-15", "Ž 5 €"), ("shift_jis", "①")],
)
def test_the_declared_charset_comes_first(label: str, text: str) -> None:
    codec = text_codec(label)
    assert codec is not None
    assert decode(text.encode(codec), label) == text


def test_one_broken_byte_does_not_spoil_utf8() -> None:
    assert decode("Příliš žluťoučký".encode() + b"\xe9", "utf-8") == "Příliš žluťoučký\ufffd"


@pytest.mark.parametrize(
    "label", ["zlib_codec", "hex", "rot13", "unicode_escape", "idna", "punycode", "bz2", "\x00", "x" * 999]
)
def test_only_charsets_of_text_count(label: str) -> None:
    assert text_codec(label) is None


@given(
    st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "utf-7", "iso-2022-kr", "hz", "big5", "nope"])
)
def test_decoding_never_raises_and_has_no_nul(raw: bytes, label: str | None) -> None:
    assert "\x00" not in decode(raw, label)


@given(st.binary(max_size=200), st.integers(0, 3))
def test_base64_survives_noise_and_a_cut_end(content: bytes, cut: int) -> None:
    encoded = base64.encodebytes(content).replace(b"\n", b" \r\n!")
    assert decode_base64(encoded) == content
    shortened = base64.b64encode(content).rstrip(b"=")
    assert content.startswith(decode_base64(shortened[: len(shortened) - cut])[: max(len(content) - 3, 0)])


def test_an_unknown_transfer_encoding_leaves_the_bytes() -> None:
    assert decode_transfer(b"a=3Db", "x-unknown") == b"a=3Db"
    assert decode_transfer(b"a=3Db", " Quoted-Printable ") == b"a=b"
