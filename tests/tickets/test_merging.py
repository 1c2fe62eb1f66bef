"""Two tickets become one: what each keeps, what the clocks make of it, who hears, and what is refused."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import AuditEntry, Customer, Requester, RequesterAddress
from outbox.models import OutgoingMail
from outbox.signals import delivered
from sla.models import Timer
from tests.conftest import Cast
from tickets.enums import Channel, EventKind, StatusClass
from tickets.errors import OtherCustomer, SameTicket, TicketClosed, TicketError, TicketMerged
from tickets.models import AccessLink, Queue, Ticket, TicketEvent
from tickets.services import assignment, conversation, facts, lifecycle, work
from tickets.services.conversation import Written
from tickets.services.events import status_of
from tickets.services.intake import Matter, open_ticket
from tickets.services.letters import MOST_COPIES
from tickets.services.merging import merge
from tickets.tasks import sweep_timers

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ticket_at(cast: Cast, at: datetime, requester: Requester | None = None, **more: Any) -> Ticket:
    """A ticket received at an instant, of Otto by default."""
    facts = {"customer": cast.customer} | more
    with cast.scope(), time_machine.travel(at, tick=False):
        matter = Matter(
            title="The lift is stuck",
            queue=cast.desk.queue,
            requester=requester or cast.requester,
            written=Written(text="It does not move."),
            channel=Channel.MAIL,
            received_at=at,
            **facts,
        )
        return open_ticket(matter, by=SYSTEM, notify=False)


def pia(cast: Cast) -> Requester:
    """Somebody else of Otto's company."""
    with cast.scope():
        person = Requester.objects.create(name="Pia Puu", customer=cast.customer, language="fi")
        RequesterAddress.objects.create(requester=person, email="pia@paperi-acme.example")
        return person


def fresh(cast: Cast, ticket: Ticket) -> Ticket:
    with cast.scope():
        return Ticket.objects.select_related("merged_into", "status").get(pk=ticket.pk)


def join(cast: Cast, source: Ticket, survivor: Ticket, at: datetime | None = None) -> None:
    with cast.scope():
        merge(source, survivor, by=cast.actor("aino"), at=at)


def timers(cast: Cast, ticket: Ticket) -> dict[str, tuple[str, datetime, datetime | None]]:
    with cast.scope():
        return {each.metric: (each.state, each.started_at, each.due_at) for each in Timer.objects.of(ticket.pk)}


def test_one_ends_and_the_other_goes_on(acme: Cast, monday: datetime) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday + HOUR)

    join(acme, source, survivor, monday + 2 * HOUR)

    ended, went_on = fresh(acme, source), fresh(acme, survivor)
    assert (ended.status_class, ended.status.status_class) == (StatusClass.MERGED, StatusClass.MERGED)
    assert (ended.merged_into, ended.survivor) == (survivor, survivor)
    assert (ended.is_closed, ended.is_finished, ended.next_due_at, ended.closed_at) == (True, True, None, None)
    assert (went_on.status_class, went_on.merged_into, went_on.survivor) == (StatusClass.NEW, None, went_on)
    with acme.scope():
        assert set(Ticket.objects.unfinished()) == {survivor}
        assert set(Ticket.objects.finished()) == {source}
        assert source.messages.count() == survivor.messages.count() == 1
        audit = AuditEntry.objects.get(action="ticket.merged")
    assert (audit.actor_name, audit.target, audit.data) == (
        "Aino Agent",
        str(source.number),
        {"into": survivor.number},
    )


def test_both_logs_tell_of_it(acme: Cast, monday: datetime) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday + HOUR)

    join(acme, source, survivor, monday + 2 * HOUR)

    with acme.scope():
        told = TicketEvent.objects.filter(at=monday + 2 * HOUR).order_by("pk")
        events = [(event.ticket_id, event.kind, event.actor_name, event.data) for event in told]
        merged = status_of(StatusClass.MERGED).pk
    assert events == [
        (source.pk, EventKind.MERGED, "Aino Agent", {"number": survivor.number}),
        (source.pk, EventKind.STATUS, "Aino Agent", {"class": "merged", "status": merged}),
        (
            survivor.pk,
            EventKind.MERGED_FROM,
            "Aino Agent",
            {"number": source.number, "received_at": monday.isoformat()},
        ),
    ]


