"""The pages of rules: kept, given tickets, tried out, switched, and their log with its way back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.accounts.settings_support import form_of, new_actions, words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import now, rule_of, run
from tickets.actions import EXPERT, Action
from tickets.enums import BulkKind, RunState
from tickets.models import Queue, Rule, RuleDue, RuleRun, Tag, Ticket, TicketEvent
from tickets.services import facts, lifecycle, tagging

pytestmark = pytest.mark.django_db


def kept(cast: Cast, **more: Any) -> Rule:
    """A rule as its page makes it; off."""
    given = {"name": "Lifts", "position": 0, "events": ["received"], "do_priority": "urgent"} | more
    answer = cast.client("liisa").post("/settings/rules/new/", given)
    assert answer.status_code == 302, form_of(answer).errors
    with cast.scope():
        return Rule.objects.latest("pk")


def test_a_rule_is_made_given_tickets_tried_out_and_switched_on(acme: Cast) -> None:
    urgent, plain = ticket_of(acme, priority="urgent"), ticket_of(acme)
    rule, liisa = kept(acme, do_tag="VIP", words="lift, pump", note="Look."), acme.client("liisa")
    there = f"/settings/rules/{rule.pk}/tickets/"
    page = words(liisa.get(f"{there}?status=any&priority=normal"))
    assert "The lift is stuck" in page
    assert f"{there}keep/?status=any&amp;priority=normal" in page
    assert 'name="what"' not in page
    liisa.post(f"{there}keep/?status=any&priority=normal")

    trial = words(liisa.get(f"/settings/rules/{rule.pk}/try/"))
    assert "It would have met 1 ticket in the last 30 days." in trial
    for said in ("Set priority: Normal → Critical", "Add tag: VIP", "Writes an internal note", "Priority: Normal"):
        assert said in trial, said
    assert f"ACM-{urgent.number}" not in trial
    assert now(acme, plain).priority == "normal"

    told = new_actions(acme, lambda: liisa.post(f"/settings/rules/{rule.pk}/switch/", {"on": "1"}))
    assert told == ["rule.switched_on"]
    third = ticket_of(acme)
    assert run(acme) == [("Lifts", "done")]
    assert (now(acme, third).priority, now(acme, plain).priority) == ("urgent", "normal")
    liisa.post(f"/settings/rules/{rule.pk}/switch/", {"off": "1"})
    ticket_of(acme)
    with acme.scope():
        assert not RuleDue.objects.exists()


def test_me_is_nobody_for_a_rule(acme: Cast) -> None:
    rule = kept(acme)
    page = words(acme.client("liisa").post(f"/settings/rules/{rule.pk}/tickets/keep/?assignee=me", follow=True))
    assert "A rule acts for nobody" in page
    with acme.scope():
        assert Rule.objects.get().query == ""


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"events": []}, "clock", "Choose what happens, or a clock."),
        (
            {"clock": "word", "amount": "3", "unit": "days"},
            "clock",
            "Choose either what happens or a clock, not both.",
        ),
        ({"do_priority": ""}, "__all__", "Choose what the rule does."),
        ({"tell": "assignee"}, "note", "Write what they are told."),
        ({"note": "{{nonsense}}"}, "note", "There is no variable “nonsense”. See the list of variables."),
        ({"do_assign": "me"}, "do_assign", "Select a valid choice. me is not one of the available choices."),
    ],
)
def test_what_no_rule_can_be_is_refused(acme: Cast, given: dict[str, Any], field: str, said: str) -> None:
    data = {"name": "Lifts", "position": 0, "events": ["received"], "do_priority": "urgent"} | given
    answer = acme.client("ada").post("/settings/rules/new/", data)
    assert answer.status_code == 422
    assert form_of(answer).errors[field] == [said]


def test_what_was_removed_is_shown_as_needing_attention(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    rule = rule_of(acme, Action(BulkKind.MOVE, str(field.pk)), name="Moves", query="tag=7777")
    ada = acme.client("ada")
    with acme.scope():
        field.delete()
    assert "Needs attention" in words(ada.get("/settings/rules/"))
    page = words(ada.get(f"/settings/rules/{rule.pk}/"))
    assert "Move to queue: that is no longer there. Tag: that is no longer there." in page
    with acme.scope():
        Rule.objects.update(query="f-gone=1", actions=[{"kind": "dance", "value": "1"}])
    page = words(ada.get(f"/settings/rules/{rule.pk}/try/"))
    assert "One of its conditions is not known any more. Choose them anew." in page
    assert "What it does is not known any more." in page


def test_trying_out_a_clock_and_an_expert(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="aino")
    closed = ticket_of(acme)
    with acme.scope():
        acme.customer.expert = acme.konsta
        acme.customer.save()
        hot = tagging.find_or_make("Hot")
        lifecycle.close(closed, by=acme.actor("aino"))
        Ticket.objects.update(last_word_at=timezone.now() - timedelta(days=4))
        logged = TicketEvent.objects.count()
    actions = (Action(BulkKind.ASSIGN, EXPERT), Action(BulkKind.TAG, str(hot.pk)))
    rule = rule_of(acme, *actions, clock="word", amount=3, query="status=any", on=False)
    page = words(acme.client("ada").get(f"/settings/rules/{rule.pk}/try/"))
    assert "It would have met 2 tickets" in page
    assert "1 of those below would change." in page
    assert "Assign: Aino Agent → Konsta Consultant" in page
    assert "The ticket is closed and read-only." in page
    with acme.scope():
        Rule.objects.update(amount=5)
    assert "It would have met 0 tickets" in words(acme.client("ada").get(f"/settings/rules/{rule.pk}/try/"))
    with acme.scope():
        assert TicketEvent.objects.count() == logged
        assert ticket.assignee_id == acme.aino.pk


def test_a_run_is_taken_back_where_nothing_has_changed_since(acme: Cast) -> None:
    with acme.scope():
        hot = tagging.find_or_make("Hot")
    actions = (Action(BulkKind.TAG, str(hot.pk)), Action(BulkKind.PRIORITY, "high"))
    rule, ada = rule_of(acme, *actions, name="Hot"), acme.client("ada")
    first, second = ticket_of(acme), ticket_of(acme)
    run(acme)
    with acme.scope():
        facts.change(second, by=acme.actor("aino"), priority="low")
        runs = {each.ticket_id: each.pk for each in RuleRun.objects.all()}
    log = f"/settings/rules/{rule.pk}/log/"
    assert words(ada.get(log)).count("/back/") == 2
    assert "Taken back" in words(ada.post(f"/settings/rules/log/{runs[first.pk]}/back/", follow=True))
    assert "has changed since" in words(ada.post(f"/settings/rules/log/{runs[second.pk]}/back/", follow=True))
    assert "has changed since" in words(ada.post(f"/settings/rules/log/{runs[first.pk]}/back/", follow=True))
    with acme.scope():
        states = dict(RuleRun.objects.values_list("pk", "state"))
        assert states == {runs[first.pk]: RunState.UNDONE, runs[second.pk]: RunState.DONE}
        assert not Tag.objects.get().ticket_tags.filter(ticket=first).exists()
    assert now(acme, first).priority == "normal"


def test_the_log_is_paged_by_key(acme: Cast) -> None:
    rule, ticket = rule_of(acme, name="Busy"), ticket_of(acme)
    with acme.scope():
        times = [timezone.now() - timedelta(hours=hours) for hours in range(60)]
        RuleRun.objects.bulk_create(RuleRun(rule=rule, ticket=ticket, instant=at, state="done") for at in times)
        last = RuleRun.objects.order_by("-pk")[49].pk
    ada = acme.client("ada")
    first = words(ada.get("/settings/rules/log/"))
    assert first.count("The lift is stuck") == 50
    assert f"?before={last}" in first
    assert words(ada.get(f"/settings/rules/log/?before={last}")).count("The lift is stuck") == 10
