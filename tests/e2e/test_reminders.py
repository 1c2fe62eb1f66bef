"""Promises that fall due under two sweepers, with a kill at each step: every notice once, and what steps do once."""

import os
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import SYSTEM
from outbox.enums import MailState, Purpose
from outbox.models import OutgoingMail, Webhook, WebhookCall
from outbox.services.webhooks import save_hook
from sla.enums import Priority
from sla.ladder import Step, Whom, write
from sla.models import Policy, StepFired, Timer
from sla.services.versions import save_policy
from tests.conftest import Cast
from tests.e2e.parts import Installation, MailSink, wait_until
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind, NoticeEnd
from tickets.models import Notice, Ticket, TicketEvent

PROVE = bool(os.environ.get("VASTE_PROVE"))
ROUNDS = 20 if PROVE else 1
SWEEPER = ("after-step-row", "after-notice", "after-step-commit", "after-notice-mail")
TICKETS = 4

pytestmark = [pytest.mark.django_db(transaction=True), *([pytest.mark.prove] if PROVE else [])]


def open_late(cast: Cast, count: int) -> None:
    """Tickets of a consultant that came in so long ago that every step of their ladders is due."""
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=False):
        for _ in range(count):
            ticket_of(cast, assignee="konsta", priority="low")


def set_ladder(cast: Cast) -> None:
    """Two promises for each ticket; a step of each raises it by one and calls a webhook where nobody listens."""
    with cast.scope():
        hook = Webhook(name="Pager", url="http://127.0.0.1:9/")
        save_hook(hook, changed=[], by=SYSTEM)
        policy, promised = Policy.objects.get(), {"first_response": 240, "resolution": 2400}
        save_policy(
            name=policy.name,
            calendar=cast.desk.calendar,
            targets={priority.value: promised for priority in Priority},
            steps=write(
                [
                    Step(75, whom=(Whom.ASSIGNEE,), priority="raise", webhook=hook.pk),
                    Step(100, whom=(Whom.ASSIGNEE, Whom.LEADS)),
                ]
            ),
            is_default=True,
            policy=policy,
        )


def due(cast: Cast) -> int:
    with cast.scope():
        return Timer.objects.filter(next_action_at__lte=timezone.now()).count()


def sweep_twice(place: Installation) -> None:
    """As two beats would, by mistake or while one takes over from the other."""
    place.ask("tickets.tasks.sweep_timers", "tickets.tasks.sweep_timers")


def all_said(cast: Cast, place: Installation) -> bool:
    sweep_twice(place)
    place.sweep()
    with cast.scope():
        leaving = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING]).exists()
        untold = Notice.objects.due(timezone.now()).exists()
    return not due(cast) and not untold and not leaving


def die_at(point: str, cast: Cast, place: Installation) -> None:
    """Let a sweeper die there once in each round, and the others do all that was left to do."""
    for _ in range(ROUNDS):
        # First, because a sweep of the round before may still be at work, and would leave nothing to die at.
        place.arm(point)
        open_late(cast, TICKETS)
        sweep_twice(place)
        # Again and again, as beat does: what the worker had in its hands that died last time is lost.
        wait_until(
            lambda: not place.faults.exists() or sweep_twice(place),
            every=1,
            what=f"a death at {point}",
        )
    wait_until(lambda: all_said(cast, place), seconds=120, every=1, what=f"all notices after deaths at {point}")


def test_every_notice_is_given_once_however_sweepers_die(
    acme: Cast, mail_sink: MailSink, installation: Installation
) -> None:
    set_ladder(acme)
    workers = [installation.worker(concurrency=2), installation.worker(concurrency=2)]
    installation.wait_for(*workers)
    for point in SWEEPER:
        die_at(point, acme, installation)

    with acme.scope():
        assert Timer.objects.count() >= TICKETS * ROUNDS * len(SWEEPER) * 2
        assert not Timer.objects.filter(breached_at=None).exists()
        # Once for each of its two promises: a third would have made it critical.
        assert set(Ticket.objects.values_list("priority", flat=True)) == {"high"}
        told_in = check_steps()
        check_mails(told_in, mail_sink)


def check_steps() -> set[int]:
    """Each step has one row, one entry in the log, one notice for a member, one call; the mails that tell of them."""
    timers = {pk: (subject, metric) for pk, subject, metric in Timer.objects.values_list("pk", "subject", "metric")}
    steps = list(StepFired.objects.values_list("timer", "step"))
    said = TicketEvent.objects.filter(kind=EventKind.REMINDED)
    logged = Counter((event.ticket_id, event.data["metric"], event.data["step"]) for event in said)
    calls = Counter(WebhookCall.objects.values_list("key", flat=True))
    notices = list(Notice.objects.values_list("timer", "step", "member", "end", "mail"))
    assert len(steps) == len(set(steps)) >= len(timers)
    assert logged == Counter((*timers[timer], step) for timer, step in steps)
    assert set(logged.values()) == {1}
    assert calls == Counter(f"step:{timer}:75" for timer in timers)
    assert {(timer, step) for timer, step, *_ in notices} == set(steps)
    assert len(notices) == len({notice[:3] for notice in notices})
    assert {end for *_, end, _ in notices} == {NoticeEnd.TOLD, NoticeEnd.OVERTAKEN}
    told = [(step, mail) for _, step, _, end, mail in notices if end == NoticeEnd.TOLD]
    assert {step for step, _ in told} == {"100"}
    return {mail for _, mail in told}


def check_mails(told_in: set[int], sink: MailSink) -> None:
    """Each mail that tells of a step was written once and arrived once: nothing died behind DATA here."""
    mails = OutgoingMail.objects.filter(purpose=Purpose.REMINDER)
    assert set(mails.values_list("pk", flat=True)) == told_in
    assert set(Counter(mails.values_list("key", flat=True)).values()) == {1}
    ids = {f"<{message_id}>" for message_id in mails.values_list("message_id", flat=True)}
    received = Counter(mail.message_id for mail in sink.received if mail.message_id in ids)
    assert received == Counter(ids)
