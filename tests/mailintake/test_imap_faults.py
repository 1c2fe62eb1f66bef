"""What servers do wrong: half mails, silence, drops, refusals, mailboxes that go back in time (X05, X06, X24)."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import lines
from core.secrets import seal
from mailintake.enums import AfterFetch, InboundState, SignIn
from mailintake.models import InboundMessage, Mailbox
from mailintake.services import rounds
from mailintake.services.polling import LONGEST_PAUSE, pause_after, poll
from mailintake.tasks import poll_mailboxes
from tests.conftest import Cast
from tests.e2e.parts import Dovecot
from tests.e2e.rude_imap import RudeImap
from tests.mailintake.fetching import ADDRESS, fetch, now, place_all, set_up, sources
from tests.mailintake.post import write
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
BEGUN = timezone.now() - timedelta(days=3650)


@pytest.fixture
def rude() -> Iterator[RudeImap]:
    server = RudeImap()
    yield server
    server.stop()


def begun(cast: Cast, rude: RudeImap, **more: Any) -> Mailbox:
    """A mailbox that was set up long ago."""
    return set_up(cast, rude.port, started_at=BEGUN, **more)


@pytest.mark.parametrize("manners", ["cut", "short", "nil"])
def test_half_a_mail_is_not_stored_and_asked_for_again(acme: Cast, rude: RudeImap, manners: str) -> None:
    box = begun(acme, rude)
    rude.put(write(text="All of it.\n" * 40))
    rude.manners = manners

    assert fetch(acme, box) == 0
    assert (sources(acme), rude.seen) == ([], set())
    rude.manners = ""

    assert fetch(acme, box) == 1
    with acme.scope():
        assert bytes(InboundMessage.objects.get().raw) == rude.mails[1]
    assert (rude.seen, now(acme, box).doubtful) == ({1}, {})


def test_the_page_says_that_a_mail_does_not_come_whole(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude)
    rude.put(write())
    rude.manners = "nil"
    fetch(acme, box)

    page = acme.client("ada").get(f"/settings/mailboxes/{box.pk}/result/").content.decode()

    assert "1 mail was not given whole" in page
    assert now(acme, box).failing_since is None


def test_a_size_that_is_only_estimated_costs_one_more_round(acme: Cast, rude: RudeImap) -> None:
    """The same bytes in two rounds are the mail: some servers' RFC822.SIZE is no exact figure."""
    box = begun(acme, rude)
    rude.put(write(text="All of it.\n" * 40))
    rude.manners = "short"

    assert [fetch(acme, box) for _ in range(3)] == [0, 1, 0]


def test_a_mail_that_goes_while_it_is_read_holds_nobody_up(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude)
    rude.put(write(subject="Going"))
    rude.manners = "gone"
    assert fetch(acme, box) == 0
    rude.manners = ""
    rude.put(write(subject="Staying"))

    assert fetch(acme, box) == 1
    assert now(acme, box).last_uid == 2


def test_bytes_of_another_mail_are_not_taken_for_this_one(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude)
    rude.put(write())
    rude.manners = "other"

    assert fetch(acme, box) == 1
    with acme.scope():
        assert bytes(InboundMessage.objects.get().raw) == rude.mails[1]


