"""Steps of a promise's ladder as the sweep takes them: when, once, to whom, and what they do."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from guardian.shortcuts import assign_perm

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.models import Customer, LegalEntity, Membership
from accounts.services.absences import plan
from accounts.services.tenants import add_member, create_team, end_membership, join_team
from outbox.enums import CallEvent, MailState, Purpose
from outbox.models import OutgoingMail, Webhook, WebhookCall
from outbox.services.webhooks import save_hook
from sla.ladder import Step, Whom, write
from sla.models import Contract, Policy, StepFired, Timer
from sla.services.versions import save_calendar, save_policy
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind
from tickets.models import Queue, Ticket, TicketEvent
from tickets.services import facts, lifecycle
from tickets.services.recipients import leads_of
from tickets.services.setup import grant_queue
from tickets.stories import line_of
from tickets.tasks import sweep_timers

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ASSIGNEE, TEAM, LEADS, CONTACT = Whom.ASSIGNEE, Whom.TEAM, Whom.LEADS, Whom.CONTACT
ROUND_THE_CLOCK = {str(day): [["00:00", "24:00"]] for day in range(7)}


def promise(
    cast: Cast, *steps: Step, minutes: int = 240, round_the_clock: bool = False, metric: str = "first_response"
) -> None:
    """One promise for everybody, with this ladder."""
    with cast.scope():
        policy, calendar = Policy.objects.get(), cast.desk.calendar
        if round_the_clock:
            calendar = save_calendar(name="Always", time_zone="Europe/Helsinki", weekly=ROUND_THE_CLOCK, exceptions={})
        targets = {name: {metric: minutes} for name in ("low", "normal", "high", "urgent")}
        save_policy(
            name=policy.name, calendar=calendar, targets=targets, steps=write(steps), is_default=True, policy=policy
        )


def open_at(cast: Cast, at: datetime, *, assignee: str = "konsta") -> Ticket:
    with time_machine.travel(at, tick=False):
        return ticket_of(cast, assignee=assignee)


def sweep(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        sweep_timers()


def reminded(cast: Cast) -> list[list[str]]:
    """Who heard at each step, in order, by the first part of their address."""
    with cast.scope():
        mails = OutgoingMail.objects.filter(purpose=Purpose.REMINDER).order_by("pk")
        found: dict[str, list[str]] = {}
        for mail in mails:
            found.setdefault(str(mail.key).rpartition(":")[0], []).append(mail.to[0].partition("@")[0])
        return [sorted(people) for people in found.values()]


def events(cast: Cast, kind: EventKind) -> list[TicketEvent]:
    with cast.scope():
        return list(TicketEvent.objects.filter(kind=kind).order_by("pk"))


def kinds(cast: Cast, of: Iterable[EventKind]) -> list[str]:
    with cast.scope():
        return list(TicketEvent.objects.filter(kind__in=of).order_by("pk").values_list("kind", flat=True))


def test_steps_come_in_their_order_each_at_its_time_and_once(acme: Cast, monday: datetime) -> None:
    promise(
        acme,
        Step(50, whom=(ASSIGNEE,)),
        Step(minutes=-30, whom=(ASSIGNEE, LEADS)),
        Step(whom=(LEADS,)),
        Step(minutes=60, whom=(LEADS,)),
    )
    open_at(acme, monday)
    # Reception at 10 with four hours of office time: 12:00, 13:30, 14:00 and a second, 15:00.
    for minutes, heard in [(119, 0), (120, 1), (209, 1), (210, 2), (240, 2), (240.1, 3), (299, 3), (301, 4), (900, 4)]:
        sweep(acme, monday + minutes * MINUTE)
        sweep(acme, monday + minutes * MINUTE)
        assert len(reminded(acme)) == heard, minutes

    assert reminded(acme) == [["konsta"], ["konsta", "liisa"], ["liisa"], ["liisa"]]
    assert [event.data["step"] for event in events(acme, EventKind.REMINDED)] == ["50", "100-30", "100", "100+60"]
    with acme.scope():
        assert not Timer.objects.exclude(next_action_at=None).exists()


@pytest.mark.parametrize("steps", [(), (Step(50, whom=(ASSIGNEE,)),), (Step(minutes=60, whom=(LEADS,)),)])
def test_a_broken_promise_is_found_at_its_minute_where_no_step_stands(
    acme: Cast, monday: datetime, steps: tuple[Step, ...]
) -> None:
    promise(acme, *steps)
    open_at(acme, monday)

    sweep(acme, monday + 120 * MINUTE)
    sweep(acme, monday + 240 * MINUTE)
    assert events(acme, EventKind.BREACHED) == []
    sweep(acme, monday + 240 * MINUTE + timedelta(seconds=1))

    assert [event.at for event in events(acme, EventKind.BREACHED)] == [monday + 4 * HOUR]
    with acme.scope():
        assert StepFired.objects.filter(step="100").count() == 0


def test_another_ladder_takes_no_step_twice(acme: Cast, monday: datetime) -> None:
    """A step is its place in time, whatever the policy's next version has there."""
    promise(acme, Step(50, whom=(ASSIGNEE,)), Step(whom=(LEADS,)))
    ticket = open_at(acme, monday)
    sweep(acme, monday + 2 * HOUR)

    with acme.scope():
        policy, steps = Policy.objects.get(), [Step(50, whom=(LEADS,)), Step(60, whom=(TEAM,)), Step()]
        save_policy(name=policy.name, is_default=True, policy=policy, steps=write(steps))
    with time_machine.travel(monday + 125 * MINUTE, tick=False), acme.scope():
        # Promises are chosen anew, and by the version of now.
        facts.change(ticket, by=acme.actor("aino"), priority="high")
    sweep(acme, monday + 130 * MINUTE)
    sweep(acme, monday + 145 * MINUTE)

    assert [event.data["step"] for event in events(acme, EventKind.REMINDED)] == ["50", "60"]


