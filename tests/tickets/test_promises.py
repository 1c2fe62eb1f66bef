"""Which promises a ticket gets, what would be promised, and present promises for open tickets."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Customer, Product
from outbox.models import OutgoingMail
from sla.enums import Priority
from sla.models import Contract, Policy, Timer
from sla.services.editing import edit_calendar, edit_policy
from sla.services.versions import save_calendar, save_policy
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind, Kind, StatusClass
from tickets.models import PromiseRule, Status, Ticket
from tickets.services import assignment, clock, facts, lifecycle
from tickets.services.applying import apply_to
from tickets.services.choosing import Choice, Facts, choose
from tickets.services.rebuilding import rebuild
from tickets.services.trying import asked
from tickets.tasks import apply_promises, wake_tickets
from tickets.trials import try_out

pytestmark = pytest.mark.django_db

TARGETS = {str(priority): {"first_response": 15} for priority in Priority}


def make_policy(cast: Cast, name: str) -> Policy:
    return save_policy(name=name, calendar=cast.desk.calendar, targets=TARGETS, steps=[{"whom": ["assignee"]}])


def make_contract(cast: Cast, policy: Policy, **more: Any) -> Contract:
    values = {"number": "K-7", "customer": cast.customer, "legal_entity_id": cast.office.legal_entity_id}
    return Contract.objects.create(**values | {"policy": policy, "starts_on": date(2020, 1, 1)} | more)


def facts_for(cast: Cast, **more: Any) -> Facts:
    known = {"customer": cast.customer.pk, "product": None, "queue": cast.desk.queue.pk, "kind": Kind.REQUEST}
    return Facts(**known | {"priority": Priority.NORMAL, "on": date(2026, 11, 23)} | more)


def chosen(found: Choice | None) -> tuple[str, str]:
    assert found is not None
    return found.reason, found.policy


def test_who_decides_rule_before_contract_before_queue_before_default(acme: Cast) -> None:
    with acme.scope():
        asks = facts_for(acme)
        assert chosen(choose(asks)) == ("default", acme.desk.policy.name)
        acme.desk.queue.policy = make_policy(acme, "Of the queue")
        acme.desk.queue.save()
        assert chosen(choose(asks)) == ("queue", "Of the queue")
        contract = make_contract(acme, make_policy(acme, "Bought"))
        assert chosen(choose(asks)) == ("contract", "Bought")
        PromiseRule.objects.create(name="Later", position=2, policy=make_policy(acme, "Later"), kind=Kind.REQUEST)
        PromiseRule.objects.create(name="First", position=1, policy=make_policy(acme, "First"), queue=acme.desk.queue)
        found = choose(asks)
        assert chosen(found) == ("rule", "First")
        assert found is not None
        assert (found.contract_id, found.contract_number, found.rule) == (contract.pk, "K-7", "First")
        assert chosen(choose(facts_for(acme, kind=Kind.ORDER))) == ("rule", "First")


def test_a_rule_and_a_contract_may_name_another_calendar(acme: Cast) -> None:
    with acme.scope():
        always = save_calendar(
            name="Always", time_zone="UTC", weekly={str(day): [["00:00", "24:00"]] for day in range(7)}, exceptions={}
        )
        make_contract(acme, acme.desk.policy, calendar=always)
        found = choose(facts_for(acme))
        assert found is not None
        assert found.calendar_version == always.current.pk
        ticket = ticket_of(acme)
        timer = Timer.objects.of(ticket.pk).get(metric="first_response")
        assert timer.due_at == ticket.received_at.replace(microsecond=0) + timedelta(seconds=timer.target_seconds)


def test_a_contract_begins_at_midnight_where_the_customer_is_served(acme: Cast) -> None:
    with acme.scope():
        make_contract(acme, make_policy(acme, "Bought"), starts_on=date(2026, 11, 24))
        ticket = ticket_of(acme)
        for hour, reason in [(21, "default"), (22, "contract")]:
            ticket.received_at = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
            ticket.save()
            clock.choose_promises(ticket, at=timezone.now())
            event = ticket.events.filter(kind=EventKind.POLICY).order_by("pk").last()
            assert event is not None
            assert event.data["reason"] == reason


CONDITION = st.fixed_dictionaries(
    {
        "customer": st.sampled_from([None, 0, 1]),
        "product": st.sampled_from([None, 0, 1]),
        "queue": st.sampled_from([None, 0]),
        "kind": st.sampled_from(["", "fault", "order"]),
        "priority": st.sampled_from(["", "urgent", "low"]),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(rules=st.lists(CONDITION, max_size=5), asks=CONDITION)
def test_the_page_and_the_database_name_the_same_one(
    acme: Cast, rules: list[dict[str, Any]], asks: dict[str, Any]
) -> None:
    with acme.scope():
        PromiseRule.objects.all().delete()
        customers = [acme.customer, Customer.objects.get_or_create(name="Toinen Oy", office=acme.office)[0]]
        products = [Product.objects.get_or_create(name=name)[0] for name in ("PackLine", "Winder")]
        places = {"customer": customers, "product": products, "queue": [acme.desk.queue]}
        for number, rule in enumerate(rules):
            links = {name: None if rule[name] is None else rows[rule[name]] for name, rows in places.items()}
            PromiseRule.objects.create(**rule | links, name=f"R{number}", position=number, policy=acme.desk.policy)
        ids = {name: None if asks[name] is None else rows[asks[name]].pk for name, rows in places.items()}
        ids["queue"] = acme.desk.queue.pk
        wanted = Facts(**asks | ids, on=date(2026, 11, 23))
        found, first = choose(wanted), next(one for one in asked(wanted) if one.answers)
        assert found is not None
        assert (found.reason, found.rule) == (first.by, first.name if first.by == "rule" else "")


def test_a_change_of_what_decides_moves_the_promises_and_says_so(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        gold = make_policy(acme, "Gold")
        PromiseRule.objects.create(name="Orders", policy=gold, kind=Kind.ORDER)
        facts.change(ticket, by=acme.actor("aino"), kind=Kind.ORDER)
        timer = Timer.objects.of(ticket.pk).get(metric="first_response")
        assert (timer.policy_version_id, timer.target_minutes) == (gold.current.pk, 15)
        events = ticket.events.filter(kind=EventKind.POLICY).count()
        facts.change(ticket, by=acme.actor("aino"), product=Product.objects.create(name="PackLine"))
        assert ticket.events.filter(kind=EventKind.POLICY).count() == events
        assert list(rebuild(ticket, keep=False)) == []
    page = words(acme.client("aino").get(f"/tickets/{ticket.number}/"))
    assert "Other promises hold from now on: Gold" in page


def test_where_nothing_is_promised_any_more_the_clocks_end(acme: Cast) -> None:
    with acme.scope():
        make_contract(acme, acme.desk.policy)
        Policy.objects.update(is_default=False)
        ticket = ticket_of(acme)
        assert Timer.objects.of(ticket.pk).live().exists()
        facts.change(ticket, by=acme.actor("aino"), customer=None)
        assert not Timer.objects.of(ticket.pk).live().exists()
        assert ticket.refreshed().next_due_at is None
        assert list(rebuild(ticket, keep=False)) == []
        facts.change(ticket, by=acme.actor("aino"), customer=acme.customer)
        assert Timer.objects.of(ticket.pk).live().exists()
        assert list(rebuild(ticket, keep=False)) == []


def urgent_days(cast: Cast) -> dict[str, Any]:
    exceptions = cast.desk.calendar.current.exceptions | {"2030-01-02": {"name": "Stocktaking", "open": []}}
    return {"weekly": cast.desk.calendar.current.weekly, "exceptions": exceptions}


@pytest.mark.django_db(transaction=True)
def test_open_tickets_are_given_the_present_promises_once(acme: Cast) -> None:
    with acme.scope():
        kept, done = ticket_of(acme), ticket_of(acme)
        lifecycle.resolve(done, solution="Korjattu.", by=acme.actor("aino"))
        calendar, by = acme.desk.calendar, acme.actor("ada")
        edit_policy(acme.desk.policy, by=by, name=acme.desk.policy.name, is_default=True, targets=TARGETS)
        edit_calendar(calendar, by=by, name=calendar.name, time_zone=calendar.current.time_zone, **urgent_days(acme))
    client, url = acme.client("ada"), reverse("tickets:apply_promises")
    assert "<b>1</b> of them counts by an earlier version" in words(client.get(url))
    assert new_actions(acme, lambda: client.post(url)) == ["promises.applied"]
    for _twice in range(2):
        apply_promises(acme.tenant.pk, acme.members["ada"].pk)
    with acme.scope():
        told = kept.events.filter(kind=EventKind.POLICY).order_by("pk")
        assert [event.actor_name for event in told] == ["Vaste", acme.members["ada"].name]
        assert Timer.objects.of(kept.pk).get(metric="first_response").target_minutes == 15
        assert done.events.filter(kind=EventKind.POLICY).count() == 1
        assert list(rebuild(kept, keep=False)) == []
    assert "All of them count by the present versions." in words(client.get(url))
    line = f"{acme.members['ada'].name} gave it the present promises: {acme.desk.policy.name}"
    assert line in words(client.get(f"/tickets/{kept.number}/"))


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_cannot_be_given_new_promises_keeps_them_from_nobody(
    acme: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with acme.scope():
        broken, whole = ticket_of(acme), ticket_of(acme)
        edit_policy(acme.desk.policy, by=acme.actor("ada"), name="Fast", is_default=True, targets=TARGETS)

    def fail(ticket: Ticket, *, by: Actor) -> bool:
        if ticket.pk == broken.pk:
            raise ValueError
        return apply_to(ticket, by=by)

    monkeypatch.setattr("tickets.tasks.apply_to", fail)
    apply_promises(acme.tenant.pk, acme.members["ada"].pk)
    assert [record.message for record in caplog.records] == ["promises.not_applied"]
    with acme.scope():
        assert Timer.objects.of(whole.pk).get(metric="first_response").target_minutes == 15


def test_what_is_late_stays_late_under_milder_promises(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        Timer.objects.of(ticket.pk).update(breached_at=timezone.now())
        mild = {str(priority): {"first_response": 60_000} for priority in Priority}
        edit_policy(acme.desk.policy, by=acme.actor("ada"), name="Mild", is_default=True, targets=mild)
    apply_promises(acme.tenant.pk, acme.members["ada"].pk)
    with acme.scope():
        timer = Timer.objects.of(ticket.pk).get(metric="first_response")
        assert (timer.target_minutes, timer.breached_at is None) == (60_000, False)


def rule_data(cast: Cast, **more: object) -> dict[str, object]:
    return {"name": "Orders", "policy": cast.desk.policy.pk, "kind": "order", "position": "1"} | more


def test_a_rule_is_added_changed_and_removed(acme: Cast) -> None:
    client = acme.client("ada")
    added = new_actions(acme, lambda: client.post(reverse("tickets:promise_rule_add"), rule_data(acme)))
    assert added == ["promiserule.added"]
    with acme.scope():
        rule = PromiseRule.objects.get()
    assert "Kind: Order" in words(client.get(reverse("tickets:promise_rules")))
    url = reverse("tickets:promise_rule", args=[rule.pk])
    assert new_actions(acme, lambda: client.post(url, rule_data(acme, priority="high"))) == ["promiserule.changed"]
    empty = client.post(url, rule_data(acme, kind=""))
    assert (empty.status_code, list(form_of(empty).errors)) == (422, ["__all__"])
    assert list(form_of(client.post(url, rule_data(acme, kind="gift"))).errors) == ["kind"]
    gone = reverse("tickets:promise_rule_remove", args=[rule.pk])
    assert new_actions(acme, lambda: client.post(gone)) == ["promiserule.removed"]
    assert "A rule makes an exception." in words(client.get(reverse("tickets:promise_rules")))


def trial_of(cast: Cast, **more: str) -> dict[str, str]:
    facts = {"received_at": "2026-11-20T15:30", "queue": str(cast.desk.queue.pk), "kind": "request"}
    return facts | {"priority": "normal", "channel": "mail"} | more


def test_a_moment_is_tried_out(acme: Cast) -> None:
    with acme.scope():
        PromiseRule.objects.create(name="Orders", policy=make_policy(acme, "Gold"), kind=Kind.ORDER)
    client, url = acme.client("liisa"), reverse("tickets:promise_trial")
    before = words(client.get(url))
    assert "Where the promises come from" not in before
    page = words(client.get(url, trial_of(acme)))
    assert "Does not fit: Kind" in page
    assert "None runs on that day" in page
    # Friday 15:30 to 16:00 is half an hour of the four, the rest is Monday's from 8:00 on.
    assert "Mon 23 Nov 2026 11:30" in page
    assert "Fri 20 Nov 2026 15:45" in words(client.get(url, trial_of(acme, kind="order")))
    bad = client.get(url, trial_of(acme, received_at="soon"))
    assert (bad.status_code, list(form_of(bad).errors)) == (422, ["received_at"])


def test_a_ticket_is_tried_out_by_its_number(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
    client, url = acme.client("liisa"), reverse("tickets:promise_trial")
    page = words(client.get(url, {"ticket": f"SYS-{ticket.number}"}))
    assert ticket.title in page
    assert f"/tickets/{ticket.number}/promises/first_response/0/" in page
    assert "Where the promises come from" in page
    missing = client.get(url, {"ticket": "SYS-999999"})
    assert missing.status_code == 422
    assert "No ticket has this number." in words(missing)


def test_a_trial_and_a_ticket_agree(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        received = ticket.received_at.replace(microsecond=0)
        trial = try_out(clock.facts_of(ticket), at=received, channel=ticket.channel, zone="Europe/Helsinki")
        timers = {timer.due_at for timer in Timer.objects.of(ticket.pk)}
    assert {promise.due for promise in trial.promises} == timers


@pytest.mark.django_db(transaction=True)
def test_the_list_costs_the_same_with_thirty_rules(acme: Cast) -> None:
    client, url = acme.client("ada"), reverse("tickets:promise_rules")
    with acme.scope():
        PromiseRule.objects.create(name="R", policy=acme.desk.policy, kind="order")
    client.get(url)
    few = statements(lambda: client.get(url))
    with acme.scope():
        for number in range(30):
            PromiseRule.objects.create(
                name=f"R{number}", policy=acme.desk.policy, customer=acme.customer, queue=acme.desk.queue
            )
    assert statements(lambda: client.get(url)) == few


def test_handing_over_to_a_queue_with_rules_of_its_own(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        other = type(acme.desk.queue).objects.create(name="Spares", address="s@acme.example", office=acme.office)
        PromiseRule.objects.create(name="Spares", policy=make_policy(acme, "Slow"), queue=other)
        assignment.move(ticket, other, by=acme.actor("aino"))
        event = Ticket.objects.get(pk=ticket.pk).events.filter(kind=EventKind.POLICY).order_by("pk").last()
        assert event is not None
        assert (event.data["rule"], event.actor_name) == ("Spares", acme.members["aino"].name)


def test_a_scheduled_ticket_opens_by_itself_once_and_its_consultant_hears(acme: Cast, monday: datetime) -> None:
    until = monday + timedelta(hours=3)
    with time_machine.travel(monday, tick=False):
        ticket = ticket_of(acme, assignee="konsta")
        with acme.scope():
            rest = Status.objects.get(status_class=StatusClass.SCHEDULED, is_default=True)
            lifecycle.set_status(ticket, rest, by=acme.actor("aino"), until=until)
            mails = OutgoingMail.objects.count()
        assert "until Mon" in words(acme.client("aino").get(f"/tickets/{ticket.number}/"))
    with time_machine.travel(until - timedelta(minutes=1), tick=False):
        wake_all(acme)
        with acme.scope():
            assert ticket.refreshed().status_class == StatusClass.SCHEDULED
    with time_machine.travel(until + timedelta(minutes=5), tick=False):
        for _twice in range(2):
            wake_all(acme)
        with acme.scope():
            woken = ticket.refreshed()
            assert (woken.status_class, woken.scheduled_until) == (StatusClass.OPEN, None)
            assert [event.at for event in woken.events.filter(kind=EventKind.STATUS, data__class="open")] == [until]
            assert OutgoingMail.objects.count() == mails + 1
            assert list(rebuild(ticket, keep=False)) == []


def wake_all(cast: Cast) -> None:
    """What the sweep does with each ticket that the door names; the door itself reads the database's own clock."""
    with cast.scope():
        for ticket in Ticket.objects.exclude(scheduled_until=None):
            lifecycle.wake(ticket)


