"""Mails with a number each, and the count at the end: nothing is lost, nothing is double."""

import time
from collections import Counter
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.tasks import RETRY
from outbox.enums import MailState
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.e2e.parts import PASSWORD, Installation, MailSink, ids_in, wait_until
from tests.flows.mails import mail
from tickets.models import Message, Ticket

SECONDS = 45
# How long a claim must have lain, in the test's own time, to be taken for a lost worker's.
INTAKE_LIES, OUTBOX_LIES = timedelta(seconds=1), timedelta(seconds=2)


def numbered(number: int, *, to: str = "support@acme.example", message_id: str | None = None, text: str = "") -> bytes:
    """A mail of a person of its own, since acknowledgements are limited per address."""
    return mail(
        sender=f"Person {number} <person{number}@paperi-acme.example>",
        to=to,
        subject=f"Matter {number}",
        text=text or f"This is matter {number}.\n",
        message_id=message_id,
        headers={"X-Test-Id": str(number)},
    )


def open_mailbox(cast: Cast, **more: object) -> Mailbox:
    """The desk's mailbox, which opens tickets at once."""
    with cast.scope():
        box = Mailbox(address=f"support@{cast.tenant.slug}.example", queue=cast.desk.queue, mode="open", **more)
        box.password = PASSWORD
        box.save()
        return box


def release_mailboxes(cast: Cast) -> None:
    """Let the minutes go by after which the mailbox of a lost poller is fetched again."""
    with cast.scope():
        Mailbox.objects.exclude(claimed_at=None).update(claimed_at=timezone.now() - timedelta(hours=1))
        Mailbox.objects.filter(next_poll_at__gt=timezone.now()).update(next_poll_at=timezone.now())


def pass_time(cast: Cast) -> None:
    """Let the minutes go by after which all work of lost workers is taken up again."""
    release_mailboxes(cast)
    now = timezone.now()
    with cast.scope():
        waiting = InboundMessage.objects.filter(state=InboundState.RECEIVED, next_attempt_at__gt=now)
        waiting.filter(next_attempt_at__lt=now + RETRY - INTAKE_LIES).update(next_attempt_at=now)
        OutgoingMail.objects.filter(state=MailState.SENDING, claimed_at__lt=now - OUTBOX_LIES).update(
            claimed_at=now - timedelta(hours=1)
        )


def settled(cast: Cast, expected: set[int]) -> bool:
    """Whether every expected mail is here, placed, and nothing waits to leave."""
    with cast.scope():
        waiting = InboundMessage.objects.filter(state=InboundState.RECEIVED).exists()
        leaving = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING]).exists()
        known = {int(title.rpartition(" ")[2]) for title in Ticket.objects.values_list("title", flat=True)}
    return not waiting and not leaving and known >= expected


def settle(place: Installation, *casts: Cast, expected: set[int]) -> None:
    """Run the sweeps, as beat does, until nothing is left to do."""

    def done() -> bool:
        if all(settled(cast, expected) for cast in casts):
            return True
        for cast in casts:
            pass_time(cast)
        place.sweep()
        time.sleep(0.3)
        return False

    wait_until(done, seconds=SECONDS, what="all mails to be placed")


def tickets_by_number(cast: Cast) -> Counter[int]:
    """How many tickets each numbered mail has become."""
    with cast.scope():
        return Counter(int(title.rpartition(" ")[2]) for title in Ticket.objects.values_list("title", flat=True))


def check(cast: Cast, sink: MailSink, expected: set[int], *, may_double: int = 0) -> None:
    """The ledger: one ticket, one message and one acknowledgement per mail; every receipt in a final state.

    `may_double` says how many mails may have left twice, under one Message-ID.
    """
    assert tickets_by_number(cast) == Counter(dict.fromkeys(expected, 1))
    with cast.scope():
        assert Message.objects.count() == len(expected)
        states = Counter(InboundMessage.objects.values_list("state", flat=True))
        assert set(states) <= {InboundState.LINKED, InboundState.DUPLICATE}
        assert states[InboundState.LINKED] == len(expected)
        receipts = {number for row in InboundMessage.objects.all() for number in ids_in(bytes(row.raw))}
        assert receipts == {str(number) for number in expected}
        rows = OutgoingMail.objects.filter(state=MailState.SENT)
        ours = {f"<{message_id}>" for message_id in rows.values_list("message_id", flat=True)}
        assert not OutgoingMail.objects.filter(~Q(state=MailState.SENT)).exists()
    left = Counter(mail.message_id for mail in sink.received)
    assert set(left) == ours
    assert len(ours) == len(expected)
    assert set(left.values()) <= {1, 2}
    assert sum(left.values()) - len(left) <= may_double
