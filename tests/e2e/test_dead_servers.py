"""Mail servers that are dead, silent or slow delay no mailbox but their own (X06), in the worker that really polls."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from mailintake.models import InboundMessage, Mailbox
from tests.conftest import Cast
from tests.e2e.ledger import numbered, open_mailbox
from tests.e2e.parts import HOST, Dovecot, Installation, wait_until
from tests.e2e.rude_imap import RudeImap

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "support@acme.example"
# What programs.py and docker-compose.yml start for polling.
POLLING = ("-P", "threads", "-c", "16", "-Q", "polling")


@pytest.fixture
def holes() -> Iterator[list[RudeImap]]:
    """Servers that take the call and never say a word, or a byte a second."""
    servers = [RudeImap() for _ in range(10)]
    for number, server in enumerate(servers):
        server.silent, server.trickles = number % 2 == 0, number % 2 == 1
    yield servers
    for server in servers:
        server.stop()


def arrived(cast: Cast) -> int:
    with cast.scope():
        return InboundMessage.objects.count()


def fetch_until(cast: Cast, wanted: int, place: Installation) -> None:
    """Ask as beat does each 20 seconds, only quicker; a mailbox whose last round is just ending is not due yet."""

    def done() -> bool:
        if arrived(cast) == wanted:
            return True
        place.ask("mailintake.tasks.poll_mailboxes")
        return False

    wait_until(done, seconds=30, every=1, what="the good mailbox's mail")


def test_ten_dead_servers_and_a_good_one(
    acme: Cast, globex: Cast, dovecot: Dovecot, holes: list[RudeImap], installation: Installation
) -> None:
    dovecot.add_user(ADDRESS)
    good = open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    with globex.scope():
        for number, hole in enumerate(holes):
            facts = {"host": HOST, "port": hole.port, "security": "none", "username": "x", "failures": number % 2}
            Mailbox.objects.create(address=f"h{number}@globex.example", queue=globex.desk.queue, **facts)
    worker, polling = installation.worker(arguments=("-X", "polling")), installation.worker(arguments=POLLING)
    installation.wait_for(worker, polling)
    delays = []
    for number in range(1, 5):
        dovecot.deliver(ADDRESS, numbered(number))
        begun = time.monotonic()
        with globex.scope():
            Mailbox.objects.update(next_poll_at=timezone.now() - timedelta(seconds=1))
        fetch_until(acme, number, installation)
        delays.append(time.monotonic() - begun)

    assert max(delays) < 10, delays
    assert any(hole.visits for hole in holes)
    with acme.scope():
        assert Mailbox.objects.get(pk=good.pk).failing_since is None
