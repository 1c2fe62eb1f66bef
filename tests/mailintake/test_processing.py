"""One stored mail is placed once, and whatever it does, only itself suffers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import RequesterAddress
from mailintake import tasks
from mailintake.enums import InboundState, IntakeMode
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw
from mailintake.tasks import MAX_ATTEMPTS, RETRY, process, sweep_inbound, waiting
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import OTTO, arrive, entries, open_box, outgoing, ticket_of, write
from tickets import threads
from tickets.enums import StatusClass
from tickets.models import Message, Ticket
from tickets.services import conversation, lifecycle
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db

DESK = "support@acme.example"


@pytest.fixture
def box(acme: Cast) -> Mailbox:
    return open_box(acme)


def store(cast: Cast, raw: bytes, source: str = "smtp:1") -> InboundMessage:
    with cast.scope():
        return store_raw(Mailbox.objects.get(), source=source, raw=raw, received_at=timezone.now(), recipient=DESK)


def now(cast: Cast, row: InboundMessage) -> InboundMessage:
    with cast.scope():
        return InboundMessage.objects.get(pk=row.pk)


def test_a_source_is_stored_once(acme: Cast, box: Mailbox) -> None:
    one, again, other = store(acme, b"a: b\n\n"), store(acme, b"c: d\n\n"), store(acme, b"a: b\n\n", "smtp:2")

    assert one.pk == again.pk != other.pk
    assert bytes(now(acme, one).raw) == b"a: b\n\n"


def test_a_mail_is_placed_once_however_often_it_is_processed(acme: Cast, box: Mailbox) -> None:
    row = store(acme, write())

    for _ in range(3):
        process(acme.tenant.pk, row.pk)
        sweep_inbound()

    assert (now(acme, row).state, now(acme, row).attempts) == (InboundState.LINKED, 1)
    with acme.scope():
        assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert outgoing(acme) == [("acknowledgement", ["otto@paperi-acme.example"])]


def test_what_a_row_says_of_its_mail(acme: Cast, box: Mailbox) -> None:
    row = arrive(acme, write(subject="  The\tlift ", text="It is\n\nstuck.\n", message_id="<one@sender.example>"))

    assert (row.subject, row.excerpt) == ("The lift", "It is stuck.")
    assert (row.from_name, row.from_email, row.message_id) == (
        "Otto Oja",
        "otto@paperi-acme.example",
        "one@sender.example",
    )


def test_bytes_that_are_no_mail_are_quarantined_at_once(acme: Cast, box: Mailbox) -> None:
    for raw in (b"", b"\x00" * 100, b"nothing of a header"):
        row = arrive(acme, raw)
        assert (row.state, row.reason, row.attempts) == (InboundState.QUARANTINED, "unreadable", 1)


def test_a_mail_that_fails_is_tried_three_times_and_then_kept_for_a_person(
    acme: Cast, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = store(acme, write(subject="Bad")), store(acme, write(subject="Good"), "smtp:2")
    inner = tasks.process_inbound

    def fail(inbound_id: int) -> None:
        inner(inbound_id)
        if inbound_id == bad.pk:
            raise RuntimeError("the worst")

    monkeypatch.setattr(tasks, "process_inbound", fail)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        wait(acme)
        sweep_inbound()
        row = now(acme, bad)
        assert (row.attempts, row.error) == (attempt, "RuntimeError: the worst")
        assert row.next_attempt_at - timezone.now() > RETRY - timedelta(seconds=10)
    wait(acme)
    sweep_inbound()

    assert (now(acme, bad).state, now(acme, bad).reason, now(acme, bad).attempts) == (
        InboundState.QUARANTINED,
        "failed",
        MAX_ATTEMPTS,
    )
    assert now(acme, good).state == InboundState.LINKED
    with acme.scope():
        assert [ticket.title for ticket in Ticket.objects.all()] == ["Good"]


def wait(cast: Cast) -> None:
    """Let the time pass until every mail that waits is due."""
    with cast.scope():
        InboundMessage.objects.filter(state=InboundState.RECEIVED).update(
            next_attempt_at=timezone.now() - timedelta(hours=1)
        )


def test_a_mail_that_kills_its_worker_each_time_is_given_up(acme: Cast, box: Mailbox) -> None:
    row = store(acme, write())
    with acme.scope():
        InboundMessage.objects.update(attempts=MAX_ATTEMPTS, next_attempt_at=timezone.now() - timedelta(hours=1))

    sweep_inbound()

    assert (now(acme, row).state, now(acme, row).reason) == (InboundState.QUARANTINED, "gave_up")


def test_a_mail_in_another_workers_hands_is_left_there(acme: Cast, box: Mailbox) -> None:
    row = store(acme, write())
    with acme.scope():
        InboundMessage.objects.update(attempts=1, next_attempt_at=timezone.now() + RETRY)

    process(acme.tenant.pk, row.pk)
    sweep_inbound()

    assert (now(acme, row).state, now(acme, row).attempts) == (InboundState.RECEIVED, 1)


def test_a_mailbox_may_hold_new_mails_for_a_person(acme: Cast, box: Mailbox) -> None:
    with acme.scope():
        Mailbox.objects.update(mode=IntakeMode.TRIAGE)

    row = arrive(acme, write())

    assert (row.state, row.reason, row.ticket) == (InboundState.TRIAGE, "new", None)
    assert outgoing(acme) == []


AUTOMATIC = {"Auto-Submitted": "auto-replied"}


@pytest.mark.parametrize("finished", [False, True], ids=["waiting", "resolved"])
def test_an_automatic_reply_is_shown_and_changes_nothing(acme: Cast, box: Mailbox, finished: bool) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    with acme.scope():
        if finished:
            lifecycle.resolve(ticket, solution="Oiled.", by=acme.actor("aino"), notify=False)
        else:
            conversation.ask(ticket, Written(text="Which lift?"), by=acme.actor("aino"))
        before = Ticket.objects.get(pk=ticket.pk)
    mails = outgoing(acme)
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)

    row = arrive(acme, write(to=address, text="I am away.", headers=AUTOMATIC))

    assert (row.state, row.reason, row.ticket_id) == (InboundState.LINKED, "auto_reply", ticket.pk)
    assert entries(acme, ticket)[-1] == ("note", "I am away.")
    with acme.scope():
        after = Ticket.objects.get(pk=ticket.pk)
    assert after.status_class == before.status_class != StatusClass.OPEN
    assert (after.resolved_at, after.next_due_at) == (before.resolved_at, before.next_due_at)
    assert outgoing(acme) == mails


@pytest.mark.parametrize("headers", [AUTOMATIC, {"List-Id": "<news.example>"}], ids=["automatic", "list"])
def test_automatic_mail_about_nothing_waits_unanswered(acme: Cast, box: Mailbox, headers: dict[str, str]) -> None:
    row = arrive(acme, write(headers=headers))

    assert (row.state, row.ticket) == (InboundState.TRIAGE, None)
    assert outgoing(acme) == []


def bounce(mail_id: str) -> bytes:
    """A delivery report, as Postfix writes it, about a mail with this Message-ID."""
    return f"""From: MAILER-DAEMON@mx.paperi.example (Mail Delivery System)