def test_a_slow_server_is_cut_off_and_left_alone_for_a_while(
    acme: Cast, rude: RudeImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte a second would keep the line alive for ever."""
    box = begun(acme, rude)
    monkeypatch.setattr("mailintake.fetching.imap.SIGN_IN_SECONDS", 0.5)
    rude.trickles = True
    begin = time.monotonic()
    assert fetch(acme, box) == 0
    assert time.monotonic() - begin < 3
    assert (now(acme, box).trouble, now(acme, box).failures) == ("timeout", 1)

    rude.trickles, rude.manners = False, "slow"
    monkeypatch.setattr("mailintake.fetching.imap.STEP_SECONDS", 0.5)
    rude.put(write())
    assert fetch(acme, box) == 0
    assert (now(acme, box).trouble, sources(acme)) == ("timeout", [])


def test_a_silent_server_is_not_waited_for_long(acme: Cast, rude: RudeImap, monkeypatch: pytest.MonkeyPatch) -> None:
    box = begun(acme, rude)
    monkeypatch.setattr(lines, "SILENCE_SECONDS", 0.3)
    rude.silent = True

    assert fetch(acme, box) == 0
    assert now(acme, box).trouble == "timeout"


REFUSALS = [
    ("127.0.0.1", "[AUTHENTICATIONFAILED] Authentication failed.", "password"),
    ("127.0.0.1", "[ALERT] Application-specific password required", "app_password"),
    ("127.0.0.1", "[UNAVAILABLE] Temporary failure", "busy"),
    ("127.0.0.1", "[PRIVACYREQUIRED] Plaintext authentication disallowed", "needs_tls"),
]


@pytest.mark.parametrize(("host", "words", "trouble"), REFUSALS)
def test_a_refused_sign_in_is_told_in_words(acme: Cast, rude: RudeImap, host: str, words: str, trouble: str) -> None:
    box = begun(acme, rude, host=host)
    rude.refuses = words

    assert fetch(acme, box) == 0
    assert now(acme, box).trouble == trouble


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        ({"port": 1}, "refused"),
        ({"folder": "Nowhere"}, "folder"),
        ({"host": "nowhere.invalid"}, "no_such_host"),
        ({"security": "tls"}, "tls"),
        ({"security": "starttls"}, "no_starttls"),
        ({"sealed_password": "not sealed by us"}, "secret"),
        ({"sign_in": SignIn.GOOGLE}, "provider"),
    ],
)
def test_each_trouble_has_a_name_and_advice(acme: Cast, rude: RudeImap, wrong: dict[str, Any], trouble: str) -> None:
    box = begun(acme, rude)
    with acme.scope():
        Mailbox.objects.update(**wrong)

    fetch(acme, box)

    assert now(acme, box).trouble == trouble
    page = acme.client("ada").get(f"/settings/mailboxes/{box.pk}/result/").content.decode()
    assert "Mail stays on the server meanwhile" in page


def test_a_password_that_the_server_repeats_is_not_shown(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude, sealed_password=seal("canary-4711"))
    rude.refuses = "[AUTHENTICATIONFAILED] support, canary-4711 is wrong"
    fetch(acme, box)

    assert "canary" not in now(acme, box).failure
    assert b"canary" not in acme.client("ada").get(f"/settings/mailboxes/{box.pk}/result/").content


def test_a_restored_mailbox_loses_and_doubles_nothing(acme: Cast, rude: RudeImap) -> None:
    """Under the same UIDVALIDITY the server goes back, and gives UIDs again that other mails had."""
    box = begun(acme, rude)
    for number in range(4):
        rude.put(write(f"p{number}@paperi-acme.example", subject=f"Mail {number}"))
    assert fetch(acme, box) == 4
    for uid in (3, 4):
        del rude.mails[uid]
    rude.next_uid = 3
    rude.put(write("p8@paperi-acme.example", subject="Mail 8"))

    fetch(acme, box)
    place_all(acme)

    with acme.scope():
        titles = sorted(Ticket.objects.values_list("title", flat=True))
    assert titles == ["Mail 0", "Mail 1", "Mail 2", "Mail 3", "Mail 8"]


def test_a_restored_mailbox_that_has_grown_past_the_old_end_is_noticed(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude)
    for number in range(2):
        rude.put(write(f"p{number}@paperi-acme.example", subject=f"Mail {number}"))
    assert fetch(acme, box) == 2
    del rude.mails[2]
    rude.seen.discard(2)
    rude.next_uid, rude.date = 2, '"22-Nov-2026 09:30:00 +0000"'
    # Of another size as well: the names in a mail are drawn, and two of one size would pass for one mail.
    for number in range(8, 11):
        rude.put(write(f"p{number}@paperi-acme.example", subject=f"A quite different and longer matter {number}"))

    fetch(acme, box)
    place_all(acme)

    with acme.scope():
        assert Ticket.objects.count() == 5
        assert InboundMessage.objects.filter(state=InboundState.DUPLICATE).count() == 1


@pytest.mark.parametrize("many", [pytest.param(2_000, marks=pytest.mark.prove), 40])
def test_a_mailbox_that_was_moved_loses_and_doubles_nothing(acme: Cast, rude: RudeImap, many: int) -> None:
    """X05: another UIDVALIDITY, other UIDs, half of the mails already here."""
    box = begun(acme, rude)
    mails = [write(f"p{number}@paperi-acme.example", subject=f"Mail {number}") for number in range(many)]
    for raw in mails[: many // 2]:
        rude.put(raw)
    while fetch(acme, box):
        pass
    place_all(acme)
    rude.mails, rude.seen, rude.validity, rude.next_uid = {}, set(), 77, 1000
    for raw in reversed(mails):
        rude.put(raw)

    while fetch(acme, box):
        pass
    place_all(acme)

    with acme.scope():
        assert Ticket.objects.count() == Ticket.objects.values("title").distinct().count() == many
        assert InboundMessage.objects.filter(state=InboundState.DUPLICATE).count() == many // 2
    assert rude.seen == set(rude.mails)


def test_another_uidvalidity_pulls_in_no_older_mail(acme: Cast, dovecot: Dovecot) -> None:
    dovecot.add_user(ADDRESS)
    dovecot.deliver(ADDRESS, write(subject="Old"))
    time.sleep(1.1)
    box = set_up(acme, dovecot.port)
    dovecot.deliver(ADDRESS, write(subject="New"))
    assert fetch(acme, box) == 1
    dovecot.set_uid_validity(ADDRESS, 4_000_000_002)

    assert fetch(acme, box) == 1
    assert now(acme, box).older_count == 1
    place_all(acme)
    with acme.scope():
        assert [*Ticket.objects.values_list("title", flat=True)] == ["New"]


@pytest.mark.parametrize("after", AfterFetch)
def test_older_mail_is_taken_in_on_request(acme: Cast, dovecot: Dovecot, after: AfterFetch) -> None:
    dovecot.add_user(ADDRESS)
    for number in range(3):
        dovecot.deliver(ADDRESS, write(f"p{number}@paperi-acme.example", subject=f"Old {number}"))
    time.sleep(1.1)
    box = set_up(acme, dovecot.port, after_fetch=after)
    dovecot.deliver(ADDRESS, write(subject="New"))
    assert fetch(acme, box) == 1

    answer = acme.client("ada").post(f"/settings/mailboxes/{box.pk}/older/")
    assert answer.status_code == 302
    assert (
        "3 older mails are still to be fetched" in acme.client("ada").get(answer.headers["Location"]).content.decode()
    )
    assert [fetch(acme, box), fetch(acme, box)] == [3, 0]

    state = now(acme, box)
    assert (state.older_count, state.older_uid, state.takes_older) == (0, 0, False)
    left = dovecot.uids(ADDRESS, "ALL" if after == AfterFetch.DELETE else "UNSEEN")
    assert left == []


def test_older_mail_beyond_one_round_goes_on_in_the_next(
    acme: Cast, rude: RudeImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        rude.put(write(f"p{number}@paperi-acme.example"))
    box = set_up(acme, rude.port, started_at=timezone.now() + timedelta(days=400), takes_older=True)
    taken = rounds.Round.has_time
    visits = iter([True, True, False])
    with monkeypatch.context() as patch:
        patch.setattr(rounds.Round, "has_time", property(lambda work: next(visits)))
        assert fetch(acme, box) == 2
    assert taken is rounds.Round.has_time
    assert (now(acme, box).older_count, now(acme, box).takes_older) == (2, True)
    assert fetch(acme, box) == 2


def test_a_mail_too_large_stays_there_and_is_shown(acme: Cast, rude: RudeImap, settings: Any) -> None:
    settings.VASTE_MAX_MAIL_BYTES = 2_000
    box = begun(acme, rude)
    rude.put(write(subject="Plans", text="x" * 3_000))
    rude.put(write(subject="Small"))

    assert [fetch(acme, box), fetch(acme, box)] == [1, 0]
    assert rude.seen == {2}
    with acme.scope():
        assert InboundMessage.objects.get(reason="too_big").state == InboundState.QUARANTINED


def test_the_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    pauses = [int(pause_after(failures).total_seconds()) for failures in (1, 2, 3, 4, 5, 6, 7, 1000)]

    assert pauses == [20, 40, 80, 160, 320, 640, 900, 900]
    assert timedelta(minutes=15) == LONGEST_PAUSE


def test_a_failing_mailbox_is_left_alone_for_a_while_and_success_ends_that(acme: Cast, rude: RudeImap) -> None:
    box = begun(acme, rude)
    rude.refuses = "[AUTHENTICATIONFAILED]"
    for failures in (1, 2, 3):
        fetch(acme, box)
        state = now(acme, box)
        assert state.failures == failures
        assert abs(state.next_poll_at - timezone.now() - pause_after(failures)) < timedelta(seconds=5)
    visits = rude.visits
    assert poll(acme.tenant.pk, box.pk) == 0
    assert rude.visits == visits

    rude.refuses = ""
    fetch(acme, box)
    assert (now(acme, box).failures, now(acme, box).trouble) == (0, "")
    poll(acme.tenant.pk, box.pk)
    assert rude.visits == visits + 2


def test_only_some_of_the_failing_are_tried_at_once_and_the_others_all(
    acme: Cast, globex: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        "mailintake.tasks.poll_mailbox.apply_async", lambda arguments, **more: asked.append(arguments[1])
    )
    long_ago = timezone.now() - timedelta(hours=1)
    bad = [set_up(acme, 1, f"bad{n}@acme.example", failures=3, next_poll_at=long_ago) for n in range(8)]
    good = [set_up(globex, 1, f"good{n}@globex.example") for n in range(6)]
    set_up(acme, 1, "later@acme.example", failures=1, next_poll_at=timezone.now() + timedelta(minutes=5))
    set_up(acme, 1, "busy@acme.example", claimed_at=timezone.now())

    poll_mailboxes()
    assert asked == [*[box.pk for box in good], *[box.pk for box in bad[:4]]]

    with acme.scope():
        Mailbox.objects.filter(pk__in=[box.pk for box in bad[:3]]).update(claimed_at=timezone.now())
    asked.clear()
    poll_mailboxes()
    assert asked == [*[box.pk for box in good], bad[3].pk]


def test_a_round_looks_up_only_the_mails_in_question(
    acme: Cast, rude: RudeImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = begun(acme, rude)
    for number in range(30):
        rude.put(write(f"p{number}@paperi-acme.example"))
    assert fetch(acme, box) == 30
    asked: list[str] = []
    known = rounds.Round.known
    monkeypatch.setattr(rounds.Round, "known", lambda self, names: asked.extend(names) or known(self, names))
    rude.put(write())

    assert fetch(acme, box) == 1
    assert asked == ["imap:1:31", "imap:1:31:head"]
