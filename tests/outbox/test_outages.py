"""A server that takes no mail at all: its mails wait, one of them asks, the desk sees it, the admins are told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from outbox.enums import MailState
from outbox.models import Delivery, Outage, OutgoingMail, Transport
from outbox.outages import ALARM_AFTER
from outbox.recording import GIVE_UP_AFTER
from outbox.services.settings import remove_transport, save_transport
from outbox.tasks import send, sweep_outgoing
from tests.conftest import Cast
from tests.e2e.parts import HOST, MailSink, free_port
from tests.outbox.letters import answered_ticket, make_due, queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_server")]


@pytest.fixture
def own_port(acme: Cast) -> int:
    """Where the tenant's own server should be, and nobody is."""
    port = free_port()
    with acme.scope():
        Transport.objects.create(host=HOST, port=port, security="none")
    return port


@pytest.fixture
def own_sink(own_port: int) -> Iterator[MailSink]:
    """The tenant's own server; a test starts it when it comes back."""
    sink = MailSink(own_port)
    yield sink
    sink.stop()


def outage(cast: Cast) -> Outage:
    with cast.scope():
        return Outage.objects.get()


def mail(cast: Cast, pk: int) -> OutgoingMail:
    with cast.scope():
        return OutgoingMail.objects.get(pk=pk)


def later(cast: Cast, span: timedelta) -> None:
    """Let time pass for the outage and its mails."""
    with cast.scope():
        for row in Outage.objects.all():
            row.since, row.rests_until = row.since - span, row.rests_until - span
            row.save()
    make_due(cast)


def test_one_mail_asks_and_the_others_wait_without_a_try(acme: Cast, own_port: int) -> None:
    first, second = queued(acme, 1), queued(acme, 2)

    send(acme.tenant.pk, first.pk)
    send(acme.tenant.pk, second.pk)

    known = outage(acme)
    assert (known.own, known.tries, known.told_at) == (True, 1, None)
    assert "refused" in known.said
    assert 60 <= (known.rests_until - known.since).total_seconds() <= 76
    for pk in (first.pk, second.pk):
        row = mail(acme, pk)
        assert (row.state, row.due_at, row.attempts) == (MailState.QUEUED, known.rests_until, 0)
        assert row.error
    with acme.scope():
        assert not Delivery.objects.exists()


def test_a_server_that_is_back_takes_all_that_waited_once(acme: Cast, own_sink: MailSink) -> None:
    mails = [queued(acme, number) for number in range(1, 4)]
    for row in mails:
        send(acme.tenant.pk, row.pk)
    own_sink.start()
    later(acme, timedelta(minutes=20))

    sweep_outgoing()
    make_due(acme)
    sweep_outgoing()

    assert sorted(received.message_id for received in own_sink.received) == [f"<{row.message_id}>" for row in mails]
    with acme.scope():
        assert not Outage.objects.exists()
        assert set(OutgoingMail.objects.values_list("state", "error")) == {("sent", "")}


