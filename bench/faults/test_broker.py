"""X09: the broker forgets all it has, is killed, is away: with the real beat, and nobody else who sweeps."""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.faults.hands import Desk, Sender
from outbox.enums import MailState
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, open_mailbox, settled
from tests.e2e.parts import HOST, Dovecot, Installation, MailSink, Process, wait_until
from tests.mailintake.post import ticket_of
from tickets.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ADDRESS = "support@acme.example"
BY_SMTP, BY_IMAP = 120, 40
ROUNDS, AWAY_SECONDS = 12, 60
# Within how many seconds of its return everything is taken up again; how long a backlog takes then is another matter.
TAKEN_UP = 60
Tell = Callable[[str, Any], None]


class Keeper(threading.Thread):
    """Starts programs anew that have ended, as `make up` and containers do."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.programs: tuple[Process, ...] = ()
        self.starts, self.done = 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.done.wait(1):
            for program in self.programs:
                if not program.is_running:
                    program.start()
                    self.starts += 1

    def stop(self) -> None:
        self.done.set()
        self.join()


@pytest.fixture
def keeper(installation: Installation) -> Iterator[Keeper]:
    """Ended before the processes are, so that it starts none of them again."""
    found = Keeper()
    yield found
    found.stop()


@pytest.fixture
def one_for_all(installation: Installation) -> None:
    """The cache lies in the same Valkey and is lost with it, as in `make up`."""
    installation.environment["VASTE_CACHE_URL"] = installation.broker.url.removesuffix("0") + "1"


def beat(place: Installation) -> Process:
    """The product's own clock."""
    command = [sys.executable, "-m", "celery", "-A", "helpdesk", "beat", "-s", str(place.directory / "beat.db")]
    process = Process([*command, "--pidfile", "", "-l", "INFO"], place.environment, place.directory / "beat.log")
    place.processes.append(process)
    process.start()
    return process


def turbulence(place: Installation, chance: random.Random) -> None:
    """All that the broker held is lost, by command or by its death; once it is away for long."""
    away = chance.randrange(ROUNDS)
    for number in range(ROUNDS):
        time.sleep(chance.uniform(1, 5))
        if number != away and chance.random() < 0.5:
            place.broker.flush()
            continue
        place.broker.kill()
        time.sleep(AWAY_SECONDS if number == away else chance.uniform(0, 3))
        place.broker.start()


def forgotten(place: Installation, done: Callable[[], bool]) -> float:
    """Empty the broker once more; seconds until all is done that the rows ask for."""
    place.broker.flush()
    begun = time.monotonic()
    wait_until(done, seconds=TAKEN_UP * 2, what="all mails to be placed and sent")
    return time.monotonic() - begun


def test_a_broker_that_forgets_dies_and_is_away(
    acme: Cast,
    dovecot: Dovecot,
    mail_sink: MailSink,
    installation: Installation,
    one_for_all: None,
    web: int,
    keeper: Keeper,
    chance: random.Random,
    tell: Tell,
) -> None:
    dovecot.add_user(ADDRESS)
    open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    desk = Desk(acme, web, ticket_of(acme).number, chance, mode="reply")
    smtpd, worker = installation.smtpd(), installation.worker(concurrency=2)
    installation.wait_for(worker)
    keeper.programs = (worker, beat(installation))
    mails = {number: numbered(number) for number in range(1, BY_SMTP + BY_IMAP + 1)}
    desk.open(4)
    by_smtp = Sender(lambda number: smtpd.send(mails[number], ADDRESS), range(1, BY_SMTP + 1), pause=0.5)
    by_imap = Sender(
        lambda number: dovecot.deliver(ADDRESS, mails[number]), range(BY_SMTP + 1, len(mails) + 1), pause=1.5
    )

    turbulence(installation, chance)
    by_smtp.join()
    by_imap.join()
    desk.close()
    spent = forgotten(installation, lambda: settled(acme, set(mails)))

    found = account(acme, mails)
    left = Counter(mail.message_id for mail in mail_sink.received)
    with acme.scope():
        ours = {f"<{row}>" for row in OutgoingMail.objects.values_list("message_id", flat=True)}
        unsent = OutgoingMail.objects.exclude(state=MailState.SENT).count()
        replies = Counter(row.strip() for row in Message.objects.filter(kind="reply").values_list("text", flat=True))
    tell(
        "X09",
        f"{ROUNDS} losses, {AWAY_SECONDS} s away, {keeper.starts} times a program ended of it: {found}; "
        f"{len(left)} mails out, {left.total() - len(left)} twice; pages {desk.statuses()}; "
        f"all taken up {spent:.0f} s after the last loss",
    )
    found.assert_exact()
    assert (set(left), unsent) == (ours, 0)
    assert left.total() == len(left)
    assert spent <= TAKEN_UP
    assert set(desk.statuses()) <= {200, 302}
    assert replies == Counter(desk.kept)