@pytest.mark.parametrize("source_first", [True, False])
def test_promises_count_from_the_earlier_reception(acme: Cast, monday: datetime, source_first: bool) -> None:
    """Monday at 10 and at 11 in Helsinki; the first response is promised within four open hours."""
    times = [monday, monday + HOUR] if source_first else [monday + HOUR, monday]
    source, survivor = ticket_at(acme, times[0]), ticket_at(acme, times[1])

    with time_machine.travel(monday + 2 * HOUR, tick=False):
        join(acme, source, survivor)

    first = timers(acme, survivor)["first_response"]
    assert first == ("running", monday, monday + 4 * HOUR)
    now = fresh(acme, survivor)
    assert (now.received_at, now.next_due_at) == (monday, monday + 4 * HOUR)
    assert {state for state, _, _ in timers(acme, source).values()} == {"cancelled"}


def test_what_was_late_before_stays_late_and_nothing_else_is_found_late(acme: Cast, monday: datetime) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday + 3 * HOUR)

    with time_machine.travel(monday + 5 * HOUR, tick=False):
        sweep_timers()
        join(acme, source, survivor)
        sweep_timers()
    with time_machine.travel(monday + timedelta(days=30), tick=False), acme.scope():
        assert not Timer.objects.of(source.pk).exclude(next_action_at=None).exists()
        OutgoingMail.objects.all().delete()
    with time_machine.travel(monday + timedelta(days=30), tick=False):
        sweep_timers()

    with acme.scope():
        late = TicketEvent.objects.filter(kind=EventKind.BREACHED, data__metric="first_response")
        assert sorted(late.values_list("ticket", flat=True)) == [source.pk, survivor.pk]
        assert not OutgoingMail.objects.filter(purpose="reminder", about=source.pk).exists()
        # Nobody could have known of it before the merge.
        assert late.get(ticket=survivor).at == monday + 5 * HOUR


def test_the_requester_and_the_copies_hear_of_what_the_survivor_is_told(acme: Cast, monday: datetime) -> None:
    source = ticket_at(acme, monday, pia(acme), copies=["cc@paperi-acme.example", "otto@paperi-acme.example"])
    survivor = ticket_at(acme, monday, copies=["first@paperi-acme.example"])

    join(acme, source, survivor)

    everybody = ["first@paperi-acme.example", "pia@paperi-acme.example", "cc@paperi-acme.example"]
    assert fresh(acme, survivor).copies == everybody
    with acme.scope():
        message = conversation.reply(survivor, Written(text="On our way."), by=acme.actor("aino"))
        mail = OutgoingMail.objects.get(pk=message.outgoing_id)
    assert (mail.to, mail.cc) == (["otto@paperi-acme.example"], everybody)


def test_copies_stay_capped(acme: Cast, monday: datetime) -> None:
    many = [f"n{number}@paperi-acme.example" for number in range(MOST_COPIES)]
    source, survivor = ticket_at(acme, monday, pia(acme)), ticket_at(acme, monday, copies=many)

    join(acme, source, survivor)

    assert fresh(acme, survivor).copies == many


def test_whoever_asked_first_hears_at_the_end_of_a_chain(acme: Cast, monday: datetime) -> None:
    first, second = ticket_at(acme, monday, pia(acme)), ticket_at(acme, monday + HOUR)
    third = ticket_at(acme, monday + 2 * HOUR)

    join(acme, first, second)
    join(acme, second, third)

    end = fresh(acme, third)
    assert (end.received_at, end.copies) == (monday, ["pia@paperi-acme.example"])
    with acme.scope():
        assert {ticket.survivor for ticket in Ticket.objects.all()} == {end}


def another_customer(cast: Cast, monday: datetime) -> Ticket:
    with cast.scope():
        customer = Customer.objects.create(name="Sellu Oy", country="FI", office=cast.office, language="fi")
    return ticket_at(cast, monday, customer=customer)


