"""A mail to several people: each has a fate of their own, and nobody gets it twice."""

import pytest

from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.services.queueing import send_again
from outbox.tasks import send
from tests.conftest import Cast
from tests.e2e.parts import MailSink
from tests.outbox.letters import answered_ticket, events, fates, make_due, only_mail, queued, timer_state
from tickets.enums import EventKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_server")]
OTTO, PIA, EVA = "otto@paperi-acme.example", "pia@paperi-acme.example", "eva@paperi-acme.example"


def test_a_copy_that_is_refused_is_left_out_and_noted(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme, cc=[EVA, PIA])
    mail_sink.answer("RCPT", "550 No such user", address=EVA)

    send(acme.tenant.pk, mail.pk)

    (received,) = mail_sink.received
    assert received.recipients == [OTTO, PIA]
    assert only_mail(acme).state == MailState.SENT
    assert only_mail(acme).error == f"{EVA}: 550 No such user"
    assert fates(acme) == [
        (OTTO, "accepted", "250 Taken"),
        (EVA, "refused", "550 No such user"),
        (PIA, "accepted", "250 Taken"),
    ]


def test_a_refused_receiver_fails_the_mail_though_its_copies_arrive(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme, cc=[PIA])
    mail_sink.answer("RCPT", "550 No such user", address=OTTO)

    send(acme.tenant.pk, mail.pk)

    assert [received.recipients for received in mail_sink.received] == [[PIA]]
    assert only_mail(acme).state == MailState.FAILED
    assert only_mail(acme).error == f"{OTTO}: 550 No such user"


def test_a_failed_mail_is_sent_again_to_those_alone_who_have_not_got_it(acme: Cast, mail_sink: MailSink) -> None:
    mail = queued(acme, cc=[PIA])
    mail_sink.answer("RCPT", "550 No such user", address=OTTO, times=1)
    send(acme.tenant.pk, mail.pk)

    with acme.scope():
        assert send_again(mail)
    send(acme.tenant.pk, mail.pk)

    assert [received.recipients for received in mail_sink.received] == [[PIA], [OTTO]]
    assert len({received.message_id for received in mail_sink.received}) == 1
    assert [str(received.mail["Cc"]) for received in mail_sink.received] == [PIA, PIA]
    assert only_mail(acme).state == MailState.SENT


def test_a_copy_that_is_greylisted_follows_alone_and_the_promise_is_kept_at_once(
    acme: Cast, mail_sink: MailSink
) -> None:
    _, message = answered_ticket(acme)
    with acme.scope():
        OutgoingMail.objects.update(cc=[PIA])
    mail_sink.answer("RCPT", "451 4.7.1 Greylisted", address=PIA, times=2)

    send(acme.tenant.pk, message.outgoing_id)
    first = only_mail(acme)
    assert (first.state, first.error) == (MailState.QUEUED, f"{PIA}: 451 4.7.1 Greylisted")
    assert timer_state(acme) == "met"
    for _ in range(4):
        make_due(acme)
        send(acme.tenant.pk, message.outgoing_id)

    assert [received.recipients for received in mail_sink.received] == [[OTTO], [PIA]]
    assert len({received.message_id for received in mail_sink.received}) == 1
    assert (only_mail(acme).state, only_mail(acme).sent_at) == (MailState.SENT, first.sent_at)
    assert len(events(acme, EventKind.DELIVERED)) == 1


def test_a_receiver_that_is_greylisted_while_a_copy_is_taken_keeps_no_promise_yet(
    acme: Cast, mail_sink: MailSink
) -> None:
    _, message = answered_ticket(acme)
    with acme.scope():
        OutgoingMail.objects.update(cc=[PIA])
    mail_sink.answer("RCPT", "451 4.7.1 Greylisted", address=OTTO, times=1)

    send(acme.tenant.pk, message.outgoing_id)
    assert timer_state(acme) == "running"
    make_due(acme)
    send(acme.tenant.pk, message.outgoing_id)

    assert timer_state(acme) == "met"
    assert [received.recipients for received in mail_sink.received] == [[PIA], [OTTO]]
