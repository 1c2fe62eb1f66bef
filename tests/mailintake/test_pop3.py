"""Fetching from a real POP3 server, and from one of our own that does what real ones should not."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mailintake.enums import AfterFetch, InboundState, Protocol
from mailintake.models import InboundMessage, Mailbox, OlderMail
from tests.conftest import Cast
from tests.e2e.imap_server import HAS_POP3
from tests.e2e.parts import HOST, Dovecot, Wire
from tests.e2e.rude_pop3 import RudePop3
from tests.mailintake.fetching import ADDRESS, fetch, now, place_all, set_up, sources
from tests.mailintake.post import write
from tickets.models import Ticket

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not HAS_POP3, reason="Dovecot has no POP3 here: apt-get install dovecot-pop3d"),
]


@pytest.fixture
def server(dovecot: Dovecot) -> Dovecot:
    dovecot.add_user(ADDRESS)
    return dovecot


def box_of(cast: Cast, server: Dovecot, **more: Any) -> Mailbox:
    return set_up(cast, more.pop("port", server.pop3_port), protocol=Protocol.POP3, **more)


def test_a_new_mailbox_starts_from_now_and_takes_older_mail_on_request(acme: Cast, server: Dovecot) -> None:
    for number in range(3):
        server.deliver(ADDRESS, write(subject=f"Old {number}"))
    time.sleep(1.1)
    box = box_of(acme, server)
    server.deliver(ADDRESS, write(subject="New"))

    assert [fetch(acme, box), fetch(acme, box)] == [1, 0]
    assert now(acme, box).older_count == 3
    with acme.scope():
        (row,) = InboundMessage.objects.all()
        assert b"Subject: New" in bytes(row.raw)
        assert abs(row.received_at - timezone.now()) < timedelta(seconds=30)
        assert OlderMail.objects.count() == 3
        Mailbox.objects.update(takes_older=True)

    assert [fetch(acme, box), fetch(acme, box)] == [3, 0]
    state = now(acme, box)
    assert (state.older_count, state.takes_older) == (0, False)
    assert len(server.uids(ADDRESS)) == 4


def test_what_is_committed_is_deleted_and_nothing_else(acme: Cast, server: Dovecot) -> None:
    server.deliver(ADDRESS, write(subject="Old"))
    time.sleep(1.1)
    box = box_of(acme, server, after_fetch=AfterFetch.DELETE)
    (old,) = server.uids(ADDRESS)
    for number in range(3):
        server.deliver(ADDRESS, write(subject=f"Mail {number}"))

    assert fetch(acme, box) == 3
    assert server.uids(ADDRESS) == [old]
    assert fetch(acme, box) == 0


def test_long_lines_and_any_bytes_come_through(acme: Cast, server: Dovecot) -> None:
    box = box_of(acme, server)
    raw = b"Subject: x\r\n\r\n.\r\n..dots\r\n" + b"\xe4\xff" * 40_000 + b"\r\nend\r\n"
    server.deliver(ADDRESS, raw)

    assert fetch(acme, box) == 1
    with acme.scope():
        assert bytes(InboundMessage.objects.get().raw).endswith(raw)


def test_names_made_anew_by_the_server_double_nothing_and_pull_in_no_older_mail(acme: Cast, server: Dovecot) -> None:
    server.deliver(ADDRESS, write(subject="Old"))
    time.sleep(1.1)
    box = box_of(acme, server)
    for number in range(2):
        server.deliver(ADDRESS, write(f"p{number}@paperi-acme.example", subject=f"Mail {number}"))
    assert fetch(acme, box) == 2
    place_all(acme)
    # Dovecot makes UIDLs of UIDVALIDITY and UID.
    server.set_uid_validity(ADDRESS, 4_000_000_001)
    server.deliver(ADDRESS, write("p2@paperi-acme.example", subject="Mail 2"))

    fetch(acme, box)
    place_all(acme)

    with acme.scope():
        assert sorted(Ticket.objects.values_list("title", flat=True)) == ["Mail 0", "Mail 1", "Mail 2"]
        assert InboundMessage.objects.filter(state=InboundState.DUPLICATE).count() == 2
    assert now(acme, box).older_count == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_by_tls_with_a_valid_certificate_only(
    acme: Cast, server: Dovecot, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = box_of(acme, server, security=security, port=server.pop3s_port if security == "tls" else server.pop3_port)
    server.deliver(ADDRESS, write())

    assert fetch(acme, box) == 0
    assert now(acme, box).trouble == "certificate"
    monkeypatch.setenv("SSL_CERT_FILE", str(server.root / "cert.pem"))
    assert fetch(acme, box) == 1


@pytest.fixture
def wire(server: Dovecot) -> Iterator[Wire]:
    line = Wire((HOST, server.pop3_port))
    yield line
    line.down()


@pytest.mark.parametrize("limit", [300, 2_000, 30_000])
def test_a_line_cut_anywhere_stores_no_half_mail(acme: Cast, server: Dovecot, wire: Wire, limit: int) -> None:
    box = box_of(acme, server, port=wire.port, after_fetch=AfterFetch.DELETE)
    server.deliver(ADDRESS, write(text="A long story.\n" * 4_000))
    wire.limit = limit

    assert fetch(acme, box) == 0
    assert sources(acme) == []
    assert now(acme, box).trouble == "cut"
    assert len(server.uids(ADDRESS)) == 1

    wire.limit = None
    assert fetch(acme, box) == 1
    assert server.uids(ADDRESS) == []


def test_a_wrong_password_and_nobody_there(acme: Cast, server: Dovecot) -> None:
    box = box_of(acme, server, sealed_password="")
    assert fetch(acme, box) == 0
    assert now(acme, box).trouble == "password"
    with acme.scope():
        Mailbox.objects.update(port=1)
    assert fetch(acme, box) == 0
    assert now(acme, box).trouble == "refused"


@pytest.fixture
def rude() -> Iterator[RudePop3]:
    server = RudePop3()
    yield server
    server.stop()


def letter(**more: Any) -> bytes:
    """A mail as it goes over the wire."""
    return write(**more).replace(b"\n", b"\r\n")


def rude_box(cast: Cast, rude: RudePop3, **more: Any) -> Mailbox:
    return set_up(cast, rude.port, protocol=Protocol.POP3, after_fetch=AfterFetch.DELETE, **more)


def test_a_deletion_that_was_lost_is_made_and_a_name_used_again_hides_no_mail(acme: Cast, rude: RudePop3) -> None:
    box = rude_box(acme, rude)
    rude.mails = {"1": letter(subject="First")}
    rude.breaks_at_quit = True
    assert fetch(acme, box) == 1
    assert [*rude.mails] == ["1"]

    rude.breaks_at_quit = False
    assert fetch(acme, box) == 0
    assert rude.mails == {}

    rude.mails = {"1": letter(subject="Second, under the same name")}
    assert fetch(acme, box) == 1
    assert rude.mails == {}
    place_all(acme)
    with acme.scope():
        assert Ticket.objects.count() == 2


def test_a_mail_shorter_than_the_server_says_is_asked_for_again(acme: Cast, rude: RudePop3) -> None:
    box = rude_box(acme, rude)
    whole = letter(text="All of it.\n" * 50)
    rude.mails, rude.cut_to = {"1": whole}, 200

    assert fetch(acme, box) == 0
    assert sources(acme) == []
    assert len(now(acme, box).doubtful) == 1
    rude.cut_to = None

    assert fetch(acme, box) == 1
    with acme.scope():
        assert bytes(InboundMessage.objects.get().raw).rstrip() == whole.rstrip()
    assert now(acme, box).doubtful == {}


def test_a_server_that_only_estimates_sizes_is_believed_the_second_time(acme: Cast, rude: RudePop3) -> None:
    box = rude_box(acme, rude)
    rude.mails, rude.overstates = {"1": letter()}, 50

    assert [fetch(acme, box), fetch(acme, box)] == [0, 1]
    assert rude.mails == {}


def test_a_mail_too_large_stays_there_and_is_shown(acme: Cast, rude: RudePop3, settings: Any) -> None:
    settings.VASTE_MAX_MAIL_BYTES = 2_000
    box = rude_box(acme, rude)
    rude.mails = {"1": letter(subject="Plans", text="x" * 3_000), "2": letter(subject="Small")}

    assert [fetch(acme, box), fetch(acme, box)] == [1, 0]

    assert [*rude.mails] == ["1"]
    with acme.scope():
        row = InboundMessage.objects.get(reason="too_big")
        assert (row.state, row.subject, row.from_email) == ("quarantined", "Plans", "otto@paperi-acme.example")
        assert row.size > 3_000 > len(bytes(row.raw))
