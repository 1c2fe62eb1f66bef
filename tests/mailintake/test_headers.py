from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake import headers
from mailintake.addresses import Address, addresses, normalise_email, sender
from mailintake.headers import Headers, content_type, decode_words, message_id, message_ids, read_headers

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=60)


def read(block: str) -> Headers:
    return read_headers(block.encode(), max_bytes=1_000_000)


def test_fields_keep_their_order_and_unfold() -> None:
    found = read("Received: b\nReceived: a\nSubject: one\n\ttwo\nnonsense\nTo : x@y.example")
    assert found.fields == (("received", "b"), ("received", "a"), ("subject", "one two"), ("to", "x@y.example"))
    assert found.all("received") == ("b", "a")
    assert found.get("missing") == ""


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?utf-8?Q?K=C3=A4ytt=C3=A4j=C3=A4?=", "Käyttäjä"),
        ("=?iso-8859-1?q?H=E4iri=F6?= tehtaalla", "Häiriö tehtaalla"),
        ("=?utf-8?B?SMOk?= =?utf-8?B?aXLDtg==?=", "Hähirö".replace("hi", "i")),
        ("=?utf-8?B?w?= =?utf-8?B?6Q=?=", "é"),
        ("=?utf-8*fi?Q?p=C3=A4iv=C3=A4?=", "päivä"),
        ("=?windows-1252?Q?=80_100?=", "€ 100"),
        ("=?klingon?Q?caf=E9?=", "café"),
        ("=?zlib_codec?B?eJw=?=", "xœ"),
        ("=?utf-8?q?Re:_x=0D=0ABcc:_eve@evil.example?=", "Re: x Bcc: eve@evil.example"),
        ("safe\u202eexe.txt", "safeexe.txt"),
        ("=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
    ],
)
def test_encoded_words_are_decoded_for_people(raw: str, shown: str) -> None:
    assert decode_words(raw) == shown


@given(PRINTABLE)
def test_base64_words_round_trip(text: str) -> None:
    assert decode_words(f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?=") == text


@given(PRINTABLE)
def test_quoted_words_round_trip(text: str) -> None:
    encoded = (
        quopri.encodestring(text.encode(), quotetabs=True, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")
    )
    assert decode_words(f"=?utf-8?Q?{encoded.decode()}?=") == text


@given(st.text(max_size=200))
def test_any_value_becomes_one_clean_line(value: str) -> None:
    shown = decode_words(value)
    assert not set(shown) & set("\r\n\t\x00\u202e")
    assert addresses(value, limit=5) == tuple(found for found in addresses(value, limit=5) if found.email)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain; charset=UTF-8", ("text/plain", {"charset": "UTF-8"})),
        ('TEXT/HTML; charset="utf-8"; x', ("text/html", {"charset": "utf-8"})),
        ("", ("text/plain", {})),
        ("text", ("text/plain", {})),
        ("garbage/;;;=", ("text/plain", {})),
        ('a/b; name="x;y\\"z"', ("a/b", {"name": 'x;y"z'})),
        ("a/b; name*0=abc; name*1=def", ("a/b", {"name": "abcdef"})),
        ("a/b; name*1=def; name*0*=utf-8''%C3%A4", ("a/b", {"name": "ädef"})),
        ("a/b; name==?utf-8?Q?=C3=A4.pdf?=", ("a/b", {"name": "ä.pdf"})),
    ],
)
def test_content_types_are_read_tolerantly(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert content_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 3 Feb 2026 10:20:00 +0200", datetime(2026, 2, 3, 8, 20, tzinfo=UTC)),
        ("3 Feb 2026 10:20:00", datetime(2026, 2, 3, 10, 20, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Mon, 1 Jan 0000 00:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
        ("Tue, 3 Feb 2026 10:20:00 +99999999999", None),
    ],
)
def test_impossible_dates_are_no_dates(value: str, expected: datetime | None) -> None:
    assert headers.date(Headers((("date", value),))) == expected


def test_message_ids_lose_brackets_and_noise() -> None:
    assert message_id(" <a.b@c>  (comment)") == "a.b@c"
    assert message_id("a@b") == "a@b"
    assert message_id("") is None
    assert message_id(f"<{'x' * 600}@y>") is None
    assert message_ids("<a@x> <b@x>junk<a@x> <c@x>", last=3) == ("b@x", "a@x", "c@x")
    assert message_ids("a@x b@x", last=5) == ("a@x", "b@x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Matti <Matti@Example.FI>", Address("Matti", "matti@example.fi")),
        ('"Virtanen, Anna" <anna@x.example>', Address("Virtanen, Anna", "anna@x.example")),
        ("anna@x.example (Anna)", Address("Anna", "anna@x.example")),
        ("Anna <anna@x.example", Address("Anna", "anna@x.example")),
        ("=?utf-8?Q?P=C3=A4ivi?= <paivi@x.example>", Address("Päivi", "paivi@x.example")),
        ('"agent@vaste.example" <eve@evil.example>', Address("agent@vaste.example", "eve@evil.example")),
        ("agent%vaste.example@evil.example", Address("", "agent%vaste.example@evil.example")),
        (
            "=?utf-8?Q?agent=40vaste.example=3E?= <eve@evil.example>",
            Address("agent@vaste.example>", "eve@evil.example"),
        ),
        ("jörg@müller.example", Address("", "jörg@müller.example")),
    ],
)
def test_one_sender_is_read(value: str, expected: Address) -> None:
    assert sender((value,)) == expected


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        ("Anna",),
        ("eve@evil.example, agent@vaste.example",),
        ("agents:agent@vaste.example,eve@evil.example;",),
        ("eve@evil.example", "agent@vaste.example"),
        ("=?utf-8?Q?agent?=@vaste.example",),
        ("<agent@vaste.example@evil.example>",),
        ('"agent@vaste.example,"@evil.example',),
        ("agent@vaste.example\u200b",),
        ("Anna anna@x.example",),
        ("anna@x.example Anna",),
        ('"agent@vaste.example" eve@evil.example',),
        ("Agent agent@vaste.example", "agent@vaste.example"),
    ],
)
def test_an_unclear_sender_is_nobody(values: tuple[str, ...]) -> None:
    assert sender(values).email == ""


@given(st.text(max_size=80))
def test_a_normalised_address_stays_what_it_is(value: str) -> None:
    once = normalise_email(value)
    assert normalise_email(once) == once
    assert once == "" or once.count("@") == 1
