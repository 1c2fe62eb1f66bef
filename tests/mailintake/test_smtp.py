"""The SMTP listener, a process of its own: 250 only for what is committed, and nothing for strangers.

One test for each state of the world, since each starts a process.
"""

import smtplib
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.parts import HOST, Installation, Smtpd, Wire, database_address, database_url
from tests.mailintake.post import open_box, write
from tickets.threads import reply_address

pytestmark = pytest.mark.django_db(transaction=True)

DESK = "support@acme.example"


@pytest.fixture
def wire() -> Iterator[Wire]:
    """The listener's line to the database."""
    line = Wire(database_address())
    yield line
    line.down()


def asked(listener: Smtpd, to: str) -> tuple[int, bytes]:
    """The answer to a recipient."""
    with smtplib.SMTP(HOST, listener.port, timeout=20) as line:
        line.ehlo()
        line.mail("otto@paperi-acme.example")
        return line.rcpt(to)


def answered(listener: Smtpd, raw: bytes, *to: str) -> tuple[int, str]:
    """The answer to a mail."""
    try:
        listener.send(raw, *to)
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
    except smtplib.SMTPResponseException as refusal:
        code, words = refusal.smtp_code, refusal.smtp_error
    else:
        return 250, ""
    return code, words.decode() if isinstance(words, bytes) else words


def stored(cast: Cast) -> list[InboundMessage]:
    with cast.scope():
        return list(InboundMessage.objects.select_related("mailbox").order_by("pk"))


def test_what_is_taken_and_what_is_not(acme: Cast, globex: Cast, installation: Installation) -> None:
    open_box(acme)
    open_box(globex)
    listener = installation.smtpd()
    signed = reply_address(acme.tenant.pk, 17, DESK)

    unknown = (550, b"5.1.1 No such mailbox here")
    assert asked(listener, "nobody@acme.example") == unknown
    assert asked(listener, "victim@elsewhere.example") == unknown
    # Refused as an address by one version of Python's parser, as unknown by the next.
    assert asked(listener, "support@acme.example'; --")[0] in (501, 550)
    assert asked(listener, DESK.upper())[0] == 250
    assert stored(acme) == []

    odd = b"Subject: \xe4\r\n\r\n.\r\n..dots\r\n\x00\xff" + b"x" * 5_000 + b"\r\n"
    assert answered(listener, odd, signed) == (250, "")
    (row,) = stored(acme)
    assert (bytes(row.raw), row.size) == (odd, len(odd))
    assert (row.envelope_from, row.envelope_to) == ("sender@elsewhere.example", signed)
    assert row.source.startswith("smtp:")

    assert answered(listener, write(), DESK, "support@globex.example") == (250, "")
    assert len(stored(acme)) == 2
    (theirs,) = stored(globex)
    assert (theirs.mailbox.address, theirs.envelope_to) == ("support@globex.example", "support@globex.example")

    assert answered(listener, write(), DESK, signed) == (250, "")
    assert len(stored(acme)) == 3

    too_big = b"Subject: x\r\n\r\n" + b"x" * 76 + b"\r\n" * (settings.VASTE_MAX_MAIL_BYTES // 2)
    assert answered(listener, too_big, DESK)[0] == 552
    assert len(stored(acme)) == 3


def test_without_a_database_nothing_is_acknowledged(acme: Cast, installation: Installation, wire: Wire) -> None:
    open_box(acme)
    listener = installation.smtpd(DATABASE_URL=database_url(HOST, wire.port))
    assert answered(listener, write(subject="Before"), DESK) == (250, "")

    wire.down()
    assert answered(listener, write(), DESK) == (451, "4.3.0 Not stored, try again later")
    wire.up()
    codes = [answered(listener, write(subject="After"), DESK)[0] for _ in range(6)]
    assert codes[-1] == 250

    with smtplib.SMTP(HOST, listener.port, timeout=20) as line:
        line.ehlo()
        line.mail("otto@paperi-acme.example")
        assert line.rcpt(DESK)[0] == 250
        wire.down()
        assert line.data(write(subject="Lost"))[0] == 451
    assert len(stored(acme)) == 1 + codes.count(250)


def test_a_mail_for_two_is_stored_for_both_or_for_none(acme: Cast, globex: Cast, installation: Installation) -> None:
    """The second mailbox goes while the mail is being given: one answer for all, so one transaction for all."""
    open_box(acme)
    box = open_box(globex)
    listener = installation.smtpd()
    with smtplib.SMTP(HOST, listener.port, timeout=20) as line:
        line.ehlo()
        line.mail("otto@paperi-acme.example")
        assert {line.rcpt(address)[0] for address in (DESK, "support@globex.example")} == {250}
        with globex.scope():
            box.delete()

        assert line.data(write())[0] == 451

    assert stored(acme) == []


def test_without_a_broker_mail_is_taken_all_the_same(acme: Cast, installation: Installation) -> None:
    open_box(acme)
    listener = installation.smtpd()
    installation.broker.kill()

    assert answered(listener, write(), DESK) == (250, "")

    assert len(stored(acme)) == 1


def test_many_connections_share_few_database_connections(acme: Cast, installation: Installation) -> None:
    open_box(acme)
    listener = installation.smtpd()
    lines = [smtplib.SMTP(HOST, listener.port, timeout=20) for _ in range(12)]
    for line in lines:
        line.ehlo()
        line.mail("otto@paperi-acme.example")
        assert line.rcpt(DESK)[0] == 250

    try:
        with acme.scope():
            assert open_sessions() <= 4 + 1
    finally:
        for line in lines:
            line.close()


def open_sessions() -> int:
    """Connections to the test database, this one among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
