"""X08: the database dies and comes back, is away, is full, or has no connection left, while mail and people come."""

import contextlib
import random
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

import psycopg
import pytest
from django.db import Error, connection

from bench.faults.cluster import Cluster
from bench.faults.disks import fill, small_disk
from bench.faults.hands import Answer, Desk, Sender
from helpdesk.embedded.layout import Layout
from helpdesk.embedded.postgres import APPLICATION
from helpdesk.embedded.processes import Guard
from helpdesk.embedded.testing import throw_away_directory
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from outbox.enums import MailState
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, open_mailbox, pass_time, settle
from tests.e2e.parts import HOST, Dovecot, Installation, MailSink, Smtpd, wait_until
from tests.mailintake.post import ticket_of
from tickets.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ADDRESS = "support@acme.example"
BY_SMTP, BY_IMAP = 200, 100
RESTARTS, AWAY_SECONDS, PEOPLE = 20, 45, 50
PATIENCE = 5
Tell = Callable[[str, Any], None]


@contextlib.contextmanager
def running(directory: Path, guard: Guard) -> Iterator[Cluster]:
    found = Cluster(directory, guard)
    try:
        found.create()
        with found.in_use():
            yield found
    finally:
        found.stop()
        guard.close()


@pytest.fixture
def cluster(transactional_db: None) -> Iterator[Cluster]:
    """A durable PostgreSQL, which the test and all it starts work on."""
    guard = Guard()
    with running(throw_away_directory(guard) / "data", guard) as found:
        yield found


@pytest.fixture
def full_disk(transactional_db: None) -> Iterator[tuple[Cluster, Path]]:
    """A durable PostgreSQL on a disk of 400 MB."""
    guard = Guard()
    with small_disk(throw_away_directory(guard) / "disk", 400) as disk, running(disk / "data", guard) as cluster:
        yield cluster, disk


def sweep(place: Installation, cast: Cast) -> None:
    """What beat does; while the database is away nobody hears of it."""
    with contextlib.suppress(Error):
        pass_time(cast)
    if connection.errors_occurred or not connection.is_usable():
        connection.close()
    place.sweep()


def turbulence(cluster: Cluster, place: Installation, cast: Cast, chance: random.Random) -> list[tuple[float, float]]:
    """The database is restarted at random times, and once it is away for long; returns from when to when it was."""
    away, spans = chance.randrange(RESTARTS), []
    for number in range(RESTARTS):
        until = time.monotonic() + chance.uniform(0.5, 4)
        while time.monotonic() < until:
            sweep(place, cast)
            time.sleep(0.3)
        gone = time.monotonic()
        cluster.stop()
        time.sleep(AWAY_SECONDS if number == away else chance.uniform(0, 1.5))
        cluster.start()
        spans.append((gone, time.monotonic()))
    connection.close()
    return spans


def check_answers(desk: Desk) -> None:
    """Pages work or say 503 soon, without a word of anybody's data; what they have said to have kept is there."""
    assert set(desk.statuses()) <= {200, 302, 503}, desk.statuses()
    sorry = [answer for answer in desk.answers if answer.status == 503]
    assert sorry
    assert max(answer.seconds for answer in sorry) < PATIENCE
    assert len({answer.body for answer in sorry}) == 1
    with desk.cast.scope():
        notes = Counter(text.strip() for text in Message.objects.filter(kind="note").values_list("text", flat=True))
    assert set(desk.kept) <= set(notes)
    assert set(notes.values()) <= {1}


def needless(desk: Desk, spans: list[tuple[float, float]]) -> list[Answer]:
    """Pages that did not work although the database was there the whole time."""
    sorry = [answer for answer in desk.answers if answer.status == 503]
    return [
        page
        for page in sorry
        if not any(start < page.begun + page.seconds and page.begun < end for start, end in spans)
    ]


def check_mails(cast: Cast, sink: MailSink) -> int:
    """Every mail of the outbox has left; returns how many did so twice, each under one Message-ID."""
    with cast.scope():
        rows = OutgoingMail.objects.all()
        assert set(rows.values_list("state", flat=True)) <= {MailState.SENT}
        ours = {f"<{message_id}>" for message_id in rows.values_list("message_id", flat=True)}
    left = Counter(mail.message_id for mail in sink.received)
    assert set(left) == ours
    return left.total() - len(left)


