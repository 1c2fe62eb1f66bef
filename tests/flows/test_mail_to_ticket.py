"""From a mail's bytes to a solved ticket, through the pages of the desk; no inner call is patched."""

import pytest
from django.test import Client
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.tasks import send
from sla.models import Timer
from tests.conftest import Cast
from tests.flows.mails import mail
from tickets.models import Message, Ticket


def arrive(cast: Cast, raw: bytes, source: str = "smtp:1") -> InboundMessage:
    """The raw mail, stored and processed as by the worker."""
    with cast.scope():
        box = Mailbox.objects.get()
        row = store_raw(box, source=source, raw=raw, received_at=timezone.now(), recipient=box.address)
    process(cast.tenant.pk, row.pk)
    with cast.scope():
        return InboundMessage.objects.get(pk=row.pk)


def deliver_all(cast: Cast) -> list[OutgoingMail]:
    with cast.scope():
        OutgoingMail.objects.filter(state=MailState.QUEUED).update(due_at=timezone.now())
        ids = list(OutgoingMail.objects.filter(state=MailState.QUEUED).values_list("pk", flat=True))
    for pk in ids:
        send(cast.tenant.pk, pk)
    with cast.scope():
        return list(OutgoingMail.objects.filter(pk__in=ids).order_by("pk"))


@pytest.fixture
def mailbox(acme: Cast) -> Mailbox:
    with acme.scope():
        return Mailbox.objects.create(address="support@acme.example", queue=acme.desk.queue)


@pytest.mark.django_db
def test_a_mail_becomes_an_accepted_answered_solved_ticket(acme: Cast, mailbox: Mailbox) -> None:
    raw = mail(
        sender="Otto Oja <otto@paperi-acme.example>",
        to="support@acme.example",
        subject="Rullanostin ei toimi",
        text="Paine putoaa 20 minuutissa.\n",
        files={"käyrä.csv": b"p;t\n1;2\n"},
    )
    row = arrive(acme, raw)
    assert (row.state, row.reason) == (InboundState.TRIAGE, "new")

    aino: Client = acme.client("aino")
    page = aino.get(f"/triage/{row.pk}/")
    assert page.status_code == 200
    assert b"Rullanostin ei toimi" in page.content

    konsta = acme.members["konsta"]
    form = {
        "title": "Rullanostin ei toimi",
        "customer": acme.customer.pk,
        "product": "",
        "priority": "high",
        "kind": "fault",
        "assignee": konsta.pk,
        "queue": acme.desk.queue.pk,
    }
    answer = aino.post(f"/triage/{row.pk}/accept/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]

    with acme.scope():
        ticket = Ticket.objects.get()
        assert (ticket.number, ticket.assignee_id, ticket.requester.name) == (1001, konsta.pk, "Otto Oja")
        assert {timer.metric for timer in Timer.objects.all()} == {
            "first_response",
            "investigation_start",
            "resolution",
        }
    sent = deliver_all(acme)
    assert {mail.purpose for mail in sent} == {"acknowledgement", "details"}
    assert all(mail.subject.startswith("[SYS-1001] ") for mail in sent)
    details = next(mail for mail in sent if mail.purpose == "details")
    assert details.to == ["konsta@acme.example"]
    assert "/l/" in details.text
    answer_and_solve(acme, aino, ticket)


def answer_and_solve(acme: Cast, aino: Client, ticket: Ticket) -> None:
    """The rest of the ticket's way, page by page."""
    page = aino.get("/tickets/1001/")
    assert page.status_code == 200
    answer = aino.post("/tickets/1001/write/", {"mode": "reply", "text": "Tutkimme asiaa.", "minutes": "10"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    (reply,) = deliver_all(acme)
    with acme.scope():
        ticket.refresh_from_db()
        assert ticket.first_responded_at == reply.sent_at
        assert Timer.objects.get(metric="first_response").state == "met"

    answer = aino.post("/tickets/1001/resolve/", {"solution": "Vaihdettu suodatin.", "minutes": "25"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    (solution,) = deliver_all(acme)
    assert "/c/" in solution.text
    assert aino.get("/tickets/1001/").status_code == 200

    for path in (
        "/my/",
        "/unassigned/",
        f"/queues/{acme.desk.queue.pk}/?status=any",
        "/search/?q=suodatin",
        "/tickets/new/",
        "/triage/",
    ):
        page = aino.get(path)
        assert page.status_code == 200, path


@pytest.mark.django_db
def test_a_reply_to_our_mail_lands_on_its_ticket(acme: Cast, mailbox: Mailbox) -> None:
    with acme.scope():
        Mailbox.objects.update(mode="open")
    first = arrive(
        acme,
        mail(sender="otto@paperi-acme.example", to="support@acme.example", subject="Vika", text="Ei toimi.\n"),
    )
    assert first.state == InboundState.LINKED
    (acknowledgement,) = deliver_all(acme)

    reply = mail(
        sender="otto@paperi-acme.example",
        to=acknowledgement.reply_to,
        subject=f"Re: {acknowledgement.subject}",
        text="Lisätieto.\n",
        in_reply_to=f"<{acknowledgement.message_id}>",
    )
    second = arrive(acme, reply, source="smtp:2")

    assert (second.state, second.ticket_id) == (InboundState.LINKED, first.ticket_id)
    with acme.scope():
        assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["Ei toimi.", "Lisätieto."]


@pytest.mark.django_db
def test_the_same_mail_through_two_doors_is_one_ticket(acme: Cast, mailbox: Mailbox) -> None:
    with acme.scope():
        Mailbox.objects.update(mode="open")
    raw = mail(sender="otto@paperi-acme.example", to="support@acme.example", subject="Vika", text="Ei toimi.\n")

    states = [arrive(acme, raw, source=f"smtp:{n}").state for n in range(5)]

    assert states == [InboundState.LINKED, *[InboundState.DUPLICATE] * 4]
    with acme.scope():
        assert Ticket.objects.count() == 1
