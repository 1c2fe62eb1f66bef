"""Known incidents: told to whoever asks, for as long as they last, and nothing of the ticket with it."""

from typing import Any

import pytest

from portal.models import Deflection
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.portal.conftest import open_portal, visitor
from tickets.enums import EventKind
from tickets.models import IncidentText, Ticket
from tickets.services import incidents, lifecycle

pytestmark = pytest.mark.django_db
TEXTS = {"fi": "Etäyhteys on poikki klo 8 alkaen. Kerromme lisää klo 12.", "en": "Remote access is down since 8."}


def told(cast: Cast, texts: dict[str, str] = TEXTS, **facts: str) -> Ticket:
    with cast.scope():
        ticket = ticket_of(cast)
        Ticket.objects.filter(pk=ticket.pk).update(kind="incident", **facts)
        incidents.announce(ticket, texts, by=cast.actor("aino"))
    return ticket


def page(client: Any) -> str:
    return str(client.get("/portal/ask/").content.decode())


def test_the_desk_writes_it_and_whoever_asks_reads_it_in_their_language(acme: Cast) -> None:
    open_portal(acme)
    ticket = told(acme, {}, title="Salainen otsikko")
    path = f"{ticket.get_absolute_url()}incident/"
    desk, asker = acme.client("aino"), visitor(acme)
    assert "Tell it at the portal" in desk.get(ticket.get_absolute_url()).content.decode()
    assert "We know of this already" not in page(asker)

    assert desk.post(path, TEXTS).status_code == 302
    shown = page(asker)
    assert (TEXTS["fi"] in shown, TEXTS["en"] in shown) == (True, False)
    assert "Salainen" not in shown
    assert str(ticket.number) not in shown

    assert desk.post(path, {"fi": "", "en": ""}).status_code == 302
    assert TEXTS["fi"] not in page(asker)
    with acme.scope():
        lines = ticket.events.filter(kind=EventKind.ANNOUNCED).order_by("pk")
        assert [event.data["text"] for event in lines] == [TEXTS["en"], ""]


def test_in_another_language_where_nobody_wrote_it_in_theirs(acme: Cast) -> None:
    open_portal(acme)
    told(acme, {"en": TEXTS["en"]})

    assert f'lang="en">{TEXTS["en"]}' in page(visitor(acme))


def test_it_ends_with_the_ticket(acme: Cast) -> None:
    open_portal(acme)
    ticket, asker = told(acme), visitor(acme)
    assert TEXTS["fi"] in page(asker)

    with acme.scope():
        lifecycle.resolve(ticket, solution="Yhteys palasi.", by=acme.actor("aino"))
    assert TEXTS["fi"] not in page(asker)
    answer = asker.post("/portal/ask/solved/", {"words": "Poikki", "incident": ticket.pk})
    assert answer.status_code == 302
    with acme.scope():
        assert Deflection.objects.get().incident is None


def test_whoever_has_it_too_is_counted_once_and_opens_no_ticket(acme: Cast) -> None:
    open_portal(acme)
    ticket, asker = told(acme), visitor(acme)
    for _press in range(2):
        answer = asker.post("/portal/ask/solved/", {"words": "Ei saa yhteyttä", "incident": ticket.pk}, follow=True)
        assert "työskentelemme" in answer.content.decode()

    with acme.scope():
        row = Deflection.objects.get()
        assert (row.incident, row.words) == (ticket.pk, "Ei saa yhteyttä")
        assert Ticket.objects.count() == 1


def test_another_tenants_incident_is_none(acme: Cast, globex: Cast) -> None:
    open_portal(acme)
    with globex.scope():
        ticket = ticket_of(globex)
        incidents.announce(ticket, TEXTS, by=globex.actor("greta"))
    asker = visitor(acme)
    assert TEXTS["fi"] not in page(asker)

    asker.post("/portal/ask/solved/", {"words": "", "incident": ticket.pk})
    with acme.scope():
        assert Deflection.objects.get().incident is None


def test_saying_the_same_again_writes_nothing(acme: Cast) -> None:
    ticket = told(acme)
    with acme.scope():
        incidents.announce(ticket, TEXTS, by=acme.actor("aino"))

        assert ticket.events.filter(kind=EventKind.ANNOUNCED).count() == 1
        assert IncidentText.objects.count() == 2
