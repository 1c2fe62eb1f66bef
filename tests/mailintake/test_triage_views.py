"""Triage shows an agent the mail of the queues that are open to them, and no other."""

import pytest
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from tests.conftest import Cast
from tests.flows.mails import mail
from tests.mailintake.post import ticket_of
from tickets.models import Queue, Ticket
from tickets.services.merging import merge


@pytest.fixture
def private_mail(acme: Cast) -> InboundMessage:
    """A mail to a queue that nobody was granted."""
    with acme.scope():
        queue = Queue.objects.create(name="Payroll", address="payroll@acme.example", office=acme.office)
        box = Mailbox.objects.create(address="payroll@acme.example", queue=queue)
        raw = mail(sender="otto@paperi-acme.example", to=box.address, subject="My salary", text="Secret.\n")
        return InboundMessage.objects.create(
            mailbox=box,
            source="smtp:1",
            raw=raw,
            size=len(raw),
            received_at=timezone.now(),
            state=InboundState.TRIAGE,
            subject="My salary",
        )


@pytest.mark.parametrize("path", ["", "accept/", "link/", "discard/"])
def test_mail_of_a_closed_queue_is_not_there_for_an_agent(acme: Cast, private_mail: InboundMessage, path: str) -> None:
    address = f"/triage/{private_mail.pk}/{path}"
    aino = acme.client("aino")

    response = aino.post(address) if path else aino.get(address)

    assert response.status_code == 404
    with acme.scope():
        assert private_mail.refreshed().state == InboundState.TRIAGE


def test_a_team_lead_sees_the_mail_of_every_queue(acme: Cast, private_mail: InboundMessage) -> None:
    response = acme.client("liisa").get(f"/triage/{private_mail.pk}/")

    assert response.status_code == 200
    assert "My salary" in response.content.decode()


def test_an_agent_is_told_that_nothing_waits(acme: Cast, private_mail: InboundMessage) -> None:
    assert "My salary" not in acme.client("aino").get("/triage/").content.decode()


@pytest.fixture
def pair(acme: Cast) -> tuple[Ticket, Ticket]:
    """A merged ticket and the one that it goes on in."""
    source, survivor = ticket_of(acme), ticket_of(acme)
    with acme.scope():
        merge(source, survivor, by=acme.actor("ada"))
    return source, survivor


def test_a_mail_linked_to_a_merged_ticket_goes_where_that_goes_on(
    acme: Cast, private_mail: InboundMessage, pair: tuple[Ticket, Ticket]
) -> None:
    source, survivor = pair

    response = acme.client("liisa").post(f"/triage/{private_mail.pk}/link/", {"number": f"SYS-{source.number}"})

    assert (response.status_code, response["Location"]) == (302, f"/tickets/{survivor.number}/")
    with acme.scope():
        assert private_mail.refreshed().ticket_id == survivor.pk


def test_no_mail_is_linked_to_a_survivor_that_the_agent_does_not_see(
    acme: Cast, private_mail: InboundMessage, pair: tuple[Ticket, Ticket]
) -> None:
    source, survivor = pair
    with acme.scope():
        InboundMessage.objects.update(mailbox=Mailbox.objects.create(address="own@acme.example", queue=source.queue))
        Ticket.objects.filter(pk=survivor.pk).update(queue=Queue.objects.get(name="Payroll"))
    aino = acme.client("aino")

    assert aino.get(f"/tickets/{source.number}/").status_code == 200
    assert aino.post(f"/triage/{private_mail.pk}/link/", {"number": source.number}).status_code == 404
    with acme.scope():
        assert private_mail.refreshed().state == InboundState.TRIAGE
