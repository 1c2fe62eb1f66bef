"""The only door out: a row in the caller's transaction."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from core.files import store
from outbox.backends import OutboxBackend
from outbox.enums import MailState, Purpose
from outbox.models import OutgoingFile, OutgoingMail
from outbox.services.queueing import File, queue, send_again, take_back
from tests.conftest import Cast
from tests.outbox.letters import letter

pytestmark = pytest.mark.django_db


class Undone(Exception):
    """Ends a transaction."""


def test_a_mail_leaves_with_its_transaction_or_not_at_all(acme: Cast, django_capture_on_commit_callbacks: Any) -> None:
    def write_and_fail() -> None:
        with acme.scope(), transaction.atomic():
            queue(letter())
            raise Undone

    with django_capture_on_commit_callbacks() as tasks, pytest.raises(Undone):
        write_and_fail()

    with acme.scope():
        assert not OutgoingMail.objects.exists()
    assert tasks == []


def test_a_mail_with_a_key_is_queued_once(acme: Cast) -> None:
    with acme.scope():
        one, other = queue(letter(1, key="ack:1")), queue(letter(2, key="ack:1", subject="Other"))
        queue(letter(3, key="ack:2"))

        assert one.pk == other.pk
        assert list(OutgoingMail.objects.order_by("pk").values_list("subject", "key")) == [
            ("Hello", "ack:1"),
            ("Hello", "ack:2"),
        ]


def test_a_held_mail_is_due_when_the_hold_is_over(acme: Cast) -> None:
    with acme.scope():
        mail = queue(letter(), hold=timedelta(seconds=10))

    assert mail.due_at - mail.queued_at == timedelta(seconds=10)


def test_header_words_are_one_line_and_bounded(acme: Cast) -> None:
    with acme.scope():
        mail = queue(letter(subject="a\r\nBcc: b\u2028c" + "x" * 600, from_name="A\nB", references=["r"] * 30))

    assert (mail.subject[:10], len(mail.subject), mail.from_name) == ("a Bcc: b c", 500, "A B")
    assert len(mail.references) == 20


def test_files_go_with_the_mail(acme: Cast) -> None:
    with acme.scope():
        key = store(acme.tenant.pk, b"data")
        mail = queue(letter(files=[File("a.txt", "text/plain", key, 4)]))

        assert list(mail.files.values_list("name", "content_type", "storage_key", "size")) == [
            ("a.txt", "text/plain", key, 4)
        ]
        assert OutgoingFile.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "attempts", "expected"),
    [
        (MailState.QUEUED, 0, True),
        (MailState.QUEUED, 1, False),
        (MailState.SENDING, 1, False),
        (MailState.SENT, 1, False),
        (MailState.CANCELLED, 0, False),
    ],
)
def test_only_what_nobody_has_begun_to_send_can_be_taken_back(
    acme: Cast, state: MailState, attempts: int, expected: bool
) -> None:
    with acme.scope():
        mail = queue(letter())
        OutgoingMail.objects.update(state=state, attempts=attempts)

        assert take_back(mail) is expected
        assert mail.refreshed().state == (MailState.CANCELLED if expected else state)


@pytest.mark.parametrize("state", MailState)
def test_only_what_has_failed_can_be_sent_again(acme: Cast, state: MailState) -> None:
    with acme.scope():
        mail = queue(letter())
        OutgoingMail.objects.update(state=state, attempts=5, error="550 No", due_at=timezone.now() - timedelta(days=1))

        assert send_again(mail) is (state == MailState.FAILED)
        again = mail.refreshed()
    expected = (MailState.QUEUED, 0, "") if state == MailState.FAILED else (state, 5, "550 No")
    assert (again.state, again.attempts, again.error) == expected
    assert again.message_id == mail.message_id


def test_django_s_own_mails_are_confidential_rows(acme: Cast) -> None:
    mail = EmailMultiAlternatives("Code", "123456", "Vaste <no-reply@localhost.example>", ["ada@acme.example"])
    mail.attach_alternative("<b>123456</b>", "text/html")
    # Django's test runner puts a backend of its own into the settings.
    mail.connection = OutboxBackend()
    with acme.scope():
        assert mail.send() == 1
        row = OutgoingMail.objects.get()

    assert (row.purpose, row.confidential, row.automatic) == (Purpose.SYSTEM, True, True)
    assert (row.from_name, row.from_address, row.to) == ("Vaste", "no-reply@localhost.example", ["ada@acme.example"])
    assert (row.text, row.html) == ("123456", "<b>123456</b>")
    assert row.message_id.endswith("@localhost.example")
