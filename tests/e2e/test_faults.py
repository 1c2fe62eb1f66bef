"""Killed at every named step, and at any other moment: what was accepted is one ticket, what leaves leaves once.

Each point is met several times with a mail each, by `kill -9`; then the processes go on, and the ledger is counted.
"""

import os
import re
import smtplib
import time
from functools import partial
from pathlib import Path

import pytest

from core.faults import POINTS, fault_point
from helpdesk.embedded.layout import BASE_DIR
from mailintake.enums import AfterFetch
from mailintake.models import Mailbox
from tests.conftest import Cast
from tests.e2e.ledger import check, numbered, open_mailbox, release_mailboxes, settle
from tests.e2e.parts import HOST, Dovecot, Installation, MailSink, Smtpd, wait_until
from tests.e2e.test_reminders import SWEEPER
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import rule_of
from tickets.models import Message, RuleDue, RuleRun

PROVE = bool(os.environ.get("VASTE_PROVE"))
ROUNDS = 20 if PROVE else 1
ADDRESS = "support@acme.example"
POLLER = (
    "after-fetch",
    "after-raw-write",
    "after-receipt-commit",
    "before-enqueue",
    "after-enqueue",
    "before-acknowledge",
    "after-acknowledge",
)
WORKER = ("after-parse", "after-message-insert", "after-process-commit", "before-smtp", "after-smtp")
# Met by tests/imports/test_killed.py.
IMPORTER = ("in-import-batch", "after-import-batch")
# Met by tests/billing/test_issue_race.py and test_files_killed.py.
BILLER = ("with-series-held", "before-issue-commit", "after-invoice-file", "after-invoice-mail")
RULE = "after-rule-run"
LISTENER = ("after-raw-write", "after-receipt-commit", "before-enqueue", "after-enqueue", "before-acknowledge")

pytestmark = [pytest.mark.django_db(transaction=True), *([pytest.mark.prove] if PROVE else [])]


def test_the_points_are_those_that_the_code_names() -> None:
    apps = (
        "accounts",
        "billing",
        "core",
        "mailintake",
        "outbox",
        "sla",
        "tickets",
        "reports",
        "imports",
        "portal",
        "helpdesk",
    )
    sources = [path.read_text() for app in apps for path in (BASE_DIR / app).rglob("*.py")]
    named = {name for source in sources for name in re.findall(r'fault_point\("([a-z-]+)"\)', source)}

    assert named == set(POINTS)
    assert set(POINTS) == {*POLLER, *WORKER, *LISTENER, *SWEEPER, *IMPORTER, *BILLER, "before-expunge", RULE}


