"""Mails with a number each, their X-Test-Id, and the count at the end: nothing is lost, nothing is double."""

import os
import secrets
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BinaryField, Q, QuerySet
from django.db.models.functions import Substr
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
# The seed of a run's dice; told with its result, and given again to repeat it.
SEED = int(os.environ.get("VASTE_SEED") or secrets.randbelow(1_000_000))
# The header with a mail's number stands within so many bytes.
HEAD_BYTES = 3_000
# How long a claim must have lain, in the test's own time, to be taken for a lost worker's.
INTAKE_LIES, OUTBOX_LIES = timedelta(seconds=1), timedelta(seconds=2)


def numbered(
    number: int,
    *,
    to: str = "support@acme.example",
    message_id: str | None = None,
    text: str = "",
    files: dict[str, bytes] | None = None,
) -> bytes:
    """A mail of a person of its own, since acknowledgements are limited per address."""
    return mail(
        sender=f"Person {number} <person{number}@paperi-acme.example>",
        to=to,
        subject=f"Matter {number}",
        text=text or f"This is matter {number}.\n",
        message_id=message_id,
        headers={"X-Test-Id": str(number)},
        files=files,
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
    return not waiting and not leaving and set(tickets_by_number(cast)) >= expected


def settle(place: Installation, *casts: Cast, expected: set[int], seconds: float = SECONDS) -> None:
    """Run the sweeps, as beat does, until nothing is left to do."""

    def done() -> bool:
        if all(settled(cast, expected) for cast in casts):
            return True
        for cast in casts:
            pass_time(cast)
        place.sweep()
        time.sleep(0.3)
        return False

    wait_until(done, seconds=seconds, what="all mails to be placed")


def tickets_by_number(cast: Cast) -> Counter[int]:
    """How many tickets each numbered mail has become."""
    with cast.scope():
        return Counter(number_in(title) for title in numbered_tickets().values_list("title", flat=True))


def numbered_tickets() -> QuerySet[Ticket]:
    return Ticket.objects.filter(title__startswith="Matter ")


def number_in(title: str) -> int:
    return int(title.rpartition(" ")[2])


@dataclass(frozen=True, slots=True)
class Account:
    """What has become of the numbered mails that were sent to a tenant."""

    sent: int
    stored: int
    tickets: int
    lost: frozenset[int]
    doubled: frozenset[int]
    # Receipts that are in no final state.
    unfinished: int

    def __str__(self) -> str:
        told = f"{self.sent} sent, {self.stored} stored, {self.tickets} tickets, "
        return f"{told}{len(self.lost)} lost, {len(self.doubled)} doubled"

    def assert_exact(self) -> None:
        assert (self.lost, self.doubled, self.unfinished) == (frozenset(), frozenset(), 0)
        assert self.sent == self.stored == self.tickets


def account(cast: Cast, sent: Collection[int]) -> Account:
    """The ledger: of each mail at least one receipt, and exactly one ticket with exactly one message.

    A mail that nobody has sent counts as doubled.
    """
    wanted, tickets = set(sent), tickets_by_number(cast)
    with cast.scope():
        heads = InboundMessage.objects.annotate(head=Substr("raw", 1, HEAD_BYTES, output_field=BinaryField()))
        stored = {int(n) for head in heads.values_list("head", flat=True) for n in ids_in(bytes(head))}
        titles = Message.objects.filter(ticket__in=numbered_tickets()).values_list("ticket__title", flat=True)
        messages = Counter(number_in(title) for title in titles)
        unfinished = InboundMessage.objects.filter(state=InboundState.RECEIVED).count()
    often = {number for counted in (tickets, messages) for number, times in counted.items() if times > 1}
    return Account(
        sent=len(wanted),
        stored=len(stored),
        tickets=tickets.total(),
        lost=frozenset(wanted - (stored & set(tickets) & set(messages))),
        doubled=frozenset(often | (set(tickets) - wanted)),
        unfinished=unfinished,
    )


def check(cast: Cast, sink: MailSink, expected: set[int], *, may_double: int = 0) -> None:
    """The ledger: one ticket, one message and one acknowledgement per mail; every receipt in a final state.

    `may_double` says how many mails may have left twice, under one Message-ID.
    """
    account(cast, expected).assert_exact()
    with cast.scope():
        assert Ticket.objects.count() == len(expected)
        assert Message.objects.count() == len(expected)
        states = Counter(InboundMessage.objects.values_list("state", flat=True))
        assert set(states) <= {InboundState.LINKED, InboundState.DUPLICATE}
        assert states[InboundState.LINKED] == len(expected)
        rows = OutgoingMail.objects.filter(state=MailState.SENT)
        ours = {f"<{message_id}>" for message_id in rows.values_list("message_id", flat=True)}
        assert not OutgoingMail.objects.filter(~Q(state=MailState.SENT)).exists()
    left = Counter(mail.message_id for mail in sink.received)
    assert set(left) == ours
    assert len(ours) == len(expected)
    assert set(left.values()) <= {1, 2}
    assert sum(left.values()) - len(left) <= may_double
