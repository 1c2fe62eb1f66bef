"""X03: every mail comes five times, by IMAP, POP3, SMTP and web address at once, to four worker processes."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.faults.provider import Provider
from mailintake.enums import InboundState, Protocol
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.imap_server import HAS_POP3
from tests.e2e.ledger import account, numbered, open_mailbox, release_mailboxes, settle
from tests.e2e.parts import HOST, Dovecot, Installation, MailSink, wait_until
from tests.mailintake.fetching import set_up

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.prove,
    pytest.mark.skipif(not HAS_POP3, reason="Dovecot has no POP3 here: apt-get install dovecot-pop3d"),
]
ADDRESS, SECOND = "support@acme.example", "second@acme.example"
MAILS, TIMES = 100, 5
Tell = Callable[[str, Any], None]


def fetch_all(place: Installation, cast: Cast, many: int) -> None:
    def fetched() -> bool:
        release_mailboxes(cast)
        place.sweep()
        with cast.scope():
            rows = InboundMessage.objects.exclude(source__startswith="smtp").exclude(source__startswith="hook")
            return rows.count() == many

    wait_until(fetched, seconds=120, what="all mails to be fetched")


def test_every_mail_five_times_by_four_doors(
    acme: Cast,
    dovecot: Dovecot,
    mail_sink: MailSink,
    installation: Installation,
    web: int,
    chance: random.Random,
    tell: Tell,
) -> None:
    for address in (ADDRESS, SECOND):
        dovecot.add_user(address)
    box = open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    set_up(acme, dovecot.pop3_port, SECOND, protocol=Protocol.POP3)
    smtpd, provider = installation.smtpd(), Provider(acme, box, web)
    installation.wait_for(installation.worker(concurrency=2), installation.worker(concurrency=2))
    mails = {number: numbered(number) for number in range(1, MAILS + 1)}
    doors: dict[str, Callable[[bytes], object]] = {
        "IMAP": lambda raw: dovecot.deliver(ADDRESS, raw),
        "POP3": lambda raw: dovecot.deliver(SECOND, raw),
        "SMTP": lambda raw: smtpd.send(raw, ADDRESS),
        "post": provider.post,
    }

    deliveries = [(chance.choice([*doors]), number) for number in [*mails] * TIMES]
    chance.shuffle(deliveries)
    ways = Counter(door for door, _ in deliveries)
    with ThreadPoolExecutor(4) as senders:
        list(senders.map(lambda each: doors[each[0]](mails[each[1]]), deliveries))
    fetch_all(installation, acme, ways["IMAP"] + ways["POP3"])
    settle(installation, acme, expected=set(mails), seconds=120)

    found = account(acme, mails)
    left = Counter(mail.message_id for mail in mail_sink.received)
    with acme.scope():
        states = Counter(InboundMessage.objects.values_list("state", flat=True))
    tell("X03", f"{found}, by {dict(ways)}; {states.total()} receipts, {left.total()} acknowledgements")
    found.assert_exact()
    assert states[InboundState.LINKED] == len(left) == left.total() == MAILS
    assert set(states) == {InboundState.LINKED, InboundState.DUPLICATE}
