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


def test_every_notice_is_given_once_however_sweepers_die(
    acme: Cast, mail_sink: MailSink, installation: Installation
) -> None:
    set_ladder(acme)
    workers = [installation.worker(concurrency=2), installation.worker(concurrency=2)]
    installation.wait_for(*workers)
    for point in SWEEPER:
        for _ in range(ROUNDS):
            # First, because a sweep of the round before may still be at work, and would leave nothing to die at.
            installation.arm(point)
            open_late(acme, TICKETS)
            sweep_twice(installation)
            # Again and again, as beat does: what the worker had in its hands that died last time is lost.
            wait_until(
                lambda: not installation.faults.exists() or sweep_twice(installation),
                every=1,
                what=f"a death at {point}",
            )
    wait_until(lambda: all_said(acme, installation), seconds=120, every=1, what="all notices")

    with acme.scope():
        steps = [(timer, step) for timer, step in StepFired.objects.values_list("timer", "step")]
        said = TicketEvent.objects.filter(kind=EventKind.REMINDED)
        logged = Counter((e.ticket_id, e.data["metric"], e.data["step"]) for e in said)
        timers = {
            pk: (subject, metric) for pk, subject, metric in Timer.objects.values_list("pk", "subject", "metric")
        }
        mails = OutgoingMail.objects.filter(purpose=Purpose.REMINDER)
        left = Counter(mails.values_list("key", flat=True))
        ids = {f"<{message_id}>" for message_id in mails.values_list("message_id", flat=True)}
        raised = set(Ticket.objects.values_list("priority", flat=True))
        calls = Counter(WebhookCall.objects.values_list("key", flat=True))
        late = Timer.objects.exclude(breached_at=None).count()
        notices = list(Notice.objects.values_list("timer", "step", "member", "end", "mail"))
        carriers = set(mails.values_list("pk", flat=True))
    assert len(timers) >= TICKETS * ROUNDS * len(SWEEPER) * 2
    assert len(steps) == len(set(steps)) >= len(timers)
    assert logged == Counter((*timers[timer], step) for timer, step in steps)
    assert set(logged.values()) == {1}
    assert set(left.values()) == {1}
    assert late == len(timers)
    assert {(timer, step) for timer, step, *_ in notices} == set(steps)
    assert len(notices) == len({notice[:3] for notice in notices})
    told = [(timer, step, mail) for timer, step, _, end, mail in notices if end == NoticeEnd.TOLD]
    assert {step for _, step, _ in told} == {"100"}
    assert {mail for *_, mail in told} == carriers
    assert {end for *_, end, _ in notices} == {NoticeEnd.TOLD, NoticeEnd.OVERTAKEN}
    # Once for each of its two promises: a third would have made it critical.
    assert raised == {"high"}
    assert calls == Counter(f"step:{timer}:75" for timer in timers)
    received = Counter(mail.message_id for mail in mail_sink.received if mail.message_id in ids)
    assert set(received) == ids
    assert sum(count - 1 for count in received.values()) == 0
