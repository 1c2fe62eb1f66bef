"""Rules: when they act, on what, in which order, once, and never in circles."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import now, rule_of, run
from tickets.actions import EXPERT, Action
from tickets.enums import BulkKind, EventKind
from tickets.models import Message, Notice, Queue, Rule, RuleDue, RuleRun, Status, Ticket, TicketEvent
from tickets.services import assignment, automation, conversation, facts, lifecycle, tagging
from tickets.services.conversation import Written
from tickets.stories import line_of
from tickets.tasks import sweep_rule_clocks, sweep_rules

pytestmark = pytest.mark.django_db


def test_what_is_opened_is_routed_by_customer_and_words(acme: Cast) -> None:
    with acme.scope():
        acme.customer.expert = acme.konsta
        acme.customer.save()
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    lifts = {"query": f"customer={acme.customer.pk}", "words": ["lift", "move"]}
    moved, given = Action(BulkKind.MOVE, str(field.pk)), Action(BulkKind.ASSIGN, EXPERT)
    rule_of(acme, given, moved, name="Lifts", position=1, **lifts)
    rule_of(acme, name="Pumps", words=["pump", "li"], position=2)
    rule_of(acme, name="Others", query="customer=none", position=3)
    rule_of(acme, name="Off", on=False)
    rule_of(acme, name="Ift", words=["ift"])

    ticket = ticket_of(acme)
    before = now(acme, ticket).last_activity_at
    assert run(acme) == [("Lifts", "done"), ("Pumps", "done")]
    ticket = now(acme, ticket)
    assert (ticket.queue.name, ticket.assignee_id, ticket.priority) == ("Field", acme.konsta.pk, "urgent")
    assert ticket.last_activity_at == before
    with acme.scope():
        assert not RuleDue.objects.exists()
        lines = [line_of(event) for event in ticket.events.order_by("pk") if event.data.get("by_rule")]
        assert "Rule “Lifts” assigned it to Konsta Consultant" in [line.text for line in lines if line]
        assert OutgoingMail.objects.filter(purpose="details", to=["konsta@acme.example"]).count() == 1


def test_each_rule_sees_what_the_one_before_it_did(acme: Cast) -> None:
    rule_of(acme, Action(BulkKind.PRIORITY, "low"), name="Second", query="priority=high", position=2)
    rule_of(acme, Action(BulkKind.PRIORITY, "high"), name="First", query="priority=normal", position=1)
    ticket = ticket_of(acme)
    assert run(acme) == [("First", "done"), ("Second", "done")]
    assert now(acme, ticket).priority == "low"


def test_what_happens_to_a_ticket_starts_the_rules_that_wait_for_it(acme: Cast) -> None:
    ticket, by = ticket_of(acme, assignee="konsta"), acme.actor("konsta")
    for event in ("message", "status", "assigned", "changed", "tagged", "rejected"):
        rule_of(acme, name=event, events=[event], query="status=any")
    with acme.scope():
        conversation.receive(ticket, Written(text="Still stuck."), by=automation.SYSTEM, at=timezone.now())
        lifecycle.start(ticket, by=by)
        assignment.assign(ticket, acme.aino, by=by)
        facts.change(ticket, by=by, title="Stuck lift")
        tagging.add(ticket, tagging.find_or_make("Lift"), by=by)
        lifecycle.resolve(ticket, solution="Done.", by=by)
        lifecycle.reject(ticket, reason="No.", by=by)
    ran = [name for name, _state in run(acme)]
    assert sorted(set(ran)) == ["assigned", "changed", "message", "rejected", "status", "tagged"]
    # Opened anew by the requester's word: the first status of a ticket is none of these.
    assert ran.count("status") == 3
    assert ran.count("message") == 2


def test_rules_do_not_start_rules(acme: Cast) -> None:
    rule_of(acme, Action(BulkKind.PRIORITY, "high"), name="Up", events=["changed"], query="priority=low")
    rule_of(acme, Action(BulkKind.PRIORITY, "low"), name="Down", events=["changed"], query="priority=high", position=1)
    ticket = ticket_of(acme)
    with acme.scope():
        facts.change(ticket, by=acme.actor("aino"), priority="low")
    assert run(acme) == [("Up", "done"), ("Down", "done")]
    assert run(acme) == [("Up", "done"), ("Down", "done")]
    with acme.scope():
        assert not RuleDue.objects.exists()


def test_too_many_rules_at_once_are_left_out_and_told(acme: Cast) -> None:
    ticket = ticket_of(acme)
    rule = rule_of(acme, Action(BulkKind.PRIORITY, "high"), name="Answers", events=["note"])
    with acme.scope():
        for number in range(automation.MOST_RUNS + 3):
            conversation.note(ticket, Written(text=f"Note {number}"), by=acme.actor("aino"))
    states = [state for _name, state in run(acme)]
    assert states == ["done", *["unchanged"] * (automation.MOST_RUNS - 1), "stopped"]
    with acme.scope():
        told = TicketEvent.objects.get(kind=EventKind.RULE_LEFT_OUT)
        line = line_of(told)
        assert line is not None
        assert "Rule “Answers” was left out" in line.text
    assert f"/settings/rules/{rule.pk}/log/" in acme.client("ada").get("/unassigned/").content.decode()
    assert "/log/" not in acme.client("aino").get("/unassigned/").content.decode()


def test_what_is_not_possible_says_why_and_leaves_others_alone(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    high = Action(BulkKind.PRIORITY, "high")
    rule_of(acme, high, Action(BulkKind.MOVE, str(field.pk)), name="Moves", note="Moved.")
    rule_of(acme, name="Unknown", query="f-gone=1", position=1)
    rule_of(acme, name="Nobody", query="assignee=me", position=2)
    rule_of(acme, name="Works", position=3)
    with acme.scope():
        field.delete()
    ticket = ticket_of(acme)
    assert run(acme) == [("Moves", "refused"), ("Unknown", "refused"), ("Nobody", "refused"), ("Works", "done")]
    with acme.scope():
        assert RuleRun.objects.get(rule__name="Moves").why == "Something that it sets is no longer there."
        assert not Message.objects.filter(ticket=ticket, kind="note").exists()
        lifecycle.close(ticket, by=acme.actor("aino"))
    rule_of(acme, name="Closed", events=["status"], query="status=any")
    with acme.scope():
        lifecycle.reopen(ticket, by=acme.actor("aino"))
        facts.change(ticket, by=acme.actor("aino"), priority="low")
        lifecycle.close(ticket, by=acme.actor("aino"))
    assert run(acme)[4:] == [("Closed", "refused"), ("Closed", "refused")]
    with acme.scope():
        assert "closed and read-only" in RuleRun.objects.latest("pk").why


def test_a_rule_notes_and_tells(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    more = {"note": "{{requester}} is a key customer.", "tell": "team", "tell_member": acme.konsta}
    rule_of(acme, Action(BulkKind.PRIORITY, "urgent"), name="Key", tell_team=acme.desk.team, **more)
    ticket = ticket_of(acme)
    run(acme)
    with acme.scope():
        note = Message.objects.get(ticket=ticket, kind="note")
        told = {notice.member_id for notice in Notice.objects.filter(kind="rule", message=note)}
        # Konsta sees no ticket of this queue.
        assert told == {acme.liisa.pk, acme.aino.pk, acme.ada.pk}
        assert (note.text, note.author_name) == ("Otto Oja is a key customer.", "Rule “Key”")
        assert field.pk


def test_a_clock_acts_once_for_each_instant(acme: Cast) -> None:
    ticket, early = ticket_of(acme), timezone.now() - timedelta(hours=5)
    rule = rule_of(acme, clock="activity", amount=4, unit="hours", name="Quiet", swept_until=timezone.now())
    with acme.scope():
        Ticket.objects.update(last_activity_at=early)
        note = automation.note_due(rule.pk, now=timezone.now())
        assert note == 0, "what came due before the rule was switched on is not its matter"
        Ticket.objects.update(last_activity_at=early + timedelta(minutes=50))
    for _sweep in range(2):
        sweep_rule_clocks()
        assert run(acme) == [("Quiet", "done")]
    with acme.scope():
        conversation.note(ticket, Written(text="Look."), by=acme.actor("aino"))
        Ticket.objects.update(last_activity_at=timezone.now() - timedelta(hours=4, minutes=1), priority="low")
    sweep_rule_clocks()
    assert run(acme) == [("Quiet", "done"), ("Quiet", "done")]


@pytest.mark.parametrize("clock", ["received", "word", "status"])
def test_a_clock_counts_from_the_instant_it_names(acme: Cast, clock: str) -> None:
    ticket_of(acme)
    with acme.scope():
        now_is = timezone.now()
        rule = rule_of(acme, clock=clock, amount=1, unit="days", name="Later", swept_until=now_is)
        assert automation.note_due(rule.pk, now=now_is + timedelta(hours=23)) == 0
        assert automation.note_due(rule.pk, now=now_is + timedelta(hours=25)) == 1
        assert automation.note_due(rule.pk, now=now_is + timedelta(hours=26)) == 0


def test_a_status_that_a_rule_has_set_starts_no_clock(acme: Cast) -> None:
    ticket, now_is = ticket_of(acme), timezone.now()
    with acme.scope():
        status = ticket.status_id
        rule = Rule(pk=1, name="Sets")
        lifecycle.set_status(ticket, _other_status(acme), by=automation.actor_of(rule))
    later = rule_of(acme, clock="status", amount=1, unit="hours", name="Later", swept_until=now_is)
    with acme.scope():
        assert automation.note_due(later.pk, now=now_is + timedelta(hours=2)) == 0
        assert status != Ticket.objects.get().status_id


def _other_status(cast: Cast) -> Any:
    return Status.objects.get(status_class="waiting_third_party", is_default=True)


def test_our_own_failure_rests_and_is_given_up(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("worn out")

    rule_of(acme, name="Worn", note="Look.")
    rule_of(acme, name="Fine", position=1)
    ticket_of(acme)
    monkeypatch.setattr(automation, "write_note", fails)
    for _try in range(automation.MOST_TRIES):
        sweep_rules()
        with acme.scope():
            RuleDue.objects.update(not_before=timezone.now() - timedelta(minutes=5))
    assert run(acme) == [("Fine", "done"), ("Worn", "failed")]
    with acme.scope():
        assert not RuleDue.objects.exists()