def test_the_sweep_finds_what_is_due(acme: Cast) -> None:
    with acme.scope():
        ticket = ticket_of(acme)
        rest = Status.objects.get(status_class=StatusClass.SCHEDULED, is_default=True)
        lifecycle.set_status(ticket, rest, by=acme.actor("aino"), until=timezone.now() + timedelta(hours=1))
        Ticket.objects.filter(pk=ticket.pk).update(scheduled_until=timezone.now() - timedelta(seconds=1))
    wake_tickets()
    with acme.scope():
        assert ticket.refreshed().status_class == StatusClass.OPEN


def test_what_works_again_is_noted_where_that_was_promised(acme: Cast) -> None:
    with acme.scope():
        plain = ticket_of(acme)
        restore = {str(priority): {"restore": 60, "resolution": 600} for priority in Priority}
        edit_policy(acme.desk.policy, by=acme.actor("ada"), name="Restore", is_default=True, targets=restore)
        ticket = ticket_of(acme)
    client, url = acme.client("aino"), reverse("tickets:restored", args=[ticket.number])
    assert "Works again" not in words(client.get(f"/tickets/{plain.number}/"))
    assert "Works again" in words(client.get(f"/tickets/{ticket.number}/"))
    assert client.post(url).status_code == 302
    page = words(client.get(f"/tickets/{ticket.number}/"))
    assert "Works again" not in page
    assert "says that the service works again" in page
    with acme.scope():
        kept = {timer.metric: timer.fulfilled_at is not None for timer in Timer.objects.of(ticket.pk)}
        assert kept == {"restore": True, "resolution": False}
        lifecycle.resolve(ticket, solution="Korjattu.", by=acme.actor("aino"))
    assert client.post(url).status_code in {302, 409}
