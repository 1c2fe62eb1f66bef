"""X04: mails without a Message-ID, and mails under one that another mail has."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from bench.faults.hands import Sender
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, open_mailbox, settle
from tests.e2e.parts import Installation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ADDRESS = "support@acme.example"
WITHOUT, PAIRS = 500, 200
Tell = Callable[[str, Any], None]


def bare(number: int) -> bytes:
    """Without a Message-ID; every second one also without a date, and with the same few words as all others."""
    raw = re.sub(rb"(?m)^Message-ID: .*\n", b"", numbered(number, text="It does not work.\n"))
    assert b"Message-ID" not in raw
    return re.sub(rb"(?m)^Date: .*\n", b"", raw) if number % 2 else raw


def test_mails_without_a_message_id_and_pairs_with_one(
    acme: Cast, installation: Installation, chance: random.Random, tell: Tell
) -> None:
    open_mailbox(acme)
    smtpd = installation.smtpd()
    installation.wait_for(installation.worker(concurrency=2))
    mails = {number: bare(number) for number in range(1, WITHOUT + 1)}
    for number in range(WITHOUT + 1, WITHOUT + 2 * PAIRS + 1):
        pair = (number - WITHOUT - 1) // 2
        mails[number] = numbered(number, message_id=f"<pair{pair}@sender.example>", text=f"Words of {number}.\n")
    order = [*mails]
    chance.shuffle(order)

    senders = [Sender(lambda number: smtpd.send(mails[number], ADDRESS), order[start::4]) for start in range(4)]
    for sender in senders:
        sender.join()
    settle(installation, acme, expected=set(mails), seconds=600)

    found, without = account(acme, mails), account(acme, range(1, WITHOUT + 1))
    with acme.scope():
        states = set(InboundMessage.objects.values_list("state", flat=True))
    tell("X04", f"{WITHOUT} without Message-ID, {PAIRS} pairs with one: {found}")
    found.assert_exact()
    assert without.lost == frozenset()
    assert states == {InboundState.LINKED}
