"""Fetching from a real IMAP server."""

import imaplib
import smtplib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.secrets import seal
from mailintake.enums import AfterFetch, InboundState
from mailintake.fetching.imap import ImapServer
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import CLAIM, poll
from tests.conftest import Cast
from tests.e2e.parts import HOST, PASSWORD, Dovecot, MailSink, Wire
from tests.mailintake import fetching
from tests.mailintake.fetching import ADDRESS, fetch, now, place_all, sources
from tests.mailintake.post import MX, write
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def imap(dovecot: Dovecot) -> Dovecot:
    """The IMAP server with the desk's mailbox, empty."""
    dovecot.add_user(ADDRESS)
    return dovecot


def set_up(cast: Cast, imap: Dovecot, address: str = ADDRESS, **more: Any) -> Mailbox:
    return fetching.set_up(cast, more.pop("port", imap.port), address, **more)


def test_a_new_mailbox_starts_from_now_and_counts_what_is_older(acme: Cast, imap: Dovecot) -> None:
    for number in range(3):
        imap.deliver(ADDRESS, write(subject=f"Old {number}"))
    time.sleep(1.1)
    box = set_up(acme, imap)
    imap.deliver(ADDRESS, write(subject="New"))

    assert fetch(acme, box) == 1

    with acme.scope():
        row = InboundMessage.objects.get()
    assert b"Subject: New" in bytes(row.raw)
    assert (now(acme, box).older_count, row.envelope_to) == (3, ADDRESS)
    assert abs(row.received_at - timezone.now()) < timedelta(seconds=30)
    assert len(imap.uids(ADDRESS, "UNSEEN")) == 3


def test_a_mail_of_the_same_second_is_not_older(acme: Cast, imap: Dovecot) -> None:
    """IMAP keeps whole seconds, so that a mail that came right after the set-up seems to have come before it."""
    imap.deliver(ADDRESS, write(subject="New"))
    with imap.imap(ADDRESS) as client:
        answer = client.uid("FETCH", "1:*", "(INTERNALDATE)")[1]
    arrived = datetime.fromtimestamp(time.mktime(imaplib.Internaldate2tuple(answer[0])), UTC)
    box = set_up(acme, imap, started_at=arrived + timedelta(milliseconds=900))

    assert fetch(acme, box) == 1
    assert now(acme, box).older_count == 0


