"""X07: a hundred of the worst mails among a thousand good ones: nobody is stopped, and every mail is accounted for."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from bench.faults.hands import Sender
from bench.mutations import damage
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.tasks import MAX_ATTEMPTS
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, open_mailbox, pass_time
from tests.e2e.parts import Installation, wait_until
from tickets.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ADDRESS = "support@acme.example"
OWN = Path(__file__).parents[2] / "tests" / "data" / "mail"
GOOD, WORST = 1_000, 100
Tell = Callable[[str, Any], None]


def made() -> list[bytes]:
    """What breaks parsers, without a corpus: nothing, no mail at all, too many and too deep parts, endless headers."""
    head = b"From: a@x.example\r\nTo: support@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000))
    return [
        b"",
        b"\x00" * 2_000,
        b"From: <<<>\r\n" * 4_000,
        head + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 20_000,
        head + deep,
        head + b"References: " + b"<a@b.example> " * 50_000 + b"\r\n\r\nx\r\n",
        head + b"Cc: " + b"a@b.example, " * 10_000 + b"\r\n\r\nx\r\n",
        head + b"Reply-To: =?utf-8?q?a=0D=0ABcc:_x?= <a@x.example>\r\n\r\nx\r\n",
        head + b"Content-Type: text/plain; charset=no-such-charset\r\n\r\n\xff\xfe\r\n",
        head + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====\r\n",
        head + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
    ]


def worst(chance: random.Random) -> list[bytes]:
    """Attacks of the shared corpus where it lies beside the project, our own odd mails, damaged ones, made ones."""
    shared = os.environ.get("VASTE_SHARED")
    folders = [OWN, *([Path(shared) / "data" / "mail" / "attacks"] if shared else [])]
    found = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.eml"))]
    spoiled = (damage(raw, str(chance.random())) for raw in cycle(found))
    chance.shuffle(found)
    found = made() + found
    return [*found, *islice(spoiled, max(0, WORST - len(found)))][:WORST]


def test_the_worst_mails_among_good_ones(
    acme: Cast, installation: Installation, chance: random.Random, tell: Tell
) -> None:
    open_mailbox(acme)
    smtpd = installation.smtpd()
    installation.wait_for(installation.worker(concurrency=2))
    bad = worst(chance)
    mails = {number: numbered(number) for number in range(1, GOOD + 1)} | {-n: raw for n, raw in enumerate(bad, 1)}
    order = [*mails]
    chance.shuffle(order)

    begun = time.monotonic()
    senders = [Sender(lambda number: smtpd.send(mails[number], ADDRESS), order[start::4]) for start in range(4)]
    for sender in senders:
        sender.join()
    place_all(installation, acme)
    spent = time.monotonic() - begun
    returned = [number for sender in senders for number in sender.returned]

    found = account(acme, range(1, GOOD + 1))
    with acme.scope():
        rows = InboundMessage.objects.all()
        count, tries = rows.count(), max(rows.values_list("attempts", flat=True))
        states = Counter(rows.exclude(from_email__startswith="person").values_list("state", flat=True))
        linked, written = rows.filter(state=InboundState.LINKED).count(), Message.objects.count()
    tell(
        "X07",
        f"{found}; {len(bad)} of the worst: {dict(states)}, {tries} tries at most, "
        f"{len(returned)} refused for good, their senders told; {spent:.0f} s",
    )
    found.assert_exact()
    assert all(number < 0 for number in returned)
    assert count == len(mails) - len(returned)
    assert states.total() == WORST - len(returned)
    assert tries <= MAX_ATTEMPTS
    assert linked == written


def place_all(place: Installation, cast: Cast) -> None:
    def done() -> bool:
        with cast.scope():
            if not InboundMessage.objects.filter(state=InboundState.RECEIVED).exists():
                return True
        pass_time(cast)
        place.sweep()
        time.sleep(0.5)
        return False

    wait_until(done, seconds=600, what="every mail to be placed or put aside")