To: {DESK}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report@mx.paperi.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your mail.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; otto@paperi-acme.example
Action: failed
Status: 5.1.1
--b
Content-Type: message/rfc822

Message-ID: <{mail_id}>
Subject: Lift

We look into it.
--b--
""".encode()


def test_a_bounce_marks_the_address_and_tells_the_owner_once(acme: Cast, box: Mailbox) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    with acme.scope():
        conversation.reply(ticket, Written(text="We look into it."), by=acme.actor("konsta"))
        sent = OutgoingMail.objects.get(purpose="reply")

    row = arrive(acme, bounce(sent.message_id))
    arrive(acme, bounce(sent.message_id).replace(b"report@", b"again@"))

    assert (row.state, row.reason, row.ticket_id) == (InboundState.LINKED, "bounce", ticket.pk)
    with acme.scope():
        address = RequesterAddress.objects.get(email="otto@paperi-acme.example")
        assert address.undeliverable_since is not None
        assert list(sent.deliveries.values_list("address", "fate")) == [(address.email, "hard")]
    assert [purpose for purpose, receivers in outgoing(acme) if receivers == ["konsta@acme.example"]] == ["returned"]

    arrive(acme, write(OTTO, subject="I am back"))
    with acme.scope():
        address.refresh_from_db()
        assert address.undeliverable_since is None


def test_a_bounce_goes_to_the_ticket_of_the_mail_that_it_returns(acme: Cast, globex: Cast, box: Mailbox) -> None:
    ticket = ticket_of(acme)
    ours = threads.make_message_id(acme.tenant.pk, ticket.pk, DESK)
    theirs = threads.make_message_id(globex.tenant.pk, ticket.pk, DESK)

    row, stranger = arrive(acme, bounce(ours)), arrive(acme, bounce(theirs).replace(b"report@", b"other@"))

    assert (row.state, row.reason, row.ticket_id) == (InboundState.LINKED, "bounce", ticket.pk)
    assert (row.entry.kind, row.entry.caution) == ("note", "bounce")
    assert (stranger.state, stranger.ticket) == (InboundState.IGNORED, None)
    assert outgoing(acme) == []


def test_our_own_mail_come_back_opens_nothing(acme: Cast, box: Mailbox) -> None:
    row = arrive(acme, write(headers={"X-Vaste-Tenant": "acme"}))
    foreign = arrive(acme, write(headers={"X-Vaste-Tenant": "globex"}))

    assert (row.state, row.reason) == (InboundState.IGNORED, "loop")
    assert foreign.state == InboundState.LINKED


def test_acknowledgements_are_limited_per_address(acme: Cast, box: Mailbox) -> None:
    for number in range(4):
        arrive(acme, write(OTTO, subject=f"Matter {number}"))
    arrive(acme, write("Pia <pia@paperi-acme.example>"))

    assert outgoing(acme) == [
        ("acknowledgement", ["otto@paperi-acme.example"]),
        ("acknowledgement", ["pia@paperi-acme.example"]),
    ]
    with acme.scope():
        assert Ticket.objects.count() == 5


def test_copies_are_only_known_people_of_the_senders_company(acme: Cast, box: Mailbox) -> None:
    arrive(acme, write("Pia <pia@paperi-acme.example>"))

    row = arrive(acme, write(OTTO, cc="pia@paperi-acme.example, quiet@paperi-acme.example, mallory@evil.example"))

    with acme.scope():
        assert Ticket.objects.get(pk=row.ticket_id).copies == ["pia@paperi-acme.example"]


def test_the_same_message_id_with_another_body_is_another_mail(acme: Cast, box: Mailbox) -> None:
    same: dict[str, Any] = {"message_id": "<same@sender.example>"}

    one, other = write(text="One.\n", **same), write(text="Other.\n", **same)

    states = [arrive(acme, raw).state for raw in (one, other, one)]

    assert states == [InboundState.LINKED, InboundState.LINKED, InboundState.DUPLICATE]


def test_a_flood_of_one_tenant_does_not_stand_before_the_others(acme: Cast, globex: Cast, box: Mailbox) -> None:
    other = open_box(globex)
    long_ago = timezone.now() - timedelta(hours=1)
    with acme.scope():
        flood = [InboundMessage(mailbox=box, source=f"smtp:{n}", raw=b"", size=0) for n in range(150)]
        for row in flood:
            row.received_at = row.next_attempt_at = long_ago
        InboundMessage.objects.bulk_create(flood)
    with globex.scope():
        late = store_raw(other, source="smtp:1", raw=write(), received_at=timezone.now(), recipient=DESK)
        InboundMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=10))

    asked = waiting()

    assert (globex.tenant.pk, late.pk) in asked[:2]
    assert len(asked) == tasks.OF_EACH + 1


def test_a_mail_that_has_just_come_in_is_left_to_its_own_task(acme: Cast, box: Mailbox) -> None:
    store(acme, write())

    assert waiting() == []


def test_a_sweep_places_all_that_waits_unless_its_time_is_up(
    acme: Cast, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 2 * tasks.OF_EACH + 1
    for number in range(count):
        store(acme, write(subject=f"Matter {number}"), f"smtp:{number}")
    wait(acme)

    monkeypatch.setattr(tasks, "SWEEP_FOR", -1)
    sweep_inbound()
    assert len(waiting()) == tasks.OF_EACH
    monkeypatch.undo()
    sweep_inbound()

    assert waiting() == []
    with acme.scope():
        assert Ticket.objects.count() == count
