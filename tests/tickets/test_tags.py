"""Tags on a ticket's page: one word once, in the history, and for those who may work on the ticket."""

import pytest

from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Tag, TicketTag

pytestmark = pytest.mark.django_db


def test_a_tag_is_put_on_a_ticket_and_taken_off(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
    client, path = acme.client("aino"), f"/tickets/{ticket.number}/"
    for name in ("Winter  tyres", "WINTER tyres"):
        client.post(f"{path}tags/", {"name": name})
    page = client.get(path)
    assert page.content.count(b"Remove the tag Winter tyres") == 1
    assert words(page).count("Aino Agent added the tag Winter tyres") == 1

    with acme.scope():
        tag = Tag.objects.get()
    for _twice in range(2):
        assert client.post(f"{path}tags/{tag.pk}/remove/").status_code == 302
    page = words(client.get(path))
    assert page.count("Aino Agent removed the tag Winter tyres") == 1
    with acme.scope():
        assert not TicketTag.objects.exists()


def test_an_empty_tag_is_none(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
    assert acme.client("aino").post(f"/tickets/{ticket.number}/tags/", {"name": "  "}).status_code == 422
    with acme.scope():
        assert not Tag.objects.exists()