@pytest.fixture
def night() -> datetime:
    """Tuesday, 3 November 2026, 01:00 in Helsinki."""
    return datetime(2026, 11, 2, 23, 0, tzinfo=UTC)


def waiting(cast: Cast, **more: Any) -> Step:
    """A step at the deadline that waits for office hours."""
    return Step(whom=(ASSIGNEE,), opening=cast.desk.calendar.pk, **more)


def test_a_notice_waits_for_the_opening_and_the_breach_does_not(acme: Cast, night: datetime) -> None:
    promise(acme, waiting(acme), minutes=120, round_the_clock=True)
    ticket = open_at(acme, night)

    sweep(acme, night + 2 * HOUR + timedelta(seconds=1))  # 03:00
    assert reminded(acme) == []
    assert [event.at for event in events(acme, EventKind.BREACHED)] == [night + 2 * HOUR]
    sweep(acme, night + 7 * HOUR - timedelta(seconds=1))
    assert reminded(acme) == []
    sweep(acme, night + 7 * HOUR)  # 08:00
    assert reminded(acme) == [["konsta"]]
    with acme.scope():
        assert "is late" in OutgoingMail.objects.get(purpose=Purpose.REMINDER, about=ticket.pk).subject


def test_what_comes_in_open_hours_waits_for_nothing(acme: Cast, monday: datetime) -> None:
    promise(acme, waiting(acme), minutes=120, round_the_clock=True)
    open_at(acme, monday)
    sweep(acme, monday + 2 * HOUR + timedelta(seconds=1))

    assert reminded(acme) == [["konsta"]]


def test_a_promise_kept_before_the_opening_is_reminded_of_no_more(acme: Cast, night: datetime) -> None:
    promise(acme, waiting(acme, priority="raise"), minutes=120, round_the_clock=True, metric="resolution")
    ticket = open_at(acme, night)
    sweep(acme, night + 3 * HOUR)
    with time_machine.travel(night + 4 * HOUR, tick=False), acme.scope():
        lifecycle.resolve(ticket, solution="It moves.", by=acme.actor("konsta"))
    sweep(acme, night + 8 * HOUR)

    assert reminded(acme) == []
    assert events(acme, EventKind.CHANGED) == []
    assert len(events(acme, EventKind.BREACHED)) == 1


def test_a_calendar_that_never_opens_keeps_nobody_waiting(acme: Cast, night: datetime) -> None:
    with acme.scope():
        never = save_calendar(name="Never", time_zone="Europe/Helsinki", weekly={}, exceptions={})
    promise(acme, Step(whom=(ASSIGNEE,), opening=never.pk), minutes=120, round_the_clock=True)
    open_at(acme, night)
    sweep(acme, night + 2 * HOUR + timedelta(seconds=1))

    assert reminded(acme) == [["konsta"]]