def test_a_database_that_dies_and_comes_back(
    cluster: Cluster,
    acme: Cast,
    dovecot: Dovecot,
    mail_sink: MailSink,
    installation: Installation,
    web: int,
    chance: random.Random,
    tell: Tell,
) -> None:
    dovecot.add_user(ADDRESS)
    open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    desk = Desk(acme, web, ticket_of(acme).number, chance)
    smtpd, worker = installation.smtpd(), installation.worker(concurrency=2)
    installation.wait_for(worker)
    numbers = set(range(1, BY_SMTP + BY_IMAP + 1))
    desk.open(PEOPLE)
    mails = {number: numbered(number) for number in numbers}
    by_smtp = Sender(lambda number: smtpd.send(mails[number], ADDRESS), range(1, BY_SMTP + 1), pause=0.3)
    by_imap = Sender(lambda number: dovecot.deliver(ADDRESS, mails[number]), range(BY_SMTP + 1, len(mails) + 1))

    spans = turbulence(cluster, installation, acme, chance)
    by_smtp.join()
    by_imap.join()
    desk.close()
    settle(installation, acme, expected=numbers, seconds=180)

    found = account(acme, numbers)
    twice = check_mails(acme, mail_sink)
    tell(
        "X08",
        f"{RESTARTS} restarts, {AWAY_SECONDS} s away once, {sum(end - start for start, end in spans):.0f} s in all: "
        f"{found}; {twice} mails left twice; {by_smtp.refused} times no 250; pages {desk.statuses()}, slowest 503 "
        f"{max(a.seconds for a in desk.answers if a.status == 503):.1f} s, {len(needless(desk, spans))} of them "
        f"while it was there; {len(desk.kept)} notes kept",
    )
    found.assert_exact()
    assert twice <= RESTARTS * 2
    check_answers(desk)
    assert len(needless(desk, spans)) <= RESTARTS


def is_refused(smtpd: Smtpd, raw: bytes) -> bool:
    """Whether the listener asks to come again later; a mail that it has taken is no refusal."""
    try:
        smtpd.send(raw, ADDRESS)
    except smtplib.SMTPResponseException as refusal:
        return 400 <= refusal.smtp_code < 500
    except smtplib.SMTPRecipientsRefused as refusal:
        return all(400 <= code < 500 for code, _ in refusal.recipients.values())
    return False


def occupy(layout: Layout) -> list[psycopg.Connection[Any]]:
    """Take connections until there are none left."""
    taken: list[psycopg.Connection[Any]] = []
    try:
        while True:
            taken.append(psycopg.connect(layout.database_url(APPLICATION)))
    except psycopg.OperationalError:
        return taken


def test_no_connection_left(
    cluster: Cluster, acme: Cast, installation: Installation, web: int, chance: random.Random, tell: Tell
) -> None:
    open_mailbox(acme)
    desk = Desk(acme, web, ticket_of(acme).number, chance)
    session = acme.client("aino").cookies["session"].value
    smtpd, worker = installation.smtpd(), installation.worker(concurrency=2)
    installation.wait_for(worker)
    smtpd.send(numbered(1), ADDRESS)
    settle(installation, acme, expected={1})

    cluster.stop()  # nobody keeps the connection that they have
    connection.close()
    cluster.start()
    taken = occupy(cluster.layout)
    sorry = [desk.press(session, "/my/") for _ in range(5)]
    refused = [is_refused(smtpd, numbered(number)) for number in (2, 3, 4)]
    for each in taken:
        each.close()
    wait_until(lambda: desk.press(session, "/my/").status == 200, what="a page")
    for number in (2, 3, 4):
        smtpd.send(numbered(number), ADDRESS)
    settle(installation, acme, expected={1, 2, 3, 4})

    found = account(acme, {1, 2, 3, 4})
    slowest = max(answer.seconds for answer in sorry)
    tell("X08", f"{len(taken)} connections taken, none left: {found}; 503 after {slowest:.1f} s at most")
    assert {answer.status for answer in sorry} == {503}
    assert slowest < PATIENCE
    assert refused == [True] * 3
    found.assert_exact()


def large(number: int) -> bytes:
    """A mail that the database has to make room for, in its turn with a small one."""
    words = random.Random(number).randbytes(100_000).hex() if number % 2 else "small"
    return numbered(number, text="\n".join(wrap(words, 70)))


def test_a_full_disk_of_the_database(
    full_disk: tuple[Cluster, Path], acme: Cast, installation: Installation, tell: Tell
) -> None:
    cluster, disk = full_disk
    open_mailbox(acme)
    smtpd, worker = installation.smtpd(), installation.worker(concurrency=2)
    installation.wait_for(worker)
    mails = {number: large(number) for number in range(1, 121)}

    ballast = fill(disk)
    refused = [number for number, raw in mails.items() if is_refused(smtpd, raw)]
    ballast.unlink()
    cluster.start()
    connection.close()
    taken = set(mails) - set(refused)
    with acme.scope():
        assert InboundMessage.objects.count() == len(taken)
    Sender(lambda number: smtpd.send(mails[number], ADDRESS), refused).join()
    settle(installation, acme, expected=set(mails), seconds=120)

    found = account(acme, mails)
    tell("X08", f"disk full: {len(refused)} of {len(mails)} mails not taken, the others kept; then {found}")
    assert refused
    found.assert_exact()
    with acme.scope():
        assert not InboundMessage.objects.filter(state=InboundState.QUARANTINED).exists()
