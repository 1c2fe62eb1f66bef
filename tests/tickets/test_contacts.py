"""Contacts by telephone and in the corridor: logged in one form, recognised by their number, turned into tickets."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer, Requester
from tests.conftest import Cast
from tests.mailintake.post import entries, ticket_of
from tickets.models import Contact, ContactTicket, Queue, Ticket
from tickets.services.assignment import move
from tickets.services.contacts import Met, log

pytestmark = pytest.mark.django_db
NEW, CALLER = "/contacts/new/", "/caller/"
CALL = {"channel": "phone", "way": "in", "reached": "yes"}


@pytest.fixture
def otto(acme: Cast) -> Requester:
    with acme.scope():
        Requester.objects.filter(pk=acme.requester.pk).update(phone="+358 40 123 4567")
        # Another operator's number with the same end.
        Requester.objects.create(name="Pia Pulla", language="fi", phone="050-1234567")
    return acme.requester


def test_a_call_is_recognised_by_its_number(acme: Cast, otto: Requester) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        log(Met(at=timezone.now(), requester=otto, text="Asked about the lift", minutes=4), by=acme.actor("aino"))
    client = acme.client("aino")

    for query in ({"number": "040-1234567"}, {"q": "Otto"}, {"q": "paperi"}, {"q": "otto@paperi-acme.example"}):
        page = client.get(CALLER, query).content.decode()
        assert "Otto Oja" in page, query
        assert "Pia Pulla" not in page, query
    assert f"SYS-{ticket.number}" in page
    assert "Asked about the lift" in page
    assert f"/tickets/new/?requester={otto.pk}" in page
    assert "Nobody is known as 0449999999" in client.get(CALLER, {"number": "0449999999"}).content.decode()
    # What the number of somebody unknown was about is shown as well, and nothing of others.
    client.post(NEW, CALL | {"number": "044 999 9999", "text": "Wanted a price"})
    assert "Wanted a price" in client.get(CALLER, {"number": "+358449999999"}).content.decode()
    assert "Wanted a price" not in client.get(CALLER, {"number": "+358459999999"}).content.decode()


def test_what_the_caller_has_in_a_closed_queue_is_not_shown(acme: Cast, otto: Requester) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        aside = Queue.objects.create(name="Aside", address="aside@acme.example", office=acme.office)
        move(ticket, aside, by=acme.actor("ada"))
        contact = log(Met(at=timezone.now(), requester=otto), by=acme.actor("aino"))
        ContactTicket.objects.create(contact=contact, ticket=ticket)

    for path in (f"{CALLER}?q=Otto", "/contacts/", f"/contacts/{contact.pk}/"):
        assert "The lift is stuck" not in acme.client("aino").get(path).content.decode()
        assert "The lift is stuck" in acme.client("ada").get(f"/contacts/{contact.pk}/").content.decode()
    refused = acme.client("aino").post(f"/contacts/{contact.pk}/add/", {"number": ticket.number})
    assert refused.status_code == 422


def test_a_failed_attempt_is_a_contact_too(acme: Cast, otto: Requester) -> None:
    client = acme.client("aino")
    typed = {"channel": "corridor", "way": "out", "reached": "no", "requester": otto.pk, "text": "Not at their desk"}

    assert client.post(NEW, typed).status_code == 302

    with acme.scope():
        row = Contact.objects.get()
        assert (row.channel, row.is_outgoing, row.is_reached) == ("corridor", True, False)
        assert (row.member_id, row.requester_id, row.customer_id) == (acme.aino.pk, otto.pk, acme.customer.pk)
    assert "missed" in client.get("/contacts/").content.decode()
    assert "Not at their desk" not in acme.client("liisa").get("/contacts/").content.decode()
    for whose in (f"?requester={otto.pk}", f"?customer={acme.customer.pk}"):
        assert "Not at their desk" in acme.client("liisa").get(f"/contacts/{whose}").content.decode()
    with acme.scope():
        other = Customer.objects.create(name="Other", country="FI", office=acme.office, language="fi")
    assert "Not at their desk" not in client.get(f"/contacts/?customer={other.pk}").content.decode()


def test_several_tickets_come_of_one_call(acme: Cast) -> None:
    client, at = acme.client("aino"), timezone.now() - timedelta(hours=2)
    answer = client.post(
        NEW, CALL | {"name": "Uuno Uusi", "number": "0401112223", "text": "Two things", "ticket": "1"}
    )
    with acme.scope():
        contact = Contact.objects.get()
        Contact.objects.update(at=at)
    assert answer["Location"] == f"{reverse('tickets:create')}?contact={contact.pk}"

    form = client.get(answer["Location"]).context["form"]
    assert (form["name"].value(), form["text"].value()) == ("Uuno Uusi", "Two things")
    typed = {name: form[name].value() or "" for name in form.fields}
    typed["received_at"] = f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
    client.post(answer["Location"], typed | {"title": "The first"})
    with acme.scope():
        uuno = Requester.objects.get(name="Uuno Uusi")
    client.post(answer["Location"], typed | {"title": "The second", "requester": uuno.pk})

    with acme.scope():
        made = list(Ticket.objects.order_by("number"))
        assert [(ticket.title, ticket.requester_id) for ticket in made] == [
            ("The first", uuno.pk),
            ("The second", uuno.pk),
        ]
        assert made[0].received_at < timezone.now() - timedelta(hours=1, minutes=58)
        assert Contact.objects.get().requester_id == uuno.pk
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "The first" in page
    assert "The second" in page
    # From now on the number is known.
    assert "Uuno Uusi" in client.get(CALLER, {"number": "+358 40 1112223"}).content.decode()


def test_a_contact_becomes_a_note_once(acme: Cast, otto: Requester) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    client.post(NEW, CALL | {"requester": otto.pk, "number": "0401234567", "text": "It moves again", "minutes": "3"})
    with acme.scope():
        path = f"/contacts/{Contact.objects.get().pk}/add/"

    for _ in range(2):
        assert client.post(path, {"number": f"SYS-{ticket.number}"}).status_code == 302

    assert entries(acme, ticket) == [
        ("note", "Incoming contact, Phone, Otto Oja, 0401234567, 3 min\nIt moves again"),
    ]
    assert client.post(path, {"number": "99999"}).status_code == 422
    assert client.post(NEW, CALL | {"at": "2100-01-01T10:00"}).status_code == 422
    assert client.post(NEW, CALL | {"channel": "pigeon"}).status_code == 422
