"""What nobody can guess, and nobody can forge."""

import re

from hypothesis import given
from hypothesis import strategies as st

from core.tokens import new_code, new_token, same, signature, token_hash


def test_tokens_are_long_plain_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(500)}

    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", token) for token in tokens)


def test_a_stored_digest_says_nothing_of_its_token() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_codes_are_six_digits_and_spread_over_all() -> None:
    codes = [new_code() for _ in range(2000)]

    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert {code[0] for code in codes} == set("0123456789")


@given(st.text(max_size=40), st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_a_signature_is_one_for_its_key_and_parts(key: str, parts: list[str]) -> None:
    made = signature(key, *parts)

    assert re.fullmatch(r"[a-z2-7]{16}", made)
    assert signature(key, *parts) == made
    assert signature(key + "x", *parts) != made
    assert signature(key, *parts, "x") != made
    assert signature(key, *parts[:-1], parts[-1] + "x") != made


def test_a_signature_can_be_checked_by_anyone_with_the_key() -> None:
    # HMAC-SHA-256("key", "address\x1f7\x1f42"), its first 80 bits in the alphabet of RFC 4648, lower case.
    assert signature("key", "address", 7, 42) == "xd2teda2kxias22l"


def test_parts_do_not_run_into_each_other() -> None:
    assert signature("key", "address", 1, 23) != signature("key", "address", 12, 3)


def test_comparison_takes_any_text() -> None:
    assert same("päivää", "päivää")
    assert not same("päivää", "paivaa")
    assert not same("a", "aa")
