"""X23: whoever posts mails to a mailbox's web address and does not hear the answer posts them again."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.faults.provider import Provider
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, settle
from tests.e2e.parts import HOST, Installation, Wire
from tests.mailintake.post import open_box

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
MAILS, RETRIES = 40, 10
LARGE = 30 * 2**20
PATIENCE = 2
Tell = Callable[[str, Any], None]


@pytest.fixture
def short_wire(web: int) -> Iterator[Wire]:
    """The web server's answers end in their first byte."""
    wire = Wire((HOST, web))
    wire.limit = 1
    yield wire
    wire.down()


def test_a_provider_that_never_hears_the_answer(
    acme: Cast, installation: Installation, web: int, short_wire: Wire, chance: random.Random, tell: Tell
) -> None:
    provider, mails = Provider(acme, open_box(acme), web), {number: numbered(number) for number in range(1, MAILS + 1)}
    posts = [*mails] * RETRIES
    chance.shuffle(posts)

    unheard = [provider.post(mails[number], short_wire.port)[0] for number in posts]
    with acme.scope():
        assert InboundMessage.objects.filter(state=InboundState.RECEIVED).count() == MAILS
    # No worker runs yet: what is answered is that the mail is kept, and that takes no look into it.
    heard = [provider.post(raw) for raw in mails.values()]
    installation.wait_for(installation.worker(concurrency=2))
    settle(installation, acme, expected=set(mails), seconds=90)
    again = [provider.post(raw)[0] for raw in mails.values()]

    found = account(acme, mails)
    slowest = max(seconds for _, seconds in heard)
    tell("X23", f"{found}, each posted {RETRIES + 2} times, {RETRIES} unheard; slowest 200 after {slowest:.2f} s")
    assert set(unheard) == {0}
    assert {status for status, _ in heard} == set(again) == {200}
    assert slowest < PATIENCE
    found.assert_exact()
    with acme.scope():
        assert InboundMessage.objects.count() == MAILS


def large(number: int) -> bytes:
    raw = numbered(number)
    return raw + (b"y" * 76 + b"\n") * ((LARGE - len(raw)) // 77)


def test_mails_of_30_megabytes_and_one_beyond_the_limit(
    acme: Cast, installation: Installation, web: int, settings: Any, tell: Tell
) -> None:
    """The fastest of three counts: another process may have this machine."""
    provider, mails = Provider(acme, open_box(acme), web), {number: large(number) for number in (1, 2, 3)}
    too_large = settings.VASTE_MAX_MAIL_BYTES * 4 // 3 + 2**21

    answers = [provider.post(raw) for raw in mails.values()]
    refused = provider.announce(too_large)
    installation.wait_for(installation.worker(concurrency=1))
    settle(installation, acme, expected=set(mails), seconds=120)

    found = account(acme, mails)
    fastest, slowest = min(seconds for _, seconds in answers), max(seconds for _, seconds in answers)
    tell(
        "X23",
        f"{LARGE / 2**20:.0f} MB each: {found}, 200 after {fastest:.2f} to {slowest:.2f} s; "
        f"{too_large / 2**20:.0f} MB: {refused}",
    )
    assert ({status for status, _ in answers}, refused) == ({200}, 413)
    assert fastest < PATIENCE
    found.assert_exact()
    with acme.scope():
        assert sorted(bytes(row.raw) for row in InboundMessage.objects.all()) == sorted(mails.values())
