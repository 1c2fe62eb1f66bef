"""The same mail again and again, many workers, a broker that forgets: one ticket each, one acknowledgement each."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.tasks import MAX_ATTEMPTS
from tests.conftest import Cast
from tests.e2e.ledger import check, numbered, open_mailbox, pass_time, settle, tickets_by_number
from tests.e2e.parts import HOST, Dovecot, Installation, MailSink, wait_until
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "support@acme.example"
CORPUS = Path(__file__).parents[1] / "data" / "mail"


@pytest.fixture
def imap(acme: Cast, dovecot: Dovecot) -> Dovecot:
    """The desk's mailbox on the IMAP server; it was empty when it was set up."""
    dovecot.add_user(ADDRESS)
    open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    return dovecot


def test_the_same_mail_five_times_through_two_doors_is_one_ticket(
    acme: Cast, imap: Dovecot, mail_sink: MailSink, installation: Installation
) -> None:
    workers = [installation.worker(concurrency=2), installation.worker(concurrency=2)]
    smtpd = installation.smtpd()
    installation.wait_for(*workers)
    mails = {number: numbered(number) for number in range(1, 5)}

    with ThreadPoolExecutor(4) as senders:
        for raw in mails.values():
            for _ in range(3):
                senders.submit(imap.deliver, ADDRESS, raw)
            for _ in range(2):
                senders.submit(smtpd.send, raw, ADDRESS)
    for _ in range(4):
        installation.ask("mailintake.tasks.poll_mailboxes")
    wait_until(lambda: len(imap.uids(ADDRESS, "SEEN")) == 12, what="all mails to be fetched")
    settle(installation, acme, expected=set(mails))

    check(acme, mail_sink, set(mails))
    with acme.scope():
        assert Counter(InboundMessage.objects.values_list("state", flat=True)) == {
            InboundState.LINKED: 4,
            InboundState.DUPLICATE: 16,
        }


def test_mails_without_a_message_id_or_with_a_used_one_are_all_kept(
    acme: Cast, mail_sink: MailSink, installation: Installation
) -> None:
    open_mailbox(acme)
    worker = installation.worker(concurrency=2)
    smtpd = installation.smtpd()
    installation.wait_for(worker)
    same = "<used-twice@sender.example>"
    bare = [b"\r\n".join(row for row in numbered(n).splitlines() if b"Message-ID" not in row) for n in range(1, 4)]

    for raw in [*bare, numbered(4, message_id=same, text="One.\n"), numbered(5, message_id=same, text="Other.\n")]:
        smtpd.send(raw, ADDRESS)
    settle(installation, acme, expected={1, 2, 3, 4, 5})

    check(acme, mail_sink, {1, 2, 3, 4, 5})


def test_a_worker_keeps_its_connection_from_one_mail_to_the_next(acme: Cast, installation: Installation) -> None:
    open_mailbox(acme)
    worker, smtpd = installation.worker(concurrency=1, PGAPPNAME="worker"), installation.smtpd()
    installation.wait_for(worker)

    def servers() -> set[int]:
        with acme.scope(), connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'worker'")
            return {pid for (pid,) in cursor.fetchall()}

    seen = []
    for number in (1, 2, 3):
        smtpd.send(numbered(number), ADDRESS)
        settle(installation, acme, expected=set(range(1, number + 1)))
        seen.append(servers())

    assert len(seen[0]) == 1
    assert seen == seen[:1] * 3


def test_a_broker_that_is_down_or_forgets_loses_nothing(
    acme: Cast, mail_sink: MailSink, installation: Installation
) -> None:
    open_mailbox(acme)
    smtpd = installation.smtpd()
    for number in (1, 2, 3):
        smtpd.send(numbered(number), ADDRESS)
    installation.broker.flush()
    installation.broker.kill()
    smtpd.send(numbered(4), ADDRESS)
    with acme.scope():
        assert InboundMessage.objects.filter(state=InboundState.RECEIVED).count() == 4

    installation.broker.start()
    installation.wait_for(installation.worker(concurrency=2))
    smtpd.send(numbered(5), ADDRESS)
    settle(installation, acme, expected={1, 2, 3, 4})
    installation.broker.flush()
    settle(installation, acme, expected={1, 2, 3, 4, 5})

    check(acme, mail_sink, {1, 2, 3, 4, 5})


def test_one_mail_to_two_tenants_is_one_ticket_in_each(
    acme: Cast, globex: Cast, mail_sink: MailSink, installation: Installation
) -> None:
    open_mailbox(acme)
    open_mailbox(globex)
    smtpd = installation.smtpd()
    worker = installation.worker(concurrency=2)
    installation.wait_for(worker)

    smtpd.send(numbered(1), ADDRESS, "support@globex.example")
    settle(installation, acme, globex, expected={1})

    assert tickets_by_number(acme) == tickets_by_number(globex) == {1: 1}
    assert {mail.sender for mail in mail_sink.received} == {ADDRESS, "support@globex.example"}
    assert len(mail_sink.received) == 2


def test_the_worst_mails_stop_nobody(acme: Cast, installation: Installation) -> None:
    open_mailbox(acme)
    smtpd = installation.smtpd()
    worker = installation.worker(concurrency=2)
    installation.wait_for(worker)
    worst = [path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))] + [b"", b"\x00" * 500, b"no header at all"]

    for number, raw in enumerate(worst, 1):
        smtpd.send(raw, ADDRESS)
        if number % 5 == 0:
            smtpd.send(numbered(number), ADDRESS)
    good = set(range(5, len(worst) + 1, 5))

    def all_placed() -> bool:
        pass_time(acme)
        installation.sweep()
        with acme.scope():
            return not InboundMessage.objects.filter(state=InboundState.RECEIVED).exists()

    wait_until(all_placed, seconds=45, what="every mail to be placed")

    with acme.scope():
        rows = InboundMessage.objects.all()
        assert rows.count() == len(worst) + len(good)
        assert max(rows.values_list("attempts", flat=True)) <= MAX_ATTEMPTS
        assert rows.filter(state=InboundState.QUARANTINED, reason="unreadable").count() >= 2
        mine = rows.filter(from_email__startswith="person")
        assert set(mine.values_list("state", flat=True)) == {InboundState.LINKED}
        assert mine.count() == len(good)
        assert Ticket.objects.count() == rows.filter(state=InboundState.LINKED).values("ticket").distinct().count()
        assert Message.objects.count() == rows.filter(state=InboundState.LINKED).count()
