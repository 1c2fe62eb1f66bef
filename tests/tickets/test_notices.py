"""How notices reach members: one by one, as one list after a storm, once each, and not where nobody needs them."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.services.tenants import end_membership
from outbox.models import OutgoingMail
from sla.models import StepFired, Timer
from tests.accounts.settings_support import statements
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind, NoticeEnd
from tickets.models import Notice, Ticket, TicketEvent
from tickets.services import assignment, digests, lifecycle, snoozing
from tickets.services.telling import FEW, note_step, tell
from tickets.tasks import run_timer, sweep_notices, sweep_timers

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=40)


def late_tickets(cast: Cast, count: int, assignee: str = "konsta") -> list[Ticket]:
    """Tickets so old that each step of their three promises is due."""
    with time_machine.travel(timezone.now() - LONG_AGO, tick=False):
        return [ticket_of(cast, assignee=assignee) for _ in range(count)]


def ends(cast: Cast) -> Counter[str]:
    with cast.scope():
        return Counter(Notice.objects.values_list("end", flat=True))


def reminders(cast: Cast, name: str = "konsta") -> list[OutgoingMail]:
    with cast.scope():
        mine = OutgoingMail.objects.filter(purpose="reminder", to=[cast.members[name].email])
        return list(mine.order_by("pk"))


def noted(cast: Cast, count: int, name: str = "konsta", step: str = "75") -> list[Ticket]:
    """Tickets of a member who is to hear that their response is due in a while."""
    with time_machine.travel(cast.monday, tick=False):
        tickets = [ticket_of(cast, assignee=name) for _ in range(count)]
        with cast.scope():
            for ticket in tickets:
                timer = Timer.objects.of(ticket.pk).get(metric="first_response")
                note_step(ticket, timer, step, cast.members[name])
    return tickets


def told(cast: Cast, name: str = "konsta") -> list[OutgoingMail]:
    with cast.scope():
        tell(cast.members[name].pk, now=cast.monday + timedelta(minutes=5))
    return reminders(cast, name)


@pytest.fixture
def desk(acme: Cast, monday: datetime) -> Cast:
    acme.__dict__["monday"] = monday
    return acme


def test_a_storm_is_one_mail_for_each_and_tells_the_last_step_only(acme: Cast) -> None:
    """As after an outage: two steps of each of 24 promises are due at once."""
    late_tickets(acme, 8)
    sweep_timers()

    with acme.scope():
        steps = StepFired.objects.count()
        logged = TicketEvent.objects.filter(kind=EventKind.REMINDED).count()
    assert steps == logged == 8 * 3 * 2
    for name in ("konsta", "liisa"):
        (mail,) = reminders(acme, name)
        assert mail.subject == "Reminders of 8 tickets, 8 late"
        assert mail.about is None
        assert mail.text.count("The lift is stuck") == 8
    assert ends(acme) == {NoticeEnd.TOLD: 2 * 24, NoticeEnd.OVERTAKEN: 24}
    sweep_timers()
    assert len(reminders(acme)) == 1


def promises(cast: Cast, ticket: Ticket, count: int) -> None:
    """So many further promises of a ticket, of each of which Konsta is to hear."""
    with cast.scope():
        model = Timer.objects.of(ticket.pk).filter(metric="first_response").values()[0]
        del model["id"]
        timers = Timer.objects.bulk_create(Timer(**model | {"cycle": 10 + number}) for number in range(count))
        facts = {"member": cast.konsta, "ticket": ticket, "kind": "promise", "step": "75"}
        times = {"made_at": cast.monday, "send_at": cast.monday}
        rows = [Notice(timer=timer, key=f"storm:{timer.pk}", **facts, **times) for timer in timers]
        Notice.objects.bulk_create(rows)


def test_200_notices_are_one_mail_and_cost_no_more_than_5(desk: Cast) -> None:
    tickets = noted(desk, 5)
    few = statements(lambda: told(desk))
    for ticket in tickets:
        promises(desk, ticket, 40)
    many = statements(lambda: told(desk))

    assert [mail.subject for mail in reminders(desk)] == ["Reminders of 5 tickets"] * 2
    assert ends(desk) == {NoticeEnd.TOLD: 205}
    assert many == few


@pytest.mark.parametrize(("count", "mails"), [(1, 1), (FEW, FEW), (FEW + 1, 1)])
def test_a_few_leave_one_by_one_and_more_as_a_list(desk: Cast, count: int, mails: int) -> None:
    noted(desk, count)

    sent = told(desk)

    assert len(sent) == mails
    with desk.scope():
        assert set(Notice.objects.values_list("mail", flat=True)) == {mail.pk for mail in sent}
    assert ends(desk) == {NoticeEnd.TOLD: count}


def test_a_list_is_sorted_by_urgency_and_cut_where_it_is_too_long(desk: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MOST_LISTED", 4)
    tickets = noted(desk, 6)
    with desk.scope():
        Ticket.objects.filter(pk=tickets[4].pk).update(title="<b>Most urgent</b>")
        Timer.objects.of(tickets[4].pk).update(due_at=desk.monday - timedelta(minutes=18))
        Timer.objects.of(tickets[2].pk).update(due_at=desk.monday + timedelta(minutes=65))
    (mail,) = told(desk)

    assert mail.subject == "Reminders of 6 tickets, 1 late"
    assert [line.partition(" ")[0] for line in mail.text.splitlines() if line.startswith("SYS-")] == [
        f"SYS-{tickets[number].number}" for number in (4, 2, 0, 1)
    ]
    assert "LATE (1)" in mail.text
    assert "First response late by 23 min, due Mon 2 Nov 2026 09:42" in mail.text
    assert "DUE SOON (3)" in mail.text
    assert "First response in 1 h, due Mon 2 Nov 2026 11:05" in mail.text
    assert "And 2 more that are not listed here." in mail.text
    assert "Times are those of Europe/Helsinki." in mail.text
    assert "&lt;b&gt;Most urgent&lt;/b&gt;" in mail.html
    assert f"/tickets/{tickets[4].number}/" in mail.html


def test_a_list_is_in_the_readers_language(desk: Cast) -> None:
    desk.konsta.user.language = "fi"
    desk.konsta.user.save()
    noted(desk, 5)
    (mail,) = told(desk)

    assert mail.subject == "Muistutuksia 5 pyynnöstä"
    assert "Vasteaika: 3 t 55 min jäljellä, viimeistään ma 2.11.2026 14.00" in mail.text
    assert mail.language == "fi"


def finish(cast: Cast, ticket: Ticket) -> None:
    lifecycle.close(ticket, by=cast.actor("aino"))


def meet(cast: Cast, ticket: Ticket) -> None:
    Timer.objects.of(ticket.pk).update(fulfilled_at=cast.monday, state="met")


def pause(cast: Cast, ticket: Ticket) -> None:
    Timer.objects.of(ticket.pk).update(due_at=None, state="paused")


def hand_over(cast: Cast, ticket: Ticket) -> None:
    assignment.assign(ticket, cast.aino, by=cast.actor("aino"), notify=False)


def leave(cast: Cast, ticket: Ticket) -> None:
    end_membership(cast.konsta, by=cast.actor("ada"))


def go_on(cast: Cast, ticket: Ticket) -> None:
    timer = Timer.objects.of(ticket.pk).get(metric="first_response")
    with time_machine.travel(cast.monday, tick=False):
        note_step(ticket, timer, "90", cast.konsta)


def put_off(cast: Cast, ticket: Ticket) -> None:
    snoozing.snooze(ticket, cast.konsta, until=cast.monday + timedelta(hours=1), now=cast.monday)


@pytest.mark.parametrize(
    ("act", "end"),
    [
        (finish, NoticeEnd.FINISHED),
        (meet, NoticeEnd.SETTLED),
        (pause, NoticeEnd.SETTLED),
        (hand_over, NoticeEnd.HIDDEN),
        (leave, NoticeEnd.HIDDEN),
        (go_on, NoticeEnd.OVERTAKEN),
        (put_off, NoticeEnd.SNOOZED),
    ],
)
def test_what_nobody_needs_to_hear_is_dropped_and_says_why(
    desk: Cast, act: Callable[[Cast, Ticket], None], end: NoticeEnd
) -> None:
    (ticket,) = noted(desk, 1)
    with desk.scope():
        notice = Notice.objects.get()
        act(desk, ticket)

    sent = told(desk)

    with desk.scope():
        notice.refresh_from_db()
    assert (notice.end, notice.mail, notice.settled_at) == (end, None, desk.monday + timedelta(minutes=5))
    assert len(sent) == (1 if act is go_on else 0)


def test_a_broken_promise_is_heard_of_whatever_was_wished(desk: Cast) -> None:
    (ticket,) = noted(desk, 1, step="100")
    with desk.scope():
        Timer.objects.of(ticket.pk).update(breached_at=desk.monday)
        put_off(desk, ticket)

    assert len(told(desk)) == 1
    assert ends(desk) == {NoticeEnd.TOLD: 1, NoticeEnd.OPEN: 1}


def test_a_worker_that_dies_before_telling_leaves_it_to_the_next_sweep(acme: Cast) -> None:
    late_tickets(acme, 1)
    with acme.scope():
        timers = list(Timer.objects.values_list("tenant", "pk"))
    for tenant_id, timer_id in timers:
        run_timer(tenant_id, timer_id)

    assert reminders(acme) == []
    sweep_timers()
    assert len(reminders(acme)) == 3
    sweep_notices()
    assert len(reminders(acme)) == 3


def test_a_promise_that_the_log_knows_no_more_does_not_hold_the_sweep_up(acme: Cast) -> None:
    (ticket,) = late_tickets(acme, 1)
    with acme.scope():
        model = Timer.objects.of(ticket.pk).filter(metric="first_response").values()[0]
        del model["id"]
        stray = Timer.objects.create(**model | {"cycle": 99})
    sweep_timers()

    with acme.scope():
        assert StepFired.objects.filter(timer=stray).count() == 1
        assert StepFired.objects.count() == 3 * 2 + 1


def test_what_fails_for_one_member_is_not_the_others_fault(
    acme: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    late_tickets(acme, 1)

    def fail_for_konsta(member_id: int, *, now: datetime) -> None:
        if member_id == acme.konsta.pk:
            raise ZeroDivisionError
        tell(member_id, now=now)

    monkeypatch.setattr("tickets.tasks.tell", fail_for_konsta)
    sweep_timers()
    assert (len(reminders(acme)), len(reminders(acme, "liisa"))) == (0, 3)
    assert [record.message for record in caplog.records] == ["notices.not_told"]

    monkeypatch.setattr("tickets.tasks.tell", tell)
    sweep_timers()
    assert (len(reminders(acme)), len(reminders(acme, "liisa"))) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_who_tell_waits_and_tells_the_rest(desk: Cast) -> None:
    """Shared between them, one would not see that the other has the later step of a promise."""
    noted(desk, 5)
    begun, go_on, second_done = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with desk.scope():
            tell(desk.konsta.pk, now=desk.monday + timedelta(minutes=1))
            begun.set()
            assert go_on.wait(30)
        connection.close()

    def second() -> None:
        with desk.scope():
            tell(desk.konsta.pk, now=desk.monday + timedelta(minutes=1))
        second_done.set()
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    assert not second_done.wait(0.5)
    noted(desk, 1)
    go_on.set()
    for thread in threads:
        thread.join()

    assert [mail.about is None for mail in reminders(desk)] == [True, False]
    assert ends(desk) == {NoticeEnd.TOLD: 6}


def test_notices_of_another_tenant_are_not_there(acme: Cast, globex: Cast) -> None:
    late_tickets(acme, 1)
    with acme.scope():
        (first, *_rest) = Timer.objects.values_list("tenant", "pk")
    run_timer(*first)

    with globex.scope():
        assert not Notice.objects.exists()
        tell(acme.konsta.pk, now=timezone.now())
        assert not Membership.objects.filter(pk=acme.konsta.pk).exists()
    assert reminders(acme) == []
    assert ends(acme) == {NoticeEnd.OPEN: 3}
