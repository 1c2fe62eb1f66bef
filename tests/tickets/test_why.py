"""A deadline's page says the whole way to it, in words that add up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Office
from sla.log import Metric
from sla.models import Timer
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Ticket
from tickets.services import clock, conversation, lifecycle
from tickets.services.conversation import Written
from tickets.services.merging import merge
from tickets.why import Why, span_words, why

pytestmark = pytest.mark.django_db


def explained(cast: Cast, ticket: Ticket, metric: Metric, *, zone: str = "Europe/Helsinki") -> Why:
    with cast.scope(), timezone.override(ZoneInfo(zone)), translation.override("en"):
        ticket = Ticket.objects.select_related("queue__office", "customer__office").get(pk=ticket.pk)
        timer = Timer.objects.of(ticket.pk).get(metric=metric)
        found = clock.explain(ticket, metric, timer.cycle, now=timezone.now())
        assert found is not None
        assert found.cycle.due == timer.due_at
        return why(ticket, found)


def test_a_pause_and_the_closed_hours_are_named_and_the_counted_time_adds_up(acme: Cast, monday: datetime) -> None:
    with time_machine.travel(monday, tick=False):
        ticket = ticket_of(acme)
    with acme.scope(), time_machine.travel(monday.replace(hour=10), tick=False):
        conversation.ask(ticket, Written(text="Which line?"), by=acme.actor("aino"))
    with acme.scope(), time_machine.travel(monday.replace(hour=11), tick=False):
        conversation.receive(ticket, Written(text="Three."), by=acme.actor("aino"), at=timezone.now())
        told = explained(acme, ticket, Metric.RESOLUTION)

    paused = "Paused: waiting for the requester, 1 h of open hours left out"
    assert [line.counted for line in told.lines if line.words == paused] == ["0 min"]
    assert any(line.words == "Closed" and line.projected for line in told.lines)
    assert "Closed: Sat, Sun" in {line.words for line in told.lines}
    assert [line.is_deadline for line in told.lines] == [False] * (len(told.lines) - 1) + [True]
    assert told.outcome.startswith("The clock runs. Used 2 h, left")
    assert told.rules[0].priority == "Normal"
    assert told.lines[-1].used == told.target
    assert told.lines[-1].end == told.due
    assert [line.start for line in told.lines[1:]] == [line.end for line in told.lines[:-1]]
    assert told.rules[0].chosen.startswith("because")


def test_a_reader_elsewhere_sees_both_clocks(acme: Cast, monday: datetime) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        office = Office.objects.get()
        assert office.time_zone == "Europe/Helsinki"

    assert explained(acme, ticket, Metric.FIRST_RESPONSE).there is None
    there = explained(acme, ticket, Metric.FIRST_RESPONSE, zone="America/Toronto").there
    assert there is not None
    assert there[0] == "Europe/Helsinki"


def test_a_resolved_ticket_says_that_its_promise_was_kept(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))

    told = explained(acme, ticket, Metric.RESOLUTION)

    assert told.outcome == "Kept."
    assert told.fulfilled_at is not None


def test_the_page_is_found_from_the_ticket_and_only_for_what_is_promised(acme: Cast) -> None:
    ticket = ticket_of(acme)
    client = acme.client("aino")
    page = client.get(reverse("tickets:detail", args=[ticket.number])).content.decode()
    address = reverse("tickets:why", args=[ticket.number, "resolution", 0])

    assert address in page
    assert client.get(address).status_code == 200
    for metric, cycle in (("resolution", 7), ("nothing", 0), ("nbd", 0)):
        assert client.get(reverse("tickets:why", args=[ticket.number, metric, cycle])).status_code == 404


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 min"), (59, "0 min"), (3600, "1 h"), (149_400, "41 h 30 min")])
def test_spans_have_no_days(seconds: int, words: str) -> None:
    with translation.override("en"):
        assert span_words(seconds) == words


def test_what_was_late_when_a_ticket_ended_is_not_counted_on(acme: Cast) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=False):
        source = ticket_of(acme)
    other = ticket_of(acme)
    client = acme.client("aino")
    with acme.scope():
        merge(source, other, by=acme.actor("aino"))
    page = client.get(reverse("tickets:detail", args=[source.number])).content.decode()

    assert "Response not kept" in page
    assert "data-due" not in page


def test_while_the_desk_is_closed_it_says_when_the_clock_goes_on_and_which_days_are_closed(
    acme: Cast, monday: datetime
) -> None:
    eve = monday.replace(month=12, day=23, hour=13)
    with time_machine.travel(eve, tick=False):
        ticket = ticket_of(acme)
    with time_machine.travel(eve + timedelta(days=2), tick=False):
        told = explained(acme, ticket, Metric.RESOLUTION)

    assert told.outcome == "Closed now; the clock goes on Mon 28 Dec 2026 08:00. Used 1 h, left 39 h of open hours."
    closed = [line.words for line in told.lines if line.words.startswith("Closed: ")]
    assert closed[0] == "Closed: Christmas Eve, Christmas Day"
    assert closed[1].endswith("Sun")