def test_admins_hear_once_after_a_quarter_of_an_hour_by_the_installations_server(
    acme: Cast, own_port: int, mail_sink: MailSink, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    row = queued(acme)
    send(acme.tenant.pk, row.pk)
    later(acme, ALARM_AFTER - timedelta(minutes=1))
    send(acme.tenant.pk, row.pk)
    with acme.scope():
        assert OutgoingMail.objects.count() == 1
    for _ in range(3):
        later(acme, timedelta(minutes=11))
        send(acme.tenant.pk, row.pk)

    with acme.scope():
        told = OutgoingMail.objects.exclude(pk=row.pk).get()
    assert (told.to, told.subject, told.confidential) == (["ada@acme.example"], "Mails of Acme do not leave", True)
    assert "refused" in told.text
    assert acme.tenant.url("/settings/sending/") in told.text
    make_due(acme)
    send(acme.tenant.pk, told.pk)
    assert [received.recipients for received in mail_sink.received] == [["ada@acme.example"]]


def test_the_installations_own_server_failing_is_not_told_by_mail(acme: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    settings.VASTE_SMTP_URL = f"smtp://{HOST}:{free_port()}"
    row = queued(acme)
    for _ in range(3):
        send(acme.tenant.pk, row.pk)
        later(acme, timedelta(minutes=20))

    with acme.scope():
        assert OutgoingMail.objects.count() == 1
    assert not outage(acme).own


@pytest.mark.parametrize("is_old", [False, True])
def test_every_page_of_the_desk_says_that_mail_does_not_leave(acme: Cast, own_port: int, is_old: bool) -> None:
    row = queued(acme)
    send(acme.tenant.pk, row.pk)
    if is_old:
        later(acme, ALARM_AFTER + timedelta(minutes=1))

    pages = {name: acme.client(name).get("/my/").content.decode() for name in ("ada", "aino", "konsta")}

    alarm = "Mails have not left since"
    assert [alarm in page for page in pages.values()] == [is_old, is_old, False]
    if is_old:
        assert "Tell an admin." in pages["aino"]
        assert 'href="/settings/sending/"' in pages["ada"]


def test_the_rest_of_a_server_grows_to_ten_minutes(acme: Cast, own_port: int) -> None:
    row = queued(acme)
    rests = []
    for _ in range(7):
        before = timezone.now()
        send(acme.tenant.pk, row.pk)
        rests.append(round((outage(acme).rests_until - before).total_seconds() / 60, 1))
        later(acme, timedelta(hours=1))

    wanted = [1, 2, 4, 8, 10, 10, 10]
    assert all(low <= rest <= low * 1.26 for low, rest in zip(wanted, rests, strict=True)), rests


def test_a_mail_whose_server_is_away_for_three_days_has_failed(acme: Cast, own_port: int) -> None:
    _, message = answered_ticket(acme)
    send(acme.tenant.pk, message.outgoing_id)
    assert mail(acme, message.outgoing_id).state == MailState.QUEUED

    with time_machine.travel(timezone.now() + GIVE_UP_AFTER + timedelta(minutes=1)):
        send(acme.tenant.pk, message.outgoing_id)

    assert mail(acme, message.outgoing_id).state == MailState.FAILED
    with acme.scope():
        message.refresh_from_db()
    assert "refused" in message.delivery_error


def test_another_server_is_tried_at_once(acme: Cast, own_port: int, mail_sink: MailSink) -> None:
    row = queued(acme)
    send(acme.tenant.pk, row.pk)
    with acme.scope():
        transport = Transport.objects.get()
        transport.port = mail_sink.port
        save_transport(transport, password="", changed=["port"], by=acme.actor("ada"))
        assert not Outage.objects.exists()

    assert mail(acme, row.pk).due_at <= timezone.now()
    send(acme.tenant.pk, row.pk)
    assert [received.message_id for received in mail_sink.received] == [f"<{row.message_id}>"]


def test_going_back_to_the_installations_server_frees_what_waits(
    acme: Cast, own_port: int, mail_sink: MailSink
) -> None:
    row = queued(acme)
    send(acme.tenant.pk, row.pk)
    with acme.scope():
        remove_transport(Transport.objects.get(), by=acme.actor("ada"))

    send(acme.tenant.pk, row.pk)

    assert mail(acme, row.pk).state == MailState.SENT


def test_a_password_nobody_can_read_any_more_is_an_outage(acme: Cast, own_port: int) -> None:
    with acme.scope():
        Transport.objects.update(sealed_password="no token")
    row = queued(acme)

    send(acme.tenant.pk, row.pk)

    assert outage(acme).said == "The stored secret cannot be read with VASTE_DATA_KEY."
    assert (mail(acme, row.pk).state, mail(acme, row.pk).attempts) == (MailState.QUEUED, 0)


def test_one_tenants_outage_is_nobody_elses(acme: Cast, globex: Cast, own_port: int, mail_sink: MailSink) -> None:
    send(acme.tenant.pk, queued(acme, 1).pk)
    other = queued(globex, 2)

    send(globex.tenant.pk, other.pk)

    assert mail(globex, other.pk).state == MailState.SENT
