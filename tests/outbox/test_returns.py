"""Bounces, delays and complaints: they mark the mail, its receivers and their addresses, and are told once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import RequesterAddress
from accounts.services.customers import heard_from, save_requester
from outbox.enums import MailState, Purpose, ReportKind
from outbox.models import OutgoingMail
from outbox.services.returns import Returned, take_report
from outbox.tasks import send
from tests.conftest import Cast
from tests.e2e.parts import MailSink
from tests.outbox.letters import answered_ticket, events, fates, make_due, only_mail, queued, timer_state
from tickets.enums import EventKind
from tickets.models import Message, Ticket
from tickets.services import assignment, mails

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_server")]
OTTO, PIA = "otto@paperi-acme.example", "pia@paperi-acme.example"
GONE = Returned(OTTO, status="5.1.1", hard=True, said="550 5.1.1 <otto>: user unknown")
FULL = Returned(OTTO, status="4.2.2", said="452 Mailbox full")


def sent(cast: Cast, **more: Any) -> tuple[Ticket, Message, OutgoingMail]:
    """A ticket of Konsta's with a reply that the server has taken."""
    ticket, message = answered_ticket(cast)
    with cast.scope():
        assignment.assign(ticket, cast.konsta, by=cast.actor("aino"), notify=False)
        OutgoingMail.objects.update(**more)
    send(cast.tenant.pk, message.outgoing_id)
    with cast.scope():
        return ticket, message, OutgoingMail.objects.get(pk=message.outgoing_id)


def report(cast: Cast, mail: OutgoingMail, *about: Returned, kind: ReportKind = ReportKind.BOUNCE) -> Any:
    with cast.scope():
        return take_report(["other@x.example", mail.message_id], about, kind=kind)


def address(cast: Cast, email: str = OTTO) -> RequesterAddress:
    with cast.scope():
        return RequesterAddress.objects.get(email=email)


def alerts(cast: Cast) -> list[tuple[list[str], str]]:
    with cast.scope():
        return list(OutgoingMail.objects.filter(purpose=Purpose.RETURNED).order_by("pk").values_list("to", "text"))


def page(cast: Cast, ticket: Ticket, name: str = "aino") -> str:
    return str(cast.client(name).get(f"/tickets/{ticket.number}/").content.decode())


def test_a_bounce_marks_mail_address_and_ticket_and_tells_the_consultant_once(acme: Cast) -> None:
    ticket, message, mail = sent(acme)
    assert fates(acme) == [(OTTO, "accepted", "250 Taken")]

    for _ in range(3):
        found = report(acme, mail, GONE)
        assert found.pk == mail.pk

    assert fates(acme) == [(OTTO, "hard", "550 5.1.1 <otto>: user unknown")]
    assert address(acme).undeliverable_since is not None
    assert address(acme).undeliverable_reason == "550 5.1.1 <otto>: user unknown"
    assert events(acme, EventKind.UNDELIVERED) == [
        {"report": "bounce", "addresses": [OTTO], "purpose": "reply", "message": message.pk}
    ]
    ((to, text),) = alerts(acme)
    assert to == ["konsta@acme.example"]
    assert "user unknown" in text
    assert OTTO in text
    assert (only_reply(acme).state, timer_state(acme)) == (MailState.SENT, "met")
    shown = page(acme, ticket)
    assert "550 5.1.1 &lt;otto&gt;: user unknown" in shown
    assert f"A mail to {OTTO} came back" in shown
    assert f"Mail to {OTTO} came back" in shown


def only_reply(cast: Cast) -> OutgoingMail:
    with cast.scope():
        return OutgoingMail.objects.get(purpose=Purpose.REPLY)


def test_a_soft_bounce_tells_but_leaves_the_address_alone(acme: Cast) -> None:
    _, _, mail = sent(acme)

    report(acme, mail, FULL)

    assert fates(acme) == [(OTTO, "soft", "4.2.2 452 Mailbox full")]
    assert address(acme).undeliverable_since is None
    assert len(alerts(acme)) == 1
    report(acme, mail, GONE)
    assert [fate for _, fate, _ in fates(acme)] == ["hard"]
    assert len(alerts(acme)) == 1