def closed(cast: Cast, monday: datetime) -> Ticket:
    ticket = ticket_at(cast, monday)
    with cast.scope():
        return lifecycle.close(ticket, by=cast.actor("aino"))


def merged(cast: Cast, monday: datetime) -> Ticket:
    ticket = ticket_at(cast, monday)
    join(cast, ticket, ticket_at(cast, monday))
    return ticket


REFUSED = [(another_customer, OtherCustomer), (closed, TicketClosed), (merged, TicketMerged)]


@pytest.mark.parametrize(("other", "error"), REFUSED)
@pytest.mark.parametrize("as_source", [True, False])
def test_refused_and_nothing_changed(
    acme: Cast,
    monday: datetime,
    other: Callable[[Cast, datetime], Ticket],
    error: type[TicketError],
    as_source: bool,
) -> None:
    pair = [other(acme, monday), ticket_at(acme, monday)]
    with acme.scope():
        before = list(TicketEvent.objects.values_list("pk", flat=True)), list(Ticket.objects.order_by("pk").values())

    with pytest.raises(error) as refusal:
        join(acme, *(pair if as_source else reversed(pair)))

    assert type(refusal.value) is error
    with acme.scope():
        after = list(TicketEvent.objects.values_list("pk", flat=True)), list(Ticket.objects.order_by("pk").values())
    assert before == after


def test_no_ticket_is_merged_into_itself(acme: Cast, monday: datetime) -> None:
    ticket = ticket_at(acme, monday)

    with pytest.raises(SameTicket):
        join(acme, ticket, fresh(acme, ticket))


def test_a_refusal_names_the_end_of_the_chain(acme: Cast, monday: datetime) -> None:
    first, second, third, fourth = (ticket_at(acme, monday) for _ in range(4))
    join(acme, first, second)
    join(acme, second, third)

    with pytest.raises(TicketMerged, match=f"merged into SYS-{third.number} "):
        join(acme, first, fourth)


def test_those_without_a_customer_can_be_merged(acme: Cast, monday: datetime) -> None:
    with acme.scope():
        stranger = Requester.objects.create(name="Sanna", language="fi")
        RequesterAddress.objects.create(requester=stranger, email="sanna@private.example")
    source, survivor = ticket_at(acme, monday, stranger, customer=None), ticket_at(acme, monday)

    join(acme, source, survivor)

    assert fresh(acme, survivor).copies == ["sanna@private.example"]


def test_another_tenants_ticket_is_out_of_reach(acme: Cast, globex: Cast, monday: datetime) -> None:
    ours, theirs = ticket_at(acme, monday), ticket_at(globex, monday)

    for pair in ((ours, theirs), (theirs, ours)):
        with acme.scope(), pytest.raises(Ticket.DoesNotExist):
            merge(*pair, by=acme.actor("aino"))

    assert fresh(acme, ours).status_class == fresh(globex, theirs).status_class == StatusClass.NEW


