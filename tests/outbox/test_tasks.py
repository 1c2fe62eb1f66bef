"""Sending to a real mail server, which takes, delays, refuses, or goes silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbox import smtp
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.recording import GIVE_UP_AFTER
from outbox.services.queueing import send_again
from outbox.signals import delivered
from outbox.tasks import MAX_LOSSES, STALE, TELL_TRIES, send, sweep_outgoing
from tests.conftest import Cast
from tests.e2e.parts import MailSink
from tests.outbox.letters import answered_ticket, events, fates, make_due, only_mail, queued, timer_state
from tickets.enums import EventKind
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_server")]


def test_the_response_promise_is_met_when_the_server_has_taken_the_reply(acme: Cast, mail_sink: MailSink) -> None:
    ticket, message = answered_ticket(acme)
    assert timer_state(acme) == "running"

    send(acme.tenant.pk, message.outgoing_id)

    with acme.scope():
        mail = OutgoingMail.objects.get()
        message.refresh_from_db()
        ticket.refresh_from_db()
    assert mail.state == MailState.SENT
    assert mail.sent_at == message.delivered_at == ticket.first_responded_at
    assert timer_state(acme) == "met"
    assert events(acme, EventKind.DELIVERED) == [{"message": message.pk, "written_at": message.at.isoformat()}]
    assert [received.message_id for received in mail_sink.received] == [f"<{mail.message_id}>"]


def test_sending_twice_is_sending_once(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)

    for _ in range(3):
        send(acme.tenant.pk, mail.pk)
        sweep_outgoing()

    assert len(mail_sink.received) == 1
    assert only_mail(acme).attempts == 1


def test_a_mail_is_not_sent_before_its_undo_window_is_over(acme: Cast, mail_sink: MailSink) -> None:
    with acme.scope():
        mail = queued(acme)
        OutgoingMail.objects.update(due_at=timezone.now() + timedelta(seconds=10))

    send(acme.tenant.pk, mail.pk)
    sweep_outgoing()

    assert mail_sink.received == []
    assert only_mail(acme).state == MailState.QUEUED


def test_a_4xx_is_tried_again_later_and_later(acme: Cast, mail_sink: MailSink) -> None:
    _, message = answered_ticket(acme)
    mail_sink.answer("RCPT", "451 4.7.1 Greylisted, come back later", times=3)
    waits = []

    for _ in range(3):
        make_due(acme)
        before = timezone.now()
        send(acme.tenant.pk, message.outgoing_id)
        mail = only_mail(acme)
        assert (mail.state, mail.error) == (MailState.QUEUED, "451 4.7.1 Greylisted, come back later")
        waits.append(round((mail.due_at - before).total_seconds()))
        send(acme.tenant.pk, message.outgoing_id)
    assert [60 <= waits[0] <= 75, 120 <= waits[1] <= 150, 240 <= waits[2] <= 300] == [True] * 3
    assert timer_state(acme) == "running"
    assert mail_sink.received == []

    make_due(acme)
    sweep_outgoing()

    assert (only_mail(acme).state, only_mail(acme).error, only_mail(acme).attempts) == (MailState.SENT, "", 4)
    assert len(mail_sink.received) == 1
    assert timer_state(acme) == "met"


@pytest.mark.parametrize(("age", "state"), [(-timedelta(minutes=1), "queued"), (timedelta(minutes=1), "failed")])
def test_after_three_days_a_delay_is_a_failure(acme: Cast, mail_sink: MailSink, age: timedelta, state: str) -> None:
    _, message = answered_ticket(acme)
    mail_sink.answer("DATA", "452 4.3.1 Disk full")
    with acme.scope():
        OutgoingMail.objects.update(attempts=20, tried_since=timezone.now() - GIVE_UP_AFTER - age)

    send(acme.tenant.pk, message.outgoing_id)

    assert only_mail(acme).state == state
    with acme.scope():
        message.refresh_from_db()
    assert message.delivery_error == ("452 4.3.1 Disk full" if state == "failed" else "")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_5xx_is_shown_on_the_ticket_and_keeps_no_promise(acme: Cast, mail_sink: MailSink, step: str) -> None:
    ticket, message = answered_ticket(acme)
    mail_sink.answer(step, "550 5.1.1 No such user <otto>")

    send(acme.tenant.pk, message.outgoing_id)

    with acme.scope():
        message.refresh_from_db()
        ticket.refresh_from_db()
    assert only_mail(acme).state == MailState.FAILED
    assert message.delivery_error == "550 5.1.1 No such user <otto>"
    assert (message.delivered_at, ticket.first_responded_at) == (None, None)
    assert events(acme, EventKind.UNDELIVERED) == [{"message": message.pk}]
    assert events(acme, EventKind.DELIVERED) == []
    assert timer_state(acme) == "running"
    page = acme.client("aino").get(f"/tickets/{ticket.number}/")
    assert b"550 5.1.1 No such user &lt;otto&gt;" in page.content


def test_a_failed_mail_can_be_sent_again_under_the_same_message_id(acme: Cast, mail_sink: MailSink) -> None:
    _, message = answered_ticket(acme)
    mail_sink.answer("RCPT", "550 No such user", times=1)
    send(acme.tenant.pk, message.outgoing_id)
    failed = only_mail(acme)

    with acme.scope():
        assert send_again(failed)
        assert not send_again(failed)
    send(acme.tenant.pk, failed.pk)

    with acme.scope():
        message.refresh_from_db()
    assert [mail.message_id for mail in mail_sink.received] == [f"<{failed.message_id}>"]
    assert (message.delivery_error, message.delivered_at is not None) == ("", True)
    assert timer_state(acme) == "met"


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch, mail_sink: MailSink) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.4)
    mail_sink.hang_seconds = 1.0


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("silence", ["drop", "hang"])
def test_silence_after_data_doubles_once_under_one_message_id(acme: Cast, mail_sink: MailSink, silence: str) -> None:
    mail = queued(acme)
    mail_sink.answer("DATA", silence, times=1)

    send(acme.tenant.pk, mail.pk)
    assert only_mail(acme).state == MailState.QUEUED
    assert only_mail(acme).due_at - timezone.now() > timedelta(minutes=14)
    assert [fate for _, fate, _ in fates(acme)] == ["uncertain"]
    make_due(acme)
    for _ in range(3):
        sweep_outgoing()

    assert only_mail(acme).state == MailState.SENT
    assert [received.message_id for received in mail_sink.received] == [f"<{mail.message_id}>"] * 2


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_never_answers_gets_a_mail_twice_and_no_third_time(acme: Cast, mail_sink: MailSink) -> None:
    _, message = answered_ticket(acme)
    mail_sink.answer("DATA", "drop")

    for _ in range(5):
        make_due(acme)
        send(acme.tenant.pk, message.outgoing_id)

    assert only_mail(acme).state == MailState.FAILED
    assert [(address, fate) for address, fate, _ in fates(acme)] == [("otto@paperi-acme.example", "unknown")]
    assert {received.message_id for received in mail_sink.received} == {f"<{only_mail(acme).message_id}>"}
    assert len(mail_sink.received) == 2
    with acme.scope():
        message.refresh_from_db()
    assert message.delivery_error.startswith("No answer to the mail")


@pytest.mark.usefixtures("_impatient")
def test_delays_between_two_silences_do_not_forget_the_first(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)
    mail_sink.answer("DATA", "drop", times=1)
    send(acme.tenant.pk, mail.pk)
    mail_sink.answer("RCPT", "451 Later", times=1)
    make_due(acme)
    send(acme.tenant.pk, mail.pk)
    assert [fate for _, fate, _ in fates(acme)] == ["uncertain"]
    mail_sink.answer("DATA", "drop")
    for _ in range(3):
        make_due(acme)
        send(acme.tenant.pk, mail.pk)

    assert [fate for _, fate, _ in fates(acme)] == ["unknown"]
    assert len(mail_sink.received) == 2


def test_a_connection_that_breaks_before_the_mail_is_out_doubles_nothing(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)
    mail_sink.answer("RCPT", "drop", times=1)

    send(acme.tenant.pk, mail.pk)
    assert (only_mail(acme).state, [fate for _, fate, _ in fates(acme)]) == (MailState.QUEUED, ["delayed"])
    make_due(acme)
    sweep_outgoing()

    assert only_mail(acme).state == MailState.SENT
    assert len(mail_sink.received) == 1


def test_a_server_that_is_rude_at_the_end_has_the_mail_all_the_same(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)
    mail_sink.answer("QUIT", "500 What?")

    send(acme.tenant.pk, mail.pk)

    assert only_mail(acme).state == MailState.SENT
    assert len(mail_sink.received) == 1


def test_a_mail_that_no_server_can_take_stops_no_other(acme: Cast, mail_sink: MailSink) -> None:
    queued(acme, 1, to=["jörg@exämple.example"])
    queued(acme, 2, to=["bent\r\nBcc: x@evil.example"])
    good = queued(acme, 3)

    sweep_outgoing()

    with acme.scope():
        states = dict(OutgoingMail.objects.values_list("message_id", "state"))
    assert states == {
        "1.fixed@acme.example": MailState.FAILED,
        "2.fixed@acme.example": MailState.FAILED,
        "3.fixed@acme.example": MailState.SENT,
    }
    assert [received.message_id for received in mail_sink.received] == [f"<{good.message_id}>"]


def test_a_mail_that_kills_its_workers_is_given_up_in_the_end(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)
    with acme.scope():
        OutgoingMail.objects.update(
            state=MailState.SENDING, losses=MAX_LOSSES, claimed_at=timezone.now() - STALE - timedelta(minutes=1)
        )

    sweep_outgoing()

    assert only_mail(acme).state == MailState.FAILED
    assert mail_sink.received == []
    assert fates(acme) == [(mail.to[0], "unknown", "Its worker was lost again and again.")]


def test_a_mail_in_another_workers_hands_is_left_there(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme)
    with acme.scope():
        OutgoingMail.objects.update(state=MailState.SENDING, attempts=1, claimed_at=timezone.now())

    send(acme.tenant.pk, mail.pk)
    sweep_outgoing()
    assert mail_sink.received == []

    with acme.scope():
        OutgoingMail.objects.update(claimed_at=timezone.now() - STALE - timedelta(minutes=1))
    sweep_outgoing()
    assert len(mail_sink.received) == 1


def test_a_listener_that_fails_does_not_have_the_mail_sent_again(acme: Cast, mail_sink: MailSink) -> None:
    mail, told = queued(acme), []

    def fail(mail: OutgoingMail, at: datetime, **kwargs: Any) -> None:
        told.append(mail.pk)
        raise RuntimeError("out of order")

    delivered.connect(fail)
    try:
        send(acme.tenant.pk, mail.pk)
        sweep_outgoing()
    finally:
        delivered.disconnect(fail)

    assert told == [mail.pk] * TELL_TRIES
    assert only_mail(acme).state == MailState.SENT
    assert len(mail_sink.received) == 1


def test_a_reply_taken_back_in_time_leaves_nothing(acme: Cast, mail_sink: MailSink) -> None:
    ticket, message = answered_ticket(acme)
    page = acme.client("aino").post(f"/tickets/{ticket.number}/undo/{message.pk}/")

    sweep_outgoing()

    assert page.status_code == 200
    assert only_mail(acme).state == MailState.CANCELLED
    assert mail_sink.received == []
    with acme.scope():
        assert not Message.objects.filter(pk=message.pk).exists()
        assert Ticket.objects.get().first_responded_at is None