def test_a_delay_only_shows_and_changes_nothing_that_is_worse(acme: Cast) -> None:
    ticket, _, mail = sent(acme)

    report(acme, mail, Returned(OTTO, "4.4.1", said="Connection timed out"), kind=ReportKind.DELAY)

    assert fates(acme) == [(OTTO, "late", "4.4.1 Connection timed out")]
    assert (alerts(acme), events(acme, EventKind.UNDELIVERED)) == ([], [])
    assert "late on its way" in page(acme, ticket)
    report(acme, mail, GONE)
    report(acme, mail, Returned(OTTO, "4.4.1", said="Connection timed out"), kind=ReportKind.DELAY)
    assert [fate for _, fate, _ in fates(acme)] == ["hard"]


def test_a_complaint_stops_automatic_mail_and_nothing_else(acme: Cast) -> None:
    ticket, _, mail = sent(acme)

    report(acme, mail, kind=ReportKind.COMPLAINT)

    assert [fate for _, fate, _ in fates(acme)] == ["complained"]
    assert (address(acme).complained_at is not None, address(acme).undeliverable_since) == (True, None)
    assert alerts(acme) == []
    assert f"{OTTO} reported our mail as spam" in page(acme, ticket)
    assert_no_automatic_mail(acme, ticket)


def assert_no_automatic_mail(cast: Cast, ticket: Ticket) -> None:
    """No acknowledgement and no second question; a reply of a person still goes."""
    with cast.scope():
        ticket = Ticket.objects.get(pk=ticket.pk)
        message = ticket.messages.filter(kind="reply").last()
        assert message is not None
        assert mails.acknowledge(ticket, [], deliberate=True) is None
        assert mails.send_solution(ticket, message, again=True) is None
        assert mails.send_solution(ticket, message) is not None


def test_no_program_writes_to_an_address_that_mail_came_back_from(acme: Cast) -> None:
    ticket, _, mail = sent(acme)
    report(acme, mail, GONE)
    assert_no_automatic_mail(acme, ticket)


def test_an_address_that_is_heard_from_or_edited_is_fresh_again(acme: Cast) -> None:
    _, _, mail = sent(acme)
    report(acme, mail, GONE)
    with acme.scope():
        heard_from(" OTTO@paperi-acme.example")
    assert (address(acme).undeliverable_since, address(acme).undeliverable_reason) == (None, "")

    with acme.scope():
        RequesterAddress.objects.update(undeliverable_since=timezone.now(), complained_at=timezone.now())
        save_requester(acme.requester, emails=[OTTO], changed=["phone"], by=acme.actor("ada"))
        assert not address(acme).takes_automatic
        save_requester(acme.requester, emails=[OTTO, "o@x.example"], changed=["emails"], by=acme.actor("ada"))
    assert address(acme).takes_automatic


def test_with_several_receivers_only_the_one_that_is_meant_is_marked(acme: Cast) -> None:
    ticket, _, mail = sent(acme, cc=[PIA])

    report(acme, mail, Returned("PIA@Paperi-acme.example ", hard=True, said="550 gone"))
    report(acme, mail, Returned("stranger@x.example", hard=True, said="550 gone"))
    report(acme, mail, Returned("", hard=True, said="550 gone"))

    assert [(email, fate) for email, fate, _ in fates(acme)] == [(OTTO, "accepted"), (PIA, "hard")]
    assert address(acme).undeliverable_since is None
    assert "1 of 2" in page(acme, ticket)


def test_mail_to_one_that_was_forwarded_elsewhere_is_theirs(acme: Cast) -> None:
    _, _, mail = sent(acme)

    report(acme, mail, Returned("otto.oja@gmail.example", hard=True, said="550 gone"))

    assert [(email, fate) for email, fate, _ in fates(acme)] == [(OTTO, "hard")]


def test_reports_on_mail_that_is_not_ours_change_nothing(acme: Cast, globex: Cast) -> None:
    _, _, mail = sent(acme)

    with acme.scope():
        assert take_report(["1.x@acme.example"], [GONE], kind=ReportKind.BOUNCE) is None
        assert take_report([], [GONE], kind=ReportKind.BOUNCE) is None
    assert report(globex, mail, GONE) is None

    assert [fate for _, fate, _ in fates(acme)] == ["accepted"]


