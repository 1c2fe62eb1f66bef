"""A machine whose clock is set forward and back while tickets live: nothing is undone, doubled, or negative.

Each life is a ticket under the dice of its seed: acts of the desk, mails, sweeps, leaps of the clock, over a leap day.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import requester_actor
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.tasks import send
from sla.enums import Priority
from sla.models import Policy, StepFired, Timer
from sla.services.versions import save_policy
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.chips import next_promise_chip, timer_chip
from tickets.enums import EventKind, NoticeEnd, NoticeKind, StatusClass
from tickets.errors import TicketError
from tickets.models import Message, Notice, Status, Ticket, TicketEvent, WorkEntry
from tickets.services import assignment, conversation, facts, lifecycle, telling, work
from tickets.services.conversation import Written
from tickets.services.events import standing
from tickets.services.rebuilding import rebuild
from tickets.services.undoing import undo_send
from tickets.tasks import run_timer

PROVE = bool(os.environ.get("VASTE_PROVE"))
LIVES = int(os.environ.get("VASTE_EXAMPLES", "2000" if PROVE else "12"))
SEED = int(os.environ.get("VASTE_SEED", "1"))
ACTS = 12
# Monday morning in Helsinki; the next day is the 29th of February.
START = datetime(2028, 2, 28, 8, 0, tzinfo=UTC)
LEAPS = [timedelta(minutes=minutes) for minutes in (60, -60, 10, -10, -10, 60, -60, 24 * 60)]
MINUTES = {
    Priority.URGENT: (15, 10, 15, 60, 60),
    Priority.HIGH: (30, 20, 30, 90, 120),
    Priority.NORMAL: (60, 30, 60, 120, 240),
    Priority.LOW: (120, 60, 120, 240, 480),
}
NEGATIVE = re.compile(r"[-−]\s?\d")
STEPS = [*({"percent": at, "whom": ["assignee"]} for at in (50, 75)), {"whom": ["assignee", "leads"]}]

pytestmark = [pytest.mark.django_db, *([pytest.mark.prove] if PROVE else [])]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@dataclass
class Life:
    """A ticket, the clock it lives under, and the breaches that were seen so far."""

    cast: Cast
    clock: time_machine.Traveller
    dice: Random
    ticket: Ticket
    late: dict[int, datetime] = field(default_factory=dict)

    def go_on(self) -> None:
        act = self.dice.choice(DEEDS)
        # Refusals are such as of a reply on a closed ticket.
        with self.cast.scope(), suppress(TicketError):
            act(self)
        self.clock.shift(1)
        self.remember_breaches()

    def remember_breaches(self) -> None:
        with self.cast.scope():
            late = dict(self.timers.exclude(breached_at=None).values_list("pk", "breached_at"))
        assert {pk: late.get(pk) for pk in self.late} == self.late
        self.late = late

    @property
    def timers(self) -> Any:
        return Timer.objects.of(self.ticket.pk)

    def by(self, name: str = "aino") -> Any:
        return self.cast.actor(name)


def leap(life: Life) -> None:
    life.clock.shift(life.dice.choice(LEAPS))


def time_passes(life: Life) -> None:
    life.clock.shift(timedelta(minutes=life.dice.randint(1, 150)))


def sweep(life: Life) -> None:
    """What the sweep does with the timers that are due; the clock may be set in the middle of it."""
    for pk in life.timers.filter(next_action_at__lte=timezone.now()).order_by("next_action_at").values_list("pk"):
        run_timer(life.cast.tenant.pk, pk[0])
        if life.dice.random() < 0.3:
            leap(life)
    run_timer(life.cast.tenant.pk, life.dice.choice(life.timers.values_list("pk", flat=True)))
    telling.tell_everybody(now=timezone.now())
    lifecycle.wake(life.ticket)


def deliver(life: Life) -> None:
    """What the outbox does with the mails that are due."""
    due = OutgoingMail.objects.filter(state=MailState.QUEUED, due_at__lte=timezone.now())
    for pk in list(due.values_list("pk", flat=True)):
        send(life.cast.tenant.pk, pk)


def reply(life: Life) -> None:
    conversation.reply(life.ticket, Written(text="Try this."), by=life.by())


def ask(life: Life) -> None:
    conversation.ask(life.ticket, Written(text="Which one?"), by=life.by())


def undo(life: Life) -> None:
    """The last reply, with whatever its press of the button did, and nothing else."""
    message = life.ticket.messages.filter(kind="reply").order_by("pk").last()
    others = Message.objects.filter(ticket=life.ticket).exclude(pk=message.pk if message else None).count()
    if message and undo_send(message, by=life.by()):
        assert Message.objects.filter(ticket=life.ticket).count() == others
        undone = life.ticket.events.filter(kind=EventKind.UNDONE).order_by("pk").last()
        kinds = Counter(life.ticket.events.filter(pk__in=undone.data["events"]).values_list("kind", flat=True))
        assert kinds[EventKind.REPLY] + kinds[EventKind.SOLUTION] == 1


def receive(life: Life) -> None:
    asks = requester_actor(life.cast.requester)
    conversation.receive(life.ticket, Written(text="And?"), by=asks, at=timezone.now())


def put_off(life: Life) -> None:
    status = Status.objects.get(status_class=StatusClass.SCHEDULED, is_default=True)
    until = timezone.now() + timedelta(minutes=life.dice.randint(1, 300))
    lifecycle.set_status(life.ticket, status, by=life.by(), until=until)


def wait_for_supplier(life: Life) -> None:
    status = Status.objects.get(status_class=StatusClass.WAITING_THIRD_PARTY, is_default=True)
    lifecycle.set_status(life.ticket, status, by=life.by())


DEEDS: list[Callable[[Life], object]] = [
    *[leap] * 6,
    *[time_passes] * 5,
    *[sweep] * 5,
    *[deliver] * 4,
    reply,
    reply,
    ask,
    undo,
    receive,
    receive,
    put_off,
    wait_for_supplier,
    lambda life: lifecycle.start(life.ticket, by=life.by("konsta")),
    lambda life: lifecycle.resolve(life.ticket, solution="Done.", minutes=15, by=life.by("konsta")),
    lambda life: lifecycle.reject(life.ticket, reason="No.", by=requester_actor(life.cast.requester)),
    lambda life: lifecycle.confirm(life.ticket, by=requester_actor(life.cast.requester)),
    lambda life: lifecycle.reopen(life.ticket, by=life.by()),
    lambda life: work.log(life.ticket, minutes=life.dice.randint(1, 90), by=life.by("konsta")),
    lambda life: facts.change(life.ticket, priority=life.dice.choice(list(Priority)), by=life.by()),
    lambda life: assignment.assign(life.ticket, life.cast.members[life.dice.choice(["konsta", "aino"])], by=life.by()),
]


@pytest.fixture
def hurry(acme: Cast) -> None:
    """Promises that a short life can break."""
    metrics = ("first_response", "investigation_start", "next_reply", "periodic_update", "resolution")
    targets = {priority: dict(zip(metrics, MINUTES[priority], strict=True)) for priority in Priority}
    with acme.scope():
        policy = Policy.objects.get(is_default=True)
        values = {"name": policy.name, "calendar": acme.desk.calendar, "is_default": True}
        save_policy(targets=targets, steps=STEPS, policy=policy, **values)


def born(cast: Cast, clock: time_machine.Traveller, seed: int) -> Life:
    dice = Random(seed)  # noqa: S311  # dice
    clock.move_to(START + timedelta(minutes=dice.randint(-60, 5 * 60)), tick=False)
    return Life(cast, clock, dice, ticket_of(cast, assignee="konsta"))


def test_a_ticket_lives_on_under_a_clock_that_leaps(
    acme: Cast, hurry: None, clock: time_machine.Traveller, record_property: Callable[[str, object], None]
) -> None:
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + LIVES):
        life = born(acme, clock, seed)
        try:
            for _ in range(ACTS):
                life.go_on()
            with acme.scope():
                told += check(life)
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
    steps, mails, late = told["steps"], told["mails"], told["late"]
    record_property(
        "told", f"X12: {LIVES} lives, {steps} steps once each, {mails} reminders once each, {late} breaches"
    )
    assert min(steps, mails, late) >= LIVES


def check(life: Life) -> Counter[str]:
    """What must hold at the end of a life, whatever its clock has done."""
    ticket = Ticket.objects.get(pk=life.ticket.pk)
    in_order(ticket)
    timers = list(life.timers)
    nothing_is_negative(ticket, timers)
    assert [str(difference) for difference in rebuild(ticket, keep=False)] == []
    steps = Counter(StepFired.objects.filter(timer__in=timers).values_list("timer__metric", "step"))
    reminded = list(ticket.events.filter(kind=EventKind.REMINDED))
    assert Counter((event.data["metric"], event.data["step"]) for event in reminded) == steps
    notices = Notice.objects.filter(ticket=ticket, kind=NoticeKind.PROMISE)
    assert notices.count() == sum(len(event.data["names"]) for event in reminded)
    told = notices.filter(end=NoticeEnd.TOLD)
    mails = Counter(told.values_list("mail", flat=True))
    assert OutgoingMail.objects.filter(pk__in=mails).count() == len(mails)
    breaches = ticket.events.filter(kind=EventKind.BREACHED).count()
    assert breaches == len(life.late) == sum(timer.breached_at is not None for timer in timers)
    assert set(OutgoingMail.objects.about(ticket.pk).values_list("attempts", flat=True)) <= {0, 1}
    return Counter(steps=steps.total(), mails=mails.total(), late=breaches)


def in_order(ticket: Ticket) -> None:
    """The log as it was written; what was done later does not come earlier in it, but for what was taken back."""
    log = TicketEvent.objects.filter(ticket=ticket).order_by("pk")
    assert all(one.recorded_at <= next_.recorded_at for one, next_ in pairwise(log))
    statuses = [event for event in standing(log) if event.kind == EventKind.STATUS]
    assert all(one.at <= next_.at for one, next_ in pairwise(statuses))
    undone = {pk for event in log if event.kind == EventKind.UNDONE for pk in event.data["events"]}
    assert ticket.status_class == [event for event in statuses if event.pk not in undone][-1].data["class"]


def nothing_is_negative(ticket: Ticket, timers: list[Timer]) -> None:
    for timer in timers:
        assert timer.elapsed_seconds >= 0 <= timer.target_seconds
        assert timer.fulfilled_at is None or timer.fulfilled_at >= timer.started_at
    assert all(entry.minutes > 0 for entry in WorkEntry.objects.filter(ticket=ticket))
    chips = [next_promise_chip(ticket), *(timer_chip(timer, over=ticket.is_finished) for timer in timers)]
    assert not [chip.words for chip in chips if NEGATIVE.search(chip.words)]
