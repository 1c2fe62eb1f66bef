"""Triage shows an agent the mail of the queues that are open to them, and no other."""

import pytest
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from tests.conftest import Cast
from tests.flows.mails import mail
from tickets.models import Queue


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