def second_line(cast: Cast) -> Queue:
    """Another queue, worked by a team of Fiona's."""
    with cast.scope():
        queue = Queue.objects.create(name="Second line", address="second@acme.example", office=cast.office)
        team = create_team("Second line")
        join_team(team, cast.members["fiona"])
        grant_queue(team, queue)
        return queue


def test_a_step_raises_moves_and_assigns_by_the_system_once(acme: Cast, monday: datetime) -> None:
    queue = second_line(acme)
    step = Step(50, whom=(ASSIGNEE, TEAM), priority="raise", queue=queue.pk, member=acme.liisa.pk)
    promise(acme, step)
    ticket = open_at(acme, monday)
    for _ in range(3):
        sweep(acme, monday + 2 * HOUR)

    with acme.scope():
        ticket = Ticket.objects.get(pk=ticket.pk)
        told = [line_of(event) for event in TicketEvent.objects.filter(ticket=ticket).order_by("pk")]
    assert (ticket.priority, ticket.queue_id, ticket.assignee_id) == ("high", queue.pk, acme.liisa.pk)
    assert kinds(acme, [EventKind.CHANGED, EventKind.MOVED, EventKind.REMINDED]) == ["changed", "moved", "reminded"]
    assert {event.actor_name for event in events(acme, EventKind.MOVED)} == {SYSTEM.name}
    # Whose it is now hears of it, and the team it has come to.
    assert reminded(acme) == [["fiona", "liisa"]]
    assert "Vaste changed Priority: Normal → High" in [line.text for line in told if line]


@pytest.mark.parametrize(("priority", "how", "after"), [("urgent", "raise", "urgent"), ("urgent", "high", "urgent")])
def test_nothing_rises_above_urgent_or_falls(
    acme: Cast, monday: datetime, priority: str, how: str, after: str
) -> None:
    promise(acme, Step(50, priority=how))
    ticket = open_at(acme, monday)
    with acme.scope():
        facts.change(ticket, by=acme.actor("aino"), priority=priority)
    sweep(acme, monday + 2 * HOUR)

    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).priority == after
    assert len(events(acme, EventKind.CHANGED)) == 1


def test_a_target_that_is_gone_is_said_and_stops_nothing(acme: Cast, monday: datetime) -> None:
    with acme.scope():
        gone = add_member(email="gone@acme.example", name="Gone", roles=[Role.AGENT], office=acme.office, by=SYSTEM)
        end_membership(gone, by=SYSTEM)
    promise(acme, Step(50, whom=(ASSIGNEE,), priority="raise", queue=987_654, member=gone.pk, webhook=987_654))
    ticket = open_at(acme, monday)
    sweep(acme, monday + 2 * HOUR)

    (event,) = events(acme, EventKind.REMINDED)
    assert event.data["missing"] == ["queue", "member", "webhook"]
    assert reminded(acme) == [["konsta"]]
    line = line_of(event)
    assert line
    assert "is gone" in line.text
    with acme.scope():
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert (ticket.priority, ticket.assignee_id) == ("high", acme.konsta.pk)


