"""Workers killed at random times lose and double nothing; killed at every point they are by test_faults."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.enums import Role
from tests.conftest import Cast, make_cast
from tests.e2e.ledger import SEED
from tests.e2e.parts import Dovecot, Installation, MailSink
from tests.e2e.random_kills import Plan, Post, addresses, run, settle_accounts

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]
OWN = Path(__file__).parents[1] / "data" / "mail"
PLAN = Plan(mails=10_000, kills=50, seed=SEED, drain_seconds=1_800)


def corpus() -> list[bytes]:
    """Real mails where the shared folder lies beside the project, and those of the tests."""
    shared = os.environ.get("VASTE_SHARED")
    folders = [OWN, *([Path(shared) / "data" / "mail"] if shared else [])]
    return [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.eml"))]


def test_workers_killed_at_random_times_lose_and_double_nothing(  # noqa: PLR0917  # fixtures
    acme: Cast,
    globex: Cast,
    dovecot: Dovecot,
    mail_sink: MailSink,
    installation: Installation,
    record_property: Callable[[str, object], None],
) -> None:
    def say(line: str) -> None:
        record_property("told", line)

    casts = [acme, globex, make_cast("initech", {"aino": ("Aino Agent", [Role.AGENT])})]
    boxes = addresses(casts, dovecot, 8)
    post = Post(PLAN, boxes, dovecot, corpus())
    run(PLAN, post, installation, say)
    for cast in casts:
        settle_accounts(cast, post, mail_sink, PLAN.kills, say)
