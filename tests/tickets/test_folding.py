"""Which messages of a long conversation are shown at once."""

from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.folding import LATEST, MOST_SHOWN, ends, fold
from tickets.services import conversation
from tickets.services.conversation import Written


@dataclass(frozen=True)
class Entry:
    place: int
    message: bool


@given(st.lists(st.booleans(), max_size=60), st.integers(min_value=0, max_value=9))
def test_what_happened_between_hidden_messages_is_hidden_too(kinds: list[bool], hidden: int) -> None:
    assume(not hidden or sum(kinds) > 1)
    entries = [Entry(place, said) for place, said in enumerate(kinds)]

    found = fold(entries, hidden)

    shown = [*found.before, *found.behind]
    assert shown == sorted(shown, key=lambda entry: entry.place)
    assert [entry for entry in shown if entry.message] == [entry for entry in entries if entry.message]
    if hidden:
        assert found.before[-1].message
        assert found.behind[0].message
    else:
        assert shown == entries


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, LATEST, MOST_SHOWN, MOST_SHOWN + 1, MOST_SHOWN + 7])
def test_the_first_and_the_latest_messages_are_fetched(acme: Cast, many: int) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        for number in range(many - 1):
            conversation.note(ticket, Written(text=f"Said {number}."), by=acme.actor("aino"))
        said = list(ticket.messages.order_by("-at", "-pk"))

        found = list(ends(ticket.messages.all()))

        assert len(said) == many == found[0].said  # type: ignore[attr-defined]  # annotated
        assert found == (said if many <= MOST_SHOWN else [*said[:LATEST], said[-1]])


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
