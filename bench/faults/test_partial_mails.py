"""X24: servers that give a part of a mail, none of it, another one's, or lose it meanwhile; each visit by the dice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from mailintake.enums import Protocol
from mailintake.models import InboundMessage, Mailbox
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered
from tests.e2e.parts import HOST, Wire
from tests.e2e.rude_imap import RudeImap
from tests.e2e.rude_pop3 import RudePop3
from tests.mailintake.fetching import fetch, now, place_all, set_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
MAILS, VISITS = 300, 60
LONG_AGO = timezone.now() - timedelta(days=3650)
MANNERS = ["cut", "short", "nil", "other", "wire", ""]
Tell = Callable[[str, Any], None]


def letters(chance: random.Random) -> dict[int, bytes]:
    """Mails of very different lengths."""
    return {
        number: numbered(number, text=f"Line of {number}.\n" * chance.choice([1, 10, 300]))
        for number in range(1, MAILS + 1)
    }


def whole(cast: Cast, mails: dict[int, bytes]) -> bool:
    """Whether all that is stored is what was sent, byte for byte."""
    sent = {raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for raw in mails.values()}
    with cast.scope():
        return {bytes(row.raw) for row in InboundMessage.objects.all()} <= sent


@pytest.fixture
def rude() -> Iterator[tuple[RudeImap, Wire]]:
    server = RudeImap()
    wire = Wire((HOST, server.port))
    yield server, wire
    wire.down()
    server.stop()


def lose_while_read(cast: Cast, box: Mailbox, server: RudeImap) -> set[int]:
    """Somebody else deletes each mail that we ask for; returns which, since UIDs are numbers of mails here."""
    server.manners, before = "gone", set(server.mails)
    fetch(cast, box)
    server.manners = ""
    return before - set(server.mails)


def test_imap_by_the_dice(acme: Cast, rude: tuple[RudeImap, Wire], chance: random.Random, tell: Tell) -> None:
    """Mails arrive while the server misbehaves, and some are deleted while they are read.

    The same short bytes in two rounds are the mail by decision (mailintake.services.rounds), so no two are dealt.
    """
    (server, wire), mails, met = rude, letters(chance), Counter[str]()
    box, waiting = set_up(acme, wire.port, started_at=LONG_AGO), [*mails.values()]
    for _ in range(VISITS):
        for raw in [waiting.pop(0) for _ in range(min(len(waiting), chance.randint(0, 5)))]:
            server.put(raw)
        doubts = now(acme, box).doubtful
        server.manners = chance.choice([each for each in MANNERS if each != "short" or not doubts])
        wire.limit = chance.randint(200, 20_000) if server.manners == "wire" else None
        met[server.manners or "well"] += 1
        fetch(acme, box)
        assert whole(acme, mails)
    wire.limit = None
    for raw in waiting:
        server.put(raw)
    gone = lose_while_read(acme, box, server)
    while fetch(acme, box):
        pass
    place_all(acme)

    kept = set(mails) - gone
    found = account(acme, kept)
    tell("X24", f"IMAP, visits {dict(met)}, {len(gone)} mails deleted while they were read: {found}")
    assert whole(acme, mails)
    assert gone
    found.assert_exact()
    assert server.seen == kept


def test_pop3_by_the_dice(acme: Cast, chance: random.Random, tell: Tell) -> None:
    server, mails, met = RudePop3(), letters(chance), Counter[str]()
    lengths = count(chance.randint(50, 300))
    try:
        box, waiting = set_up(acme, server.port, protocol=Protocol.POP3, started_at=LONG_AGO), [*mails.items()]
        for _ in range(VISITS):
            for number, raw in [waiting.pop(0) for _ in range(min(len(waiting), chance.randint(0, 12)))]:
                server.mails[f"name{number}"] = raw.replace(b"\n", b"\r\n")
            # Another length each time: the same bytes twice would be taken for the mail.
            server.cut_to = chance.choice([None, next(lengths)])
            server.breaks_at_quit = chance.random() < 0.3
            met["cut" if server.cut_to else "well"] += 1
            fetch(acme, box)
            assert whole(acme, mails)
        server.cut_to, server.breaks_at_quit = None, False
        server.mails |= {f"name{number}": raw.replace(b"\n", b"\r\n") for number, raw in waiting}
        while fetch(acme, box):
            pass
        place_all(acme)
    finally:
        server.stop()

    found = account(acme, mails)
    tell("X24", f"POP3, visits {dict(met)}: {found}")
    found.assert_exact()