def test_a_point_outside_tests_kills_nobody(settings: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "fault"
    file.write_text("after-fetch")
    monkeypatch.setenv("VASTE_FAULT_FILE", str(file))
    settings.TESTING = False

    fault_point("after-fetch")

    assert file.exists()


@pytest.fixture
def imap(acme: Cast, dovecot: Dovecot) -> Dovecot:
    """The desk's mailbox on the IMAP server; it was empty when it was set up."""
    dovecot.add_user(ADDRESS)
    open_mailbox(acme, host=HOST, port=dovecot.port, security="none", username=ADDRESS)
    return dovecot


def died(place: Installation) -> bool:
    """Whether somebody has come to the named point: it takes the file away before it dies."""
    return not place.faults.exists()


def meet(place: Installation, cast: Cast, point: str) -> None:
    """Name the point, have mail fetched, wait for the death.

    No sweep runs here: a mail that meets its death three times is no accident any more, and is quarantined.
    """
    place.arm(point)
    release_mailboxes(cast)
    place.ask("mailintake.tasks.poll_mailboxes")
    wait_until(lambda: died(place), what=f"a death at {point}")


def test_workers_killed_at_every_point_lose_and_double_nothing(
    acme: Cast, imap: Dovecot, mail_sink: MailSink, installation: Installation
) -> None:
    worker = installation.worker(concurrency=2)
    installation.wait_for(worker)
    expected: set[int] = set()

    for point in (*POLLER, *WORKER):
        for _ in range(ROUNDS):
            number = len(expected) + 1
            imap.deliver(ADDRESS, numbered(number))
            expected.add(number)
            meet(installation, acme, point)
        settle(installation, acme, expected=expected)

    check(acme, mail_sink, expected, may_double=ROUNDS)
    wait_until(lambda: not fetch_and_count(installation, acme, imap, "UNSEEN"), what="all mails to be flagged")


def fetch_and_count(place: Installation, cast: Cast, imap: Dovecot, criteria: str) -> int:
    release_mailboxes(cast)
    place.ask("mailintake.tasks.poll_mailboxes")
    time.sleep(0.2)
    return len(imap.uids(ADDRESS, criteria))


def test_a_poller_that_deletes_killed_around_the_deletion(
    acme: Cast, imap: Dovecot, mail_sink: MailSink, installation: Installation
) -> None:
    with acme.scope():
        Mailbox.objects.update(after_fetch=AfterFetch.DELETE)
    worker = installation.worker(concurrency=2)
    installation.wait_for(worker)
    expected: set[int] = set()

    for point in ("after-raw-write", "before-acknowledge", "before-expunge", "after-acknowledge"):
        for _ in range(ROUNDS):
            number = len(expected) + 1
            imap.deliver(ADDRESS, numbered(number))
            expected.add(number)
            meet(installation, acme, point)
    settle(installation, acme, expected=expected)

    check(acme, mail_sink, expected)
    wait_until(lambda: not fetch_and_count(installation, acme, imap, "ALL"), what="the mailbox to be empty")


def hand_in(listener: Smtpd, raw: bytes) -> bool:
    """Whether the listener said 250; a sender who has not heard it keeps the mail."""
    try:
        listener.send(raw, ADDRESS)
    except (OSError, smtplib.SMTPException):
        return False
    return True


def test_the_smtp_listener_killed_at_every_point(acme: Cast, mail_sink: MailSink, installation: Installation) -> None:
    open_mailbox(acme)
    worker = installation.worker(concurrency=2, VASTE_FAULT_FILE="")
    listener = installation.smtpd(respawned=True)
    installation.wait_for(worker)
    expected: set[int] = set()

    for point in LISTENER:
        for _ in range(ROUNDS):
            expected.add(len(expected) + 1)
            raw = numbered(len(expected))
            installation.arm(point)
            assert not hand_in(listener, raw)
            assert died(installation)
            wait_until(partial(hand_in, listener, raw), what="a 250")
    settle(installation, acme, expected=expected)

    check(acme, mail_sink, expected)


def test_all_workers_killed_at_any_moment(
    acme: Cast, imap: Dovecot, mail_sink: MailSink, installation: Installation
) -> None:
    """The whole worker dies while many mails are on their way; a mail in the middle of SMTP may leave once more."""
    deaths = 6 if PROVE else 2
    worker = installation.worker(concurrency=2)
    expected: set[int] = set()
    for death in range(deaths):
        installation.wait_for(worker)
        for number in range(10 * death + 1, 10 * death + 11):
            imap.deliver(ADDRESS, numbered(number))
            expected.add(number)
        release_mailboxes(acme)
        installation.sweep()
        time.sleep(0.15 + 0.17 * death)
        worker.kill()
        worker = installation.worker(concurrency=2)
    installation.wait_for(worker)
    settle(installation, acme, expected=expected)

    check(acme, mail_sink, expected, may_double=deaths * 2)


def test_a_worker_killed_after_a_rule_has_run_does_it_once(acme: Cast, installation: Installation) -> None:
    """What died was not committed; the next sweep does it, and says so once."""
    rule_of(acme, note="One.")
    installation.wait_for(installation.worker(concurrency=2))

    def settled() -> bool:
        installation.ask("tickets.tasks.sweep_rules")
        with acme.scope():
            return not RuleDue.objects.exists()

    for _ in range(ROUNDS):
        installation.arm(RULE)
        ticket_of(acme)
        wait_until(lambda: died(installation) or settled(), every=1, what="a death after a rule")
        assert died(installation)
        wait_until(settled, every=1, what="the rule")
    with acme.scope():
        assert [RuleRun.objects.count(), Message.objects.filter(kind="note").count()] == [ROUNDS, ROUNDS]