def test_without_a_consultant_the_queues_people_hear_of_it(acme: Cast) -> None:
    _, message = answered_ticket(acme)
    send(acme.tenant.pk, message.outgoing_id)

    report(acme, only_mail(acme), GONE)

    assert sorted(to[0] for to, _ in alerts(acme)) == [f"{name}@acme.example" for name in ("ada", "aino", "liisa")]


def test_an_acknowledgement_that_comes_back_alarms_nobody(acme: Cast) -> None:
    ticket, _ = answered_ticket(acme)
    with acme.scope():
        mail = mails.acknowledge(Ticket.objects.get(pk=ticket.pk), [], deliberate=True)
        assert mail is not None

    report(acme, mail, GONE)

    assert alerts(acme) == []
    assert events(acme, EventKind.UNDELIVERED) == [
        {"report": "bounce", "addresses": [OTTO], "purpose": "acknowledgement"}
    ]


def test_a_refusal_at_once_is_told_like_a_bounce(acme: Cast, mail_sink: MailSink) -> None:
    mail_sink.answer("RCPT", "550 5.1.1 No such user")

    _, _, mail = sent(acme)

    ((to, text),) = alerts(acme)
    assert to == ["konsta@acme.example"]
    assert "550 5.1.1 No such user" in text
    report(acme, mail, GONE)
    assert len(alerts(acme)) == 1


def test_the_alert_itself_coming_back_alarms_nobody_again(acme: Cast, mail_sink: MailSink) -> None:
    _, _, mail = sent(acme)
    report(acme, mail, GONE)
    with acme.scope():
        alert = OutgoingMail.objects.get(purpose=Purpose.RETURNED)
    mail_sink.answer("RCPT", "550 No")
    make_due(acme)
    send(acme.tenant.pk, alert.pk)
    report(acme, alert, Returned("konsta@acme.example", hard=True))

    assert len(alerts(acme)) == 1


@pytest.mark.parametrize("state", [MailState.SENDING, MailState.QUEUED])
def test_a_bounce_that_is_quicker_than_our_own_record_stops_a_second_mail(
    acme: Cast, mail_sink: MailSink, state: MailState
) -> None:
    """The worker died after the server had taken the mail: its report proves that it was taken."""
    mail = queued(acme)
    with acme.scope():
        ago = timezone.now() - timedelta(hours=1)
        OutgoingMail.objects.update(state=state, claimed_at=ago, tried_since=ago, attempts=1)
    report(acme, mail, GONE)

    send(acme.tenant.pk, mail.pk)

    assert mail_sink.received == []
    assert (only_mail(acme).state, [fate for _, fate, _ in fates(acme)]) == (MailState.SENT, ["hard"])


def test_the_mail_log_shows_each_receiver(acme: Cast) -> None:
    _, _, mail = sent(acme, cc=[PIA])
    report(acme, mail, GONE)

    shown = acme.client("liisa").get(f"/mail/out/{mail.pk}/").content.decode()

    assert "came back, the address does not work" in shown
    assert "Its reader has not got it" in shown
    assert "550 5.1.1 &lt;otto&gt;: user unknown" in shown
    assert PIA in shown


@pytest.mark.parametrize(
    ("about", "kind", "words"),
    [
        (GONE, ReportKind.BOUNCE, "Came back, the address does not work"),
        (FULL, ReportKind.DELAY, "Late on its way"),
        (Returned(OTTO), ReportKind.COMPLAINT, "Reported as spam by its reader"),
    ],
)
def test_the_mail_log_lists_what_became_of_a_mail(acme: Cast, about: Returned, kind: ReportKind, words: str) -> None:
    _, _, mail = sent(acme)
    lead = acme.client("liisa")
    before = lead.get("/mail/?way=out").content.decode()
    report(acme, mail, about, kind=kind)

    shown = lead.get("/mail/?way=out").content.decode()

    assert (words in before, words in shown) == (False, True)
