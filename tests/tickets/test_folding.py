"""Which messages of a long conversation are shown at once."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.folding import LATEST, MOST_SHOWN, fold
from tickets.services import conversation
from tickets.services.conversation import Written


@dataclass(frozen=True)
class Entry:
    place: int
    message: bool


@given(st.lists(st.booleans(), max_size=150))
def test_nothing_but_the_middle_is_left_out(kinds: list[bool]) -> None:
    entries = [Entry(place, said) for place, said in enumerate(kinds)]
    said = [entry for entry in entries if entry.message]

    found = fold(entries)

    shown = [*found.before, *found.behind]
    assert shown == sorted(shown, key=lambda entry: entry.place)
    assert len([entry for entry in shown if entry.message]) + found.hidden == len(said)
    assert (found.hidden == 0) == (len(said) <= MOST_SHOWN)
    if found.hidden:
        assert [entry for entry in shown if entry.message] == [said[0], *said[-LATEST:]]
    assert list(fold(entries, whole=True).before) == entries


@pytest.mark.django_db
def test_a_long_ticket_says_what_it_leaves_out_and_shows_it(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        for number in range(MOST_SHOWN + 1):
            conversation.note(ticket, Written(text=f"Said {number}."), by=acme.actor("aino"))
    client, path = acme.client("aino"), ticket.get_absolute_url()

    page = client.get(path).content.decode()
    assert f"Show the {MOST_SHOWN + 1 - LATEST} messages between" in page
    assert ("Said 20." in page, "Said 21." in page) == (False, True)
    whole = client.get(path, {"whole": "1"}).content.decode()
    assert "Said 20." in whole
    assert "messages between" not in whole
