"""Stored secrets: unreadable at rest, readable with the key, and with that key only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import SecretUnreadable, seal, unseal


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_what_was_sealed_can_be_read_again(secret: str) -> None:
    sealed = seal(secret)

    assert unseal(sealed) == secret
    assert len(secret) < 4 or secret not in sealed


def test_nothing_stays_nothing() -> None:
    assert (seal(""), unseal("")) == ("", "")


def test_equal_secrets_do_not_look_equal() -> None:
    assert seal("open sesame") != seal("open sesame")


def test_another_key_or_a_changed_letter_reads_nothing(settings: Any) -> None:
    sealed = seal("open sesame")

    with pytest.raises(SecretUnreadable):
        unseal(sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:])
    settings.VASTE_DATA_KEY = "another key"
    with pytest.raises(SecretUnreadable):
        unseal(sealed)