def test_one_ticket_that_cannot_be_swept_stops_no_other(
    acme: Cast, monday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(acme, Step(50, whom=(ASSIGNEE,)))
    broken, sound = open_at(acme, monday), open_at(acme, monday + MINUTE)

    def refuse(ticket: Ticket, step: Step) -> tuple[Ticket, list[str]]:
        if ticket.pk == broken.pk:
            raise RuntimeError
        return ticket, []

    monkeypatch.setattr("tickets.tasks.escalate", refuse)
    sweep(acme, monday + 3 * HOUR)

    assert [event.ticket_id for event in events(acme, EventKind.REMINDED)] == [sound.pk]


def test_leads_are_those_of_the_queue_else_all(acme: Cast) -> None:
    with acme.scope():
        others = add_member(email="o@acme.example", name="Olli", roles=[Role.LEAD], office=acme.office, by=SYSTEM)
        queue = Queue.objects.get()
        assert leads_of(queue) == [acme.liisa]
        aside = Queue.objects.create(name="Aside", address="aside@acme.example", office=acme.office)
        assert leads_of(aside) == [acme.liisa, others]
        assign_perm("tickets.work_queue", Membership.objects.get(pk=others.pk).user, aside)
        assert leads_of(aside) == [others]


def test_without_a_consultant_the_team_hears_each_once(acme: Cast, monday: datetime) -> None:
    promise(acme, Step(50, whom=(ASSIGNEE, TEAM, LEADS)))
    open_at(acme, monday, assignee="")
    sweep(acme, monday + 2 * HOUR)

    assert reminded(acme) == [["ada", "aino", "liisa"]]


def test_who_stands_in_hears_instead_and_nobody_who_is_away(acme: Cast, monday: datetime) -> None:
    promise(acme, Step(50, whom=(ASSIGNEE, TEAM, LEADS)))
    day = monday.date()
    with acme.scope():
        plan(acme.konsta, starts_on=day, ends_on=day, substitute=acme.fiona, by=acme.actor("ada"))
        plan(acme.aino, starts_on=day, ends_on=day, by=acme.actor("ada"))
        plan(acme.liisa, starts_on=day, ends_on=day, by=acme.actor("ada"))
    open_at(acme, monday)
    with acme.scope():
        Ticket.objects.update(assignee=acme.konsta.pk)
    sweep(acme, monday + 2 * HOUR)

    # The only lead is away as well, and somebody has to hear of it.
    assert reminded(acme) == [["ada", "fiona", "liisa"]]


def contract(cast: Cast, **contact: str) -> None:
    with cast.scope():
        Contract.objects.create(
            number="K-1",
            customer=Customer.objects.get(),
            legal_entity=LegalEntity.objects.get(),
            policy=Policy.objects.get(),
            starts_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
            contact_name="Cecilia",
            **contact,
        )


def test_a_contact_outside_is_told_the_promise_and_nothing_else(acme: Cast, monday: datetime) -> None:
    promise(acme, Step(50, whom=(CONTACT,)))
    contract(acme, contact_email="cecilia@paperi.example", contact_language="fi")
    ticket = open_at(acme, monday)
    sweep(acme, monday + 2 * HOUR)

    with acme.scope():
        mail = OutgoingMail.objects.get(purpose=Purpose.REMINDER)
        number = f"SYS-{Ticket.objects.get().number}"
    assert (mail.to, mail.language, mail.references) == (["cecilia@paperi.example"], "fi", [])
    assert number in mail.text
    assert ticket.title in mail.subject
    assert "2.11.2026" in mail.text
    for word in ("http", "It does not move.", "Otto", "Konsta", "Paperi Oy"):
        assert word not in mail.text, word
    assert events(acme, EventKind.REMINDED)[0].data["names"] == ["Cecilia"]


def test_a_contact_who_is_a_colleague_reads_what_colleagues_read(acme: Cast, monday: datetime) -> None:
    promise(acme, Step(50, whom=(CONTACT, ASSIGNEE)))
    contract(acme, contact_email="Liisa@acme.example")
    open_at(acme, monday)
    sweep(acme, monday + 2 * HOUR)

    assert reminded(acme) == [["konsta", "liisa"]]
    with acme.scope():
        assert all("/tickets/" in mail.text for mail in OutgoingMail.objects.filter(purpose=Purpose.REMINDER))


def test_a_step_calls_its_webhook_in_its_own_transaction_and_once(acme: Cast, monday: datetime) -> None:
    with acme.scope():
        hook = Webhook(name="Pager", url="https://pager.example/alarm")
        save_hook(hook, changed=[], by=SYSTEM)
    promise(acme, Step(webhook=hook.pk))
    open_at(acme, monday)
    for _ in range(2):
        sweep(acme, monday + 4 * HOUR + timedelta(seconds=1))

    with acme.scope():
        call = WebhookCall.objects.get()
        ticket = Ticket.objects.get()
        assert not OutgoingMail.objects.filter(purpose=Purpose.REMINDER, state=MailState.QUEUED).exists()
    body = json.loads(call.body)
    assert (call.event, body["type"], call.about) == (CallEvent.STEP, "promise.step", f"SYS-{ticket.number}")
    assert body["data"] == {
        "number": f"SYS-{ticket.number}",
        "title": "The lift is stuck",
        "queue": "Service desk",
        "priority": "normal",
        "promise": "first_response",
        "due_at": "2026-11-02T12:00:00+00:00",
        "late": True,
        "step": {"percent": 100, "minutes": 0},
        "url": ticket.tenant.url(ticket.get_absolute_url()),
    }
    assert events(acme, EventKind.REMINDED)[0].data["names"] == ["Pager"]
