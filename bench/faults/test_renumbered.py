"""X05: a POP3 server that names all mails anew, and an IMAP mailbox that is restored from an old backup.

Another UIDVALIDITY is proved in tests/mailintake/test_imap_faults.py, with as many mails.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mailintake.enums import Protocol
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered
from tests.e2e.rude_imap import RudeImap
from tests.e2e.rude_pop3 import RudePop3
from tests.mailintake.fetching import fetch, place_all, set_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
MAILS = 2_000
LONG_AGO = timezone.now() - timedelta(days=3650)
Tell = Callable[[str, Any], None]


def fetch_all(cast: Cast, box: Any) -> None:
    while fetch(cast, box):
        pass
    place_all(cast)


def test_a_pop3_server_names_all_mails_anew(acme: Cast, chance: random.Random, tell: Tell) -> None:
    server = RudePop3()
    try:
        box = set_up(acme, server.port, protocol=Protocol.POP3, started_at=LONG_AGO)
        mails = {number: numbered(number) for number in range(1, MAILS + 1)}
        here = chance.randint(MAILS // 4, MAILS * 3 // 4)
        server.mails = {f"first{number}": mails[number].replace(b"\n", b"\r\n") for number in range(1, here + 1)}
        fetch_all(acme, box)
        order = [*mails]
        chance.shuffle(order)
        server.mails = {f"second{number}": mails[number].replace(b"\n", b"\r\n") for number in order}
        fetch_all(acme, box)
    finally:
        server.stop()

    found = account(acme, mails)
    tell("X05", f"other UIDLs after {here} mails: {found}")
    found.assert_exact()


def test_a_mailbox_is_restored_from_a_backup(acme: Cast, chance: random.Random, tell: Tell) -> None:
    """The last mails are gone, and their UIDs are given again, before or after somebody looks."""
    server = RudeImap()
    try:
        box = set_up(acme, server.port, started_at=LONG_AGO)
        mails = {number: numbered(number) for number in range(1, MAILS + 1)}
        before, new = MAILS * 4 // 5, MAILS // 5
        for number in range(1, before + 1):
            server.put(mails[number])
        fetch_all(acme, box)
        restored, unseen = before - chance.randint(100, 300), chance.randint(0, new)
        for uid in range(restored + 1, before + 1):
            del server.mails[uid]
        server.seen = {uid for uid in server.seen if uid <= restored}
        server.next_uid, server.date = restored + 1, '"22-Nov-2026 09:30:00 +0000"'
        for number in range(before + 1, before + unseen + 1):
            server.put(mails[number])
        fetch_all(acme, box)
        for number in range(before + unseen + 1, MAILS + 1):
            server.put(mails[number])
        fetch_all(acme, box)
    finally:
        server.stop()

    found = account(acme, mails)
    tell("X05", f"back to {restored} of {before} mails, {unseen} new ones before the next look: {found}")
    found.assert_exact()
