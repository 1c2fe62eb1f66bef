"""Addresses whose letters only look like others: what a reader takes them for, and how they are shown."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lookalikes import LETTERS, both_spellings, decoded, in_plain_letters

PLAIN = "maija@paperi.example"
DISGUISES = {plain: [chr(odd) for odd, known in LETTERS.items() if known == plain] for plain in LETTERS.values()}
ASCII = st.text(string.ascii_lowercase + string.digits + ".-_+", min_size=1, max_size=30)


def named(name: str) -> str:
    return unicodedata.lookup(name)


@pytest.mark.parametrize(
    "email",
    [
        PLAIN.replace("a", named("CYRILLIC SMALL LETTER A")),
        PLAIN.replace(
            "ij", named("CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I") + named("CYRILLIC SMALL LETTER JE")
        ),
        PLAIN.replace("i", named("LATIN SMALL LETTER DOTLESS I")),
        PLAIN.replace("p", named("GREEK SMALL LETTER RHO")),
        PLAIN.replace("e", named("LATIN SMALL LETTER E WITH DOT BELOW")),
        PLAIN.replace("m", named("FULLWIDTH LATIN SMALL LETTER M")),
        PLAIN.replace("m", named("MATHEMATICAL BOLD CAPITAL M")),
        "maija@xn--pperi-4ve.example",
    ],
)
def test_a_disguise_is_seen_through(email: str) -> None:
    assert email != PLAIN
    assert in_plain_letters(email) == PLAIN


@pytest.mark.parametrize("email", [PLAIN, "arne@corner.example", "l1oo0@x-y.example", "a+b@xn--.example", "@", ""])
def test_an_ordinary_address_stays_as_it_is(email: str) -> None:
    assert in_plain_letters(email) == decoded(email) == both_spellings(email) == email


@given(ASCII, ASCII, st.data())
def test_any_letters_in_disguise_are_seen_through(local: str, domain: str, data: st.DataObject) -> None:
    plain = f"{local}@{domain}"
    worn = "".join(data.draw(st.sampled_from([char, *DISGUISES.get(char, [])])) for char in plain)

    assert in_plain_letters(worn) == in_plain_letters(plain)


@given(st.text(max_size=80))
def test_nothing_makes_it_stumble_and_twice_is_once(text: str) -> None:
    once = in_plain_letters(text)

    assert in_plain_letters(once) == once or "xn--" in once
    assert both_spellings(text).startswith(decoded(text))


@given(st.text(string.ascii_lowercase + string.digits + "-", max_size=59))
def test_a_decoded_domain_shows_nothing_but_letters_and_both_spellings_name_the_same(code: str) -> None:
    email = f"eve@xn--{code}.example"
    label = decoded(email).removeprefix("eve@").removesuffix(".example")

    assert label.replace("-", "").isalnum()
    if label != f"xn--{code}":
        assert both_spellings(email).startswith(f"eve@{label}.example")


def test_both_spellings_of_a_domain_stand_beside_each_other() -> None:
    shown = both_spellings("eve@xn--pperi-4ve.example")

    assert shown == f"eve@p{named('CYRILLIC SMALL LETTER A')}peri.example (xn--pperi-4ve.example)"
    assert both_spellings(shown.partition(" ")[0]) == shown
