"""What a person does with a held mail: once, and on the mail's own time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Product, Requester
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.parsing import parse
from mailintake.services.triage import Acceptance, accept, discard, link, release, suggest
from tests.conftest import Cast
from tests.mailintake.post import OTTO, arrive, entries, open_box, outgoing, ticket_of, write
from tickets.errors import TransitionRefused
from tickets.models import Ticket
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db


def held(cast: Cast, raw: bytes | None = None) -> InboundMessage:
    """A mail that waits for a person."""
    with cast.scope():
        exists = InboundMessage.objects.exists()
    if not exists:
        open_box(cast, mode="triage")
    row = arrive(cast, raw or write(OTTO, subject="Lift", text="It is stuck.\n"))
    assert row.state == InboundState.TRIAGE
    return row


def accepted(cast: Cast, row: InboundMessage, *, notify: bool = True, **more: object) -> Ticket:
    facts = {"title": "The lift", "queue": cast.desk.queue, "requester_name": "Otto Oja"} | more
    with cast.scope():
        return accept(row.pk, Acceptance(**facts), by=cast.actor("aino"), notify=notify)


def test_an_accepted_mail_is_a_ticket_received_when_the_mail_was(acme: Cast) -> None:
    row = held(acme)

    ticket = accepted(acme, row, customer=acme.customer, assignee=acme.members["konsta"])

    assert (ticket.title, ticket.received_at) == ("The lift", row.received_at)
    assert ticket.requester_id == acme.requester.pk
    assert {purpose for purpose, _ in outgoing(acme)} == {"acknowledgement", "details"}
    with acme.scope():
        row.refresh_from_db()
        assert (row.state, row.ticket_id, row.entry.text.strip()) == (InboundState.LINKED, ticket.pk, "It is stuck.")


def test_without_notice_nothing_leaves(acme: Cast) -> None:
    accepted(acme, held(acme), assignee=acme.members["konsta"], notify=False)

    assert outgoing(acme) == []


def test_automatic_mail_is_never_acknowledged_even_when_accepted(acme: Cast) -> None:
    accepted(acme, held(acme, write(headers={"Auto-Submitted": "auto-generated"})))

    assert outgoing(acme) == []


def test_an_unknown_sender_becomes_a_requester_of_the_company_chosen(acme: Cast) -> None:
    accepted(acme, held(acme, write("new@elsewhere.example")), requester_name="Nelli New", customer=acme.customer)

    with acme.scope():
        person = Requester.objects.with_address("new@elsewhere.example").get()
    assert (person.name, person.customer_id) == ("Nelli New", acme.customer.pk)


def test_the_second_of_two_agents_is_too_late(acme: Cast) -> None:
    row = held(acme)
    ticket = accepted(acme, row)
    steps = [
        lambda: accepted(acme, row),
        lambda: link(row.pk, ticket, by=acme.actor("ada")),
        lambda: discard(row.pk, by=acme.actor("ada")),
    ]

    for step in steps:
        with acme.scope(), pytest.raises(TransitionRefused):
            step()
    with acme.scope():
        assert Ticket.objects.count() == 1


def test_a_linked_mail_brings_its_thread_along(acme: Cast) -> None:
    ticket = ticket_of(acme)
    thread = "<thread@paperi-acme.example>"
    row = held(acme, write(OTTO, text="Linked.", in_reply_to=thread))

    with acme.scope():
        link(row.pk, ticket, by=acme.actor("aino"))
    later = arrive(acme, write(OTTO, text="Later.", in_reply_to=thread))

    assert (later.state, later.ticket_id) == (InboundState.LINKED, ticket.pk)
    assert entries(acme, ticket) == [("requester", "Linked."), ("requester", "Later.")]


def test_a_mail_linked_to_a_closed_ticket_opens_it(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
    row = held(acme)

    with acme.scope():
        link(row.pk, Ticket.objects.get(pk=ticket.pk), by=acme.actor("aino"))
        assert not Ticket.objects.get(pk=ticket.pk).is_finished
    assert entries(acme, ticket) == [("requester", "It is stuck.")]


def test_a_discarded_mail_can_be_taken_back(acme: Cast) -> None:
    row = held(acme)

    with acme.scope():
        discard(row.pk, by=acme.actor("aino"))
        row.refresh_from_db()
        assert (row.state, row.reason) == (InboundState.IGNORED, "discarded")
        assert release(row.pk, by=acme.actor("aino"))
        assert not release(row.pk, by=acme.actor("aino"))
        row.refresh_from_db()
        assert (row.state, row.reason) == (InboundState.TRIAGE, "released")
        actions = AuditEntry.objects.filter(action__startswith="mail.").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == ["mail.discarded", "mail.released"]
    accepted(acme, row)


def test_old_mail_is_not_acknowledged(acme: Cast) -> None:
    row = held(acme)
    with acme.scope():
        InboundMessage.objects.update(received_at=timezone.now() - timedelta(days=2))

    accepted(acme, row)

    assert outgoing(acme) == []


def test_what_is_suggested_comes_with_its_reason(acme: Cast) -> None:
    with acme.scope():
        product = Product.objects.create(name="Lift", keywords=["hoist"], expert=acme.members["konsta"])
        Product.objects.create(name="Door")
        products = list(Product.objects.prefetch_related("modules__expert").select_related("expert"))

        known = suggest(parse(write(OTTO, subject="The hoist")), products)
        colleague = suggest(parse(write("pia@paperi-acme.example", subject="Lift and door")), products)
        stranger = suggest(parse(write("x@elsewhere.example", subject="Hello")), products)

    assert (known.requester, known.customer, known.product) == (acme.requester, acme.customer, product)
    assert known.assignee == acme.members["konsta"]
    assert known.reasons == {
        "customer": "sender",
        "requester": "sender",
        "product": "words",
        "assignee": "expert",
    }
    assert (colleague.requester, colleague.customer, colleague.product) == (None, acme.customer, None)
    assert colleague.reasons == {"customer": "domain"}
    assert (stranger.customer, stranger.reasons) == (None, {})