ACTS: list[Callable[[Cast, Ticket], object]] = [
    lambda cast, ticket: lifecycle.start(ticket, by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.resolve(ticket, solution="x", by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.confirm(ticket, by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.reject(ticket, reason="x", by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.close(ticket, by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.reopen(ticket, by=cast.actor("aino")),
    lambda cast, ticket: lifecycle.set_status(ticket, status_of(StatusClass.OPEN), by=cast.actor("aino")),
    lambda cast, ticket: conversation.reply(ticket, Written(text="x"), by=cast.actor("aino")),
    lambda cast, ticket: conversation.note(ticket, Written(text="x"), by=cast.actor("aino")),
    lambda cast, ticket: conversation.receive(ticket, Written(text="x"), by=cast.actor("aino"), at=timezone.now()),
    lambda cast, ticket: assignment.assign(ticket, cast.members["konsta"], by=cast.actor("aino")),
    lambda cast, ticket: assignment.move(ticket, Queue.objects.get(), by=cast.actor("aino")),
    lambda cast, ticket: facts.change(ticket, title="x", by=cast.actor("aino")),
    lambda cast, ticket: facts.correct_reception(ticket, received_at=ticket.received_at - HOUR, by=cast.actor("aino")),
    lambda cast, ticket: work.log(ticket, minutes=5, by=cast.actor("aino")),
]


@pytest.mark.parametrize("act", ACTS)
def test_nothing_moves_a_merged_ticket(acme: Cast, monday: datetime, act: Callable[[Cast, Ticket], object]) -> None:
    ticket = merged(acme, monday)
    before = fresh(acme, ticket)

    with acme.scope(), pytest.raises(TicketMerged):
        act(acme, ticket)

    now = fresh(acme, ticket)
    assert (now.status_class, now.assignee_id, now.last_activity_at) == (
        before.status_class,
        before.assignee_id,
        before.last_activity_at,
    )


def test_nobody_sets_the_status_by_hand(acme: Cast, monday: datetime) -> None:
    ticket = ticket_at(acme, monday)
    with acme.scope():
        status = status_of(StatusClass.MERGED)

    answer = acme.client("aino").post(f"/tickets/{ticket.number}/status/", {"status": status.pk})

    assert answer.status_code == 422
    assert fresh(acme, ticket).status_class == StatusClass.NEW


def test_a_reply_on_its_way_is_still_recorded_where_it_was_written(acme: Cast, monday: datetime) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday)
    with acme.scope():
        message = conversation.reply(source, Written(text="We look."), by=acme.actor("aino"))
    join(acme, source, survivor)

    with acme.scope():
        mail = OutgoingMail.objects.get(pk=message.outgoing_id)
        delivered.send(OutgoingMail, mail=mail, at=timezone.now())

    assert fresh(acme, source).first_responded_at is not None
    assert fresh(acme, source).status_class == StatusClass.MERGED
    assert fresh(acme, survivor).first_responded_at is None


@pytest.mark.parametrize(("language", "words"), [("en", "Merged into"), ("fi", "Yhdistetty pyyntöön")])
def test_the_pages_lead_to_each_other(acme: Cast, monday: datetime, language: str, words: str) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday)
    join(acme, source, survivor)
    user = acme.members["aino"].user
    user.language = language
    user.save(update_fields=["language"])
    client = acme.client("aino")

    ended, went_on = (client.get(f"/tickets/{each.number}/").content.decode() for each in (source, survivor))

    assert f"{words} SYS-{survivor.number}" in ended
    assert f'<a class="btn btn-sm" href="/tickets/{survivor.number}/">' in ended
    assert f'<a href="/tickets/{survivor.number}/">Aino Agent' in ended
    assert "/reopen/" not in ended
    assert "/write/" not in ended
    assert f'<a href="/tickets/{source.number}/">Aino Agent' in went_on
    assert client.post(f"/tickets/{source.number}/reopen/").status_code == 409


def test_the_consultants_links_end(acme: Cast, monday: datetime) -> None:
    source, survivor = ticket_at(acme, monday), ticket_at(acme, monday)
    with acme.scope():
        assignment.assign(source, acme.members["konsta"], by=acme.actor("aino"))

    join(acme, source, survivor)

    with acme.scope():
        assert AccessLink.objects.get(ticket=source).revoked_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(3))
def test_two_who_merge_crosswise_end_one_ticket(acme: Cast, monday: datetime, time: int) -> None:
    """Both begin at once: one of them is refused, none waits for ever, and no circle comes about."""
    one, two = ticket_at(acme, monday), ticket_at(acme, monday)
    begin, refused = threading.Barrier(2), []

    def attempt(source: Ticket, survivor: Ticket) -> None:
        begin.wait()
        try:
            join(acme, source, survivor)
        except TicketMerged as error:
            refused.append(error.into)
        connection.close()

    people = [threading.Thread(target=attempt, args=pair) for pair in ((one, two), (two, one))]
    for person in people:
        person.start()
    for person in people:
        person.join()

    states = {fresh(acme, each).status_class: each for each in (one, two)}
    assert set(states) == {StatusClass.NEW, StatusClass.MERGED}
    assert refused == [f"SYS-{states[StatusClass.NEW].number}"]
