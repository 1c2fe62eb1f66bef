"""Reminders beside the promises: which silences a rule minds, counted in working time, once each, and at what cost."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from outbox.models import OutgoingMail
from sla.models import Policy
from tests.accounts.settings_support import form_of, new_actions, words
from tests.conftest import APP_ROLE, Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind, NoticeEnd, StatusClass
from tickets.models import Notice, ReminderRule, Ticket, TicketEvent
from tickets.services import assignment, conversation, facts, lifecycle, telling
from tickets.services.conversation import Written
from tickets.services.events import status_of
from tickets.services.silences import silent_tickets
from tickets.tasks import run_rule, sweep_silences

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def opened(cast: Cast, at: datetime, assignee: str = "") -> Ticket:
    with time_machine.travel(at, tick=False):
        return ticket_of(cast, assignee=assignee)


def rule_of(cast: Cast, kind: str, amount: int, unit: str = "days", **more: Any) -> ReminderRule:
    with cast.scope():
        return ReminderRule.objects.create(kind=kind, amount=amount, unit=unit, **more)


def run(cast: Cast, rule: ReminderRule, at: datetime) -> list[str]:
    """Who is noted to hear by one more sweep, in order."""
    with cast.scope():
        before = list(Notice.objects.values_list("pk", flat=True))
    with time_machine.travel(at, tick=False):
        run_rule(cast.tenant.pk, rule.pk)
    with cast.scope():
        new = Notice.objects.exclude(pk__in=before).select_related("member__user").order_by("member__user__name")
        return [notice.member.name for notice in new]


def told(cast: Cast, at: datetime) -> list[OutgoingMail]:
    with cast.scope():
        telling.tell_everybody(now=at)
        return list(OutgoingMail.objects.filter(purpose="reminder").order_by("pk"))


def deliver(cast: Cast, ticket: Ticket, at: datetime) -> None:
    """A reply that its writer sent from their own mail program."""
    with cast.scope(), time_machine.travel(at, tick=False):
        conversation.record_reply(ticket, Written(text="We are on it."), by=cast.actor("aino"), at=at)


def note(cast: Cast, ticket: Ticket, at: datetime) -> None:
    with cast.scope():
        conversation.note(ticket, Written(text="Called."), by=cast.actor("aino"), at=at)


def ask(cast: Cast, ticket: Ticket, at: datetime) -> None:
    with cast.scope(), time_machine.travel(at, tick=False):
        conversation.ask(ticket, Written(text="Which lift?"), by=cast.actor("aino"), at=at)


def hear(cast: Cast, ticket: Ticket, at: datetime) -> None:
    with cast.scope(), time_machine.travel(at, tick=False):
        conversation.receive(ticket, Written(text="Any news?"), by=cast.actor("aino"), at=at)


# The desk is open from 8 to 16; 2 November is a Monday.
@pytest.mark.parametrize(
    ("received", "span", "silent", "not_yet"),
    [
        ("2 10:00", "2 hours", "2 12:00", "2 11:59"),
        ("2 15:00", "2 hours", "3 09:00", "3 08:59"),
        ("6 15:30", "2 hours", "9 09:30", "8 20:00"),  # over the weekend
        ("6 10:00", "3 days", "11 10:00", "11 09:59"),
        ("7 12:00", "1 days", "10 00:00", "9 23:59"),  # received on a Saturday
        ("4 10:00", "2 days", "6 10:00", "6 09:00"),
    ],
)
def test_silences_are_counted_in_working_time(acme: Cast, received: str, span: str, silent: str, not_yet: str) -> None:
    ticket = opened(acme, november(received))
    amount, unit = span.split()
    rule = rule_of(acme, "untouched", int(amount), unit)

    assert run(acme, rule, november(not_yet)) == []
    assert run(acme, rule, november(silent)) == ["Ada Admin", "Aino Agent", "Liisa Lead"]
    with acme.scope():
        (line,) = TicketEvent.objects.filter(kind=EventKind.REMINDED)
        assert (line.ticket_id, line.data["silence"]) == (ticket.pk, "untouched")


def november(text: str) -> datetime:
    """In Helsinki: "2 10:00" is Monday morning."""
    day, _, reading = text.partition(" ")
    hours, _, minutes = reading.partition(":")
    local = datetime(2026, 11, int(day), int(hours), int(minutes))  # noqa: DTZ001  # its zone comes next
    return timezone.make_aware(local, ZoneInfo("Europe/Helsinki"))


def test_without_default_promises_the_clock_counts(acme: Cast) -> None:
    opened(acme, november("6 15:30"))
    rule = rule_of(acme, "untouched", 12, "hours")
    with acme.scope():
        Policy.objects.update(is_default=False)

    assert run(acme, rule, november("7 03:29")) == []
    assert len(run(acme, rule, november("7 03:30"))) == 3


def test_a_holiday_is_no_working_day(acme: Cast) -> None:
    """Independence day, 6 December 2027, is a Monday."""
    friday = november("2 10:00").replace(year=2027, month=12, day=3)
    opened(acme, friday)
    rule = rule_of(acme, "untouched", 1)

    assert run(acme, rule, friday + 3 * DAY + HOUR) == []
    assert len(run(acme, rule, friday + 4 * DAY)) == 3


def test_who_is_told_and_in_whose_working_hours(acme: Cast) -> None:
    """Aino, Ada and Liisa share the queue; whoever is told hears it when their office opens."""
    opened(acme, november("5 10:00"), "konsta")
    at = november("7 12:00")

    assert run(acme, rule_of(acme, "idle", 1, hearer="assignee"), at) == ["Konsta Consultant"]
    assert run(acme, rule_of(acme, "idle", 1, hearer="team"), at) == ["Ada Admin", "Aino Agent", "Liisa Lead"]
    assert run(acme, rule_of(acme, "idle", 1, hearer="leads"), at) == ["Liisa Lead"]
    with acme.scope():
        assert set(Notice.objects.values_list("send_at", flat=True)) == {november("9 08:00")}
    assert told(acme, november("9 07:59")) == []
    mails = told(acme, november("9 08:00"))
    assert sorted(mail.to[0].partition("@")[0] for mail in mails) == ["ada", "aino", "konsta", "liisa", "liisa"]
    assert {mail.subject.partition("] ")[2] for mail in mails} == {"Nothing has happened: The lift is stuck"}
    assert "Nothing has happened since Thu 5 Nov 2026 10:00" in mails[0].text


def test_where_nobody_is_named_an_admin_hears_it_in_the_end(acme: Cast) -> None:
    opened(acme, november("2 10:00"))
    with acme.scope():
        acme.liisa.ended_at = november("2 09:00")
        acme.liisa.save()

    assert run(acme, rule_of(acme, "silent", 1, hearer="leads"), november("4 10:00")) == ["Ada Admin"]


def test_no_word_to_the_requester_counts_from_what_reached_them(acme: Cast) -> None:
    """Neither their own questions nor notes nor a supplier end the silence; a delivered reply does."""
    ticket = opened(acme, november("2 10:00"), "konsta")
    rule = rule_of(acme, "silent", 3)
    note(acme, ticket, november("3 10:00"))
    hear(acme, ticket, november("4 10:00"))
    with acme.scope():
        lifecycle.set_status(ticket, status_of(StatusClass.WAITING_THIRD_PARTY), by=acme.actor("aino"))

    assert run(acme, rule, november("5 09:59")) == []
    assert run(acme, rule, november("5 10:00")) == ["Konsta Consultant"]
    assert run(acme, rule, november("6 10:00")) == []
    deliver(acme, ticket, november("6 10:30"))
    assert run(acme, rule, november("11 10:29")) == []
    assert run(acme, rule, november("11 10:30")) == ["Konsta Consultant"]
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
    assert run(acme, rule, november("30 10:30")) == []


def test_nobody_has_touched_it_counts_from_what_the_desk_did(acme: Cast) -> None:
    ticket = opened(acme, november("2 10:00"))
    rule = rule_of(acme, "untouched", 4, "hours")
    hear(acme, ticket, november("2 13:00"))  # written down by Aino: somebody has looked at it

    assert run(acme, rule, november("3 08:59")) == []
    assert len(run(acme, rule, november("3 09:00"))) == 3
    with acme.scope():
        assignment.assign(ticket, acme.konsta, by=acme.actor("aino"), at=november("3 09:30"), notify=False)
        lifecycle.start(ticket, by=acme.actor("konsta"), at=november("3 09:45"))
    assert run(acme, rule, november("20 09:00")) == []


def test_the_requester_who_does_not_answer_is_remembered_until_anything_happens(acme: Cast) -> None:
    ticket = opened(acme, november("2 10:00"), "konsta")
    rule = rule_of(acme, "waiting", 2)
    assert run(acme, rule, november("6 10:00")) == []
    ask(acme, ticket, november("6 11:00"))

    assert run(acme, rule, november("10 10:59")) == []
    assert run(acme, rule, november("10 11:00")) == ["Konsta Consultant"]
    note(acme, ticket, november("10 12:00"))
    assert run(acme, rule, november("12 12:00")) == ["Konsta Consultant"]
    hear(acme, ticket, november("12 13:00"))
    assert run(acme, rule, november("30 12:00")) == []


def test_a_rule_that_repeats_says_it_again_after_the_same_span(acme: Cast) -> None:
    opened(acme, november("2 10:00"), "konsta")
    rule = rule_of(acme, "silent", 2, repeats=True)
    swept = [november(f"{day} {hour}:00") for day in range(2, 13) for hour in (9, 10, 11)]

    said = [at for at in swept if run(acme, rule, at)]

    assert said == [november(f"{day} 10:00") for day in (4, 6, 10, 12)]


def test_what_happened_before_the_office_opened_is_not_told_any_more(acme: Cast) -> None:
    ticket = opened(acme, november("5 10:00"), "konsta")
    assert run(acme, rule_of(acme, "silent", 1), november("7 12:00")) == ["Konsta Consultant"]
    deliver(acme, ticket, november("8 12:00"))

    assert told(acme, november("9 08:00")) == []
    with acme.scope():
        assert Notice.objects.get().end == NoticeEnd.STIRRED


def test_a_corrected_reception_begins_the_silence_anew(acme: Cast) -> None:
    ticket = opened(acme, november("3 10:00"))
    with acme.scope(), time_machine.travel(november("3 11:00"), tick=False):
        facts.correct_reception(ticket, received_at=november("2 10:00"), by=acme.actor("aino"))

    assert len(run(acme, rule_of(acme, "silent", 1), november("3 12:00"))) == 3


def test_the_sweep_runs_the_rules_that_are_on_of_every_tenant(acme: Cast, globex: Cast) -> None:
    at = timezone.now() - 40 * DAY
    for cast in (acme, globex):
        opened(cast, at)
        rule_of(cast, "silent", 1, is_on=cast is acme)
    sweep_silences()
    sweep_silences()

    with acme.scope():
        assert Notice.objects.count() == 3
        assert TicketEvent.objects.filter(kind=EventKind.REMINDED).count() == 1
    with globex.scope():
        assert not Notice.objects.exists()


def test_the_timeline_says_it_in_words(acme: Cast) -> None:
    ticket = opened(acme, november("2 10:00"), "konsta")
    for kind in ("untouched", "idle", "silent"):
        run(acme, rule_of(acme, kind, 1), november("4 10:00"))
    with time_machine.travel(november("4 10:30"), tick=False):
        page = words(acme.client("aino").get(f"/tickets/{ticket.number}/"))

    for said in ("Nobody has touched it", "Nothing has happened", "No word to the requester"):
        assert f"{said} since Mon 10:00: reminder to Konsta Consultant" in page


@pytest.mark.parametrize("kind", ["untouched", "idle", "silent", "waiting"])
@pytest.mark.django_db(transaction=True)
def test_a_sweep_reads_no_ticket_that_is_finished_or_was_spoken_of(acme: Cast, kind: str) -> None:
    """3,000 tickets, of which 20 are silent: read by their index, whatever else there is."""
    model = opened(acme, november("2 10:00"))
    rule = rule_of(acme, kind, 3)
    copies = """
        INSERT INTO tickets_ticket ({names}) SELECT {values} FROM tickets_ticket, generate_series(1, 3000) AS n
    """
    own = {
        "id": "id + n",
        "number": "number + n",
        "status_class": "CASE WHEN n % 3 > 0 THEN 'resolved' WHEN n % 2 = 0 THEN 'open' ELSE 'waiting_requester' END",
        "last_word_at": "last_word_at + CASE WHEN n <= 60 THEN interval '0' ELSE interval '9 days' END",
    }
    names = [field.column for field in Ticket._meta.concrete_fields if not field.generated]
    values = ", ".join(own.get(name, name) for name in names)
    with acme.scope(), connection.cursor() as cursor:
        cursor.execute(copies.format(names=", ".join(names), values=values))
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("ANALYZE tickets_ticket")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        plan = silent_tickets(rule, now=november("12 10:00")).values("pk").explain(analyze=True, format="json")

    read = [node for node in nodes(json.loads(plan)[0]["Plan"]) if node.get("Relation Name") == "tickets_ticket"]
    rows = sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in read)
    assert rows <= 21, plan
    assert model.pk


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in nodes(below))]


def test_leads_arrange_reminders_and_each_change_is_audited(acme: Cast) -> None:
    client, add = acme.client("liisa"), reverse("tickets:reminder_add")
    assert "Nobody is reminded of silent tickets" in words(client.get(reverse("tickets:reminders")))
    data = {"kind": "silent", "amount": 3, "unit": "days", "hearer": "assignee", "is_on": "on"}
    assert new_actions(acme, lambda: client.post(add, data)) == ["reminder.added"]
    twice = client.post(add, data)
    assert twice.status_code == 422
    assert form_of(client.post(add, data | {"amount": 0})).errors["amount"]

    with acme.scope():
        rule = ReminderRule.objects.get()
    page = words(client.get(reverse("tickets:reminders")))
    assert "3 working days" in page
    change = reverse("tickets:reminder", args=[rule.pk])
    off = {name: value for name, value in data.items() if name != "is_on"}
    assert new_actions(acme, lambda: client.post(change, off | {"repeats": "on"})) == ["reminder.changed"]
    assert "The consultant, again and again" in words(client.get(reverse("tickets:reminders")))
    opened(acme, november("2 10:00"))
    assert run(acme, rule, november("30 10:00")) == []