def test_each_mail_is_fetched_once_and_marked_as_read(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    for number in range(3):
        imap.deliver(ADDRESS, write(subject=f"Mail {number}"))

    assert [fetch(acme, box) for _ in range(3)] == [3, 0, 0]

    assert imap.uids(ADDRESS, "UNSEEN") == []
    assert len(set(sources(acme))) == 3
    state = now(acme, box)
    assert (state.claimed_at, state.failing_since, state.failure) == (None, None, "")
    assert state.fetched_at is not None


def test_the_bytes_are_kept_as_they_are(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    raw = b"Subject: =?x?\r\nX-Odd: \xe4\xff\r\n\r\n" + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"")
    imap.deliver(ADDRESS, raw)

    fetch(acme, box)

    with acme.scope():
        assert bytes(InboundMessage.objects.get().raw).endswith(raw + b"\r\n")


def test_a_lost_mark_is_made_at_the_next_poll(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    imap.deliver(ADDRESS, write())
    fetch(acme, box)
    (uid,) = imap.uids(ADDRESS)
    imap.flag(ADDRESS, uid, r"-FLAGS (\Seen)")

    assert fetch(acme, box) == 0

    assert imap.uids(ADDRESS, "SEEN") == [uid]
    assert len(sources(acme)) == 1


def test_delete_mode_deletes_what_is_committed_and_nothing_else(acme: Cast, imap: Dovecot) -> None:
    imap.deliver(ADDRESS, write(subject="Old"))
    time.sleep(1.1)
    box = set_up(acme, imap, after_fetch=AfterFetch.DELETE)
    for number in range(2):
        imap.deliver(ADDRESS, write(subject=f"Mail {number}"))
    (old, *_) = imap.uids(ADDRESS)

    assert fetch(acme, box) == 2

    assert imap.uids(ADDRESS) == [old]
    assert fetch(acme, box) == 0


def test_a_lost_deletion_is_made_at_the_next_poll(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    imap.deliver(ADDRESS, write())
    fetch(acme, box)
    with acme.scope():
        Mailbox.objects.update(after_fetch=AfterFetch.DELETE)

    assert fetch(acme, box) == 0

    assert imap.uids(ADDRESS) == []


def test_another_uidvalidity_reads_all_anew_and_doubles_nothing(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    for number in range(3):
        imap.deliver(ADDRESS, write(f"p{number}@paperi-acme.example", subject=f"Mail {number}"))
    fetch(acme, box)
    place_all(acme)
    imap.set_uid_validity(ADDRESS, 4_000_000_000)
    imap.deliver(ADDRESS, write("p3@paperi-acme.example", subject="Mail 3"))

    fetch(acme, box)
    place_all(acme)

    with acme.scope():
        assert sorted(Ticket.objects.values_list("title", flat=True)) == [f"Mail {number}" for number in range(4)]
        assert Message.objects.count() == 4
        assert InboundMessage.objects.filter(state=InboundState.DUPLICATE).count() == 3
    assert now(acme, box).uid_validity == 4_000_000_000


def test_a_wrong_password_is_shown_on_its_mailbox_and_stops_no_other(acme: Cast, globex: Cast, imap: Dovecot) -> None:
    other = "support@globex.example"
    imap.add_user(other)
    bad, good = set_up(acme, imap, sealed_password=seal("wrong")), set_up(globex, imap, other)
    imap.deliver(other, write(to=other))

    assert [fetch(acme, bad), fetch(globex, good)] == [0, 1]

    first = now(acme, bad)
    assert "AUTHENTICATIONFAILED" in first.failure
    assert (first.claimed_at, first.fetched_at) == (None, None)
    fetch(acme, bad)
    assert now(acme, bad).failing_since == first.failing_since is not None
    with acme.scope():
        Mailbox.objects.update(sealed_password=seal(PASSWORD))
    fetch(acme, bad)
    assert (now(acme, bad).failing_since, now(acme, bad).failure) == (None, "")


@pytest.mark.parametrize(
    "wrong",
    [{"port": 1}, {"folder": "Nowhere"}, {"sealed_password": "not sealed by us"}, {"security": "tls"}],
    ids=["nobody there", "no such folder", "unreadable password", "no TLS there"],
)
def test_whatever_is_wrong_is_shown_and_gives_the_claim_back(acme: Cast, imap: Dovecot, wrong: dict[str, Any]) -> None:
    box = set_up(acme, imap)
    with acme.scope():
        Mailbox.objects.update(**wrong)

    assert fetch(acme, box) == 0

    state = now(acme, box)
    assert state.failing_since is not None
    assert state.failure
    assert state.claimed_at is None


@pytest.fixture
def wire(imap: Dovecot) -> Iterator[Wire]:
    line = Wire((HOST, imap.port))
    yield line
    line.down()


@pytest.mark.parametrize("limit", [600, 2_000, 30_000])
def test_a_line_cut_anywhere_stores_no_half_mail(acme: Cast, imap: Dovecot, wire: Wire, limit: int) -> None:
    box = set_up(acme, imap, port=wire.port)
    text = "A long story.\n" * 4_000
    imap.deliver(ADDRESS, write(text=text))
    wire.limit = limit

    assert fetch(acme, box) == 0
    assert sources(acme) == []
    assert now(acme, box).failing_since is not None

    wire.limit = None
    assert fetch(acme, box) == 1
    with acme.scope():
        assert len(bytes(InboundMessage.objects.get().raw)) > len(text)


def test_a_server_that_comes_back_is_fetched_from_again(acme: Cast, imap: Dovecot, wire: Wire) -> None:
    box = set_up(acme, imap, port=wire.port)
    imap.deliver(ADDRESS, write())
    wire.down()
    assert fetch(acme, box) == 0
    assert "refused" in now(acme, box).failure

    wire.up()

    assert fetch(acme, box) == 1
    assert now(acme, box).failing_since is None


def test_a_mail_that_the_server_does_not_give_is_asked_for_again(
    acme: Cast, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server fails for one mail among others: those behind it come in, and it is not passed over."""
    box = set_up(acme, imap)
    for number in range(3):
        imap.deliver(ADDRESS, write(subject=f"Mail {number}"))
    whole = imaplib.IMAP4.uid

    def moody(self: imaplib.IMAP4, command: str, *arguments: str) -> Any:
        if command == "FETCH" and arguments[0] == str(second) and "BODY" in arguments[1]:
            return "NO", [b"Try again later"]
        return whole(self, command, *arguments)

    second = imap.uids(ADDRESS)[1]
    with monkeypatch.context() as patch:
        patch.setattr(imaplib.IMAP4, "uid", moody)
        assert fetch(acme, box) == 2
        assert fetch(acme, box) == 0

    assert fetch(acme, box) == 1
    assert len(set(sources(acme))) == 3
    assert imap.uids(ADDRESS, "UNSEEN") == []


def test_a_mail_deleted_meanwhile_holds_nobody_up(acme: Cast, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box = set_up(acme, imap)
    for number in range(3):
        imap.deliver(ADDRESS, write(subject=f"Mail {number}"))
    (first, *_) = imap.uids(ADDRESS)
    asked = ImapServer.facts

    def ask_then_delete(*arguments: Any) -> Any:
        found = asked(*arguments)
        imap.flag(ADDRESS, first, r"+FLAGS (\Deleted)")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(ImapServer, "facts", ask_then_delete)
        assert fetch(acme, box) == 2

    assert fetch(acme, box) == 0
    imap.deliver(ADDRESS, write(subject="Mail 3"))
    assert fetch(acme, box) == 1
    assert now(acme, box).last_uid == imap.uids(ADDRESS)[-1]


def test_a_mailbox_in_other_hands_is_left_there_until_those_are_lost(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    imap.deliver(ADDRESS, write())
    with acme.scope():
        Mailbox.objects.update(claimed_at=timezone.now())
    assert fetch(acme, box) == 0
    assert sources(acme) == []

    with acme.scope():
        Mailbox.objects.update(claimed_at=timezone.now() - CLAIM - timedelta(seconds=1))

    assert fetch(acme, box) == 1


def test_a_mailbox_that_is_switched_off_or_has_no_server_is_not_fetched(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap, active=False)
    imap.deliver(ADDRESS, write())
    assert fetch(acme, box) == 0
    with acme.scope():
        Mailbox.objects.update(active=True, host="")
    assert fetch(acme, box) == 0
    assert sources(acme) == []


@pytest.mark.django_db(transaction=True)
def test_two_pollers_at_once_fetch_each_mail_once(acme: Cast, imap: Dovecot) -> None:
    box = set_up(acme, imap)
    for number in range(10):
        imap.deliver(ADDRESS, write(subject=f"Mail {number}"))
    new: list[int] = []
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        try:
            new.append(poll(acme.tenant.pk, box.pk))
        finally:
            # Each thread has a connection of its own.
            connection.close()

    pollers = [threading.Thread(target=work) for _ in range(3)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()
    fetch(acme, box)

    assert sum(new) <= 10
    assert len(sources(acme)) == len(set(sources(acme))) == 10
    assert imap.uids(ADDRESS, "UNSEEN") == []


def test_a_mail_by_way_of_a_receiving_server_proves_its_sender(acme: Cast, imap: Dovecot, mail_sink: MailSink) -> None:
    """The whole way in: a colleague's mail program, the receiving server that checks it, the mailbox, us."""
    mail_sink.onwards = (MX, {"acme.example"}, imap.deliver)
    box = set_up(acme, imap, trusted_servers=[MX])
    for sender in ("konsta@acme.example", "otto@paperi-acme.example"):
        with smtplib.SMTP(HOST, mail_sink.port) as line:
            line.sendmail(sender, [ADDRESS], write(sender))

    assert fetch(acme, box) == 2
    place_all(acme)

    with acme.scope():
        assert dict(InboundMessage.objects.values_list("from_email", "proven")) == {
            "konsta@acme.example": True,
            "otto@paperi-acme.example": False,
        }
