"""The handover page: what is open, what was done, what comes next, and who has begun already."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Absence
from accounts.services import absences
from tests.conftest import Cast
from tests.house.test_query_counts import ask, make_tickets, warm
from tests.mailintake.post import ticket_of
from tickets.models import Ticket
from tickets.services import assignment, conversation, handover, lifecycle, work
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db


def page_of(cast: Cast, who: str, *, write: bool = False) -> str:
    return reverse("tickets:handover_write" if write else "tickets:handover", args=[cast.members[who].pk])


def away_today(cast: Cast, who: str, substitute: str) -> Absence:
    with cast.scope():
        return absences.plan(
            cast.members[who],
            starts_on=timezone.localdate(),
            substitute=cast.members[substitute],
            note="Reach me by phone",
            by=cast.actor(who),
        )


def test_it_tells_what_was_done_what_comes_next_and_who_has_begun(acme: Cast) -> None:
    konsta, aino, long_ago = acme.actor("konsta"), acme.actor("aino"), timezone.now() - timedelta(days=2)
    with time_machine.travel(long_ago - timedelta(hours=1)):
        ticket = ticket_of(acme, assignee="konsta")
    with acme.scope(), time_machine.travel(long_ago):
        conversation.reply(ticket, Written(text="We have ordered the part"), by=konsta)
        conversation.note(ticket, Written(text="Order 4711 " + "x" * 300), by=konsta)
        work.log(ticket, minutes=20, text="Looked at it", by=konsta)
        work.log(ticket, minutes=25, text="Ordered", by=konsta)
    away_today(acme, "konsta", "aino")
    with acme.scope():
        ticket = Ticket.objects.get()
        (told,) = handover.tell([ticket], since=timezone.now() - timedelta(hours=1), without=acme.konsta)
        assert told.reply is not None
        assert told.note is not None
        assert told.work is not None
        assert (told.reply.text, told.reply.name) == ("We have ordered the part", "Konsta Consultant")
        assert told.note.text == f"Order 4711 {'x' * 229}…"
        assert (told.work.text, told.work.minutes) == ("Ordered", 45)
        assert (told.asked, told.deeds) == (None, [])

        lifecycle.resolve(ticket, solution="The part is in", minutes=5, by=aino)
        lifecycle.reject(ticket, reason="No", by=aino)
        conversation.note(ticket, Written(text="By the machine"), by=acme.actor("konsta"))
        (told,) = handover.tell([ticket], since=timezone.now() - timedelta(hours=1), without=acme.konsta)
        assert [(deed.name, deed.kind) for deed in told.deeds] == [("Aino Agent", "solution")]
        assert told.asked is not None
        assert told.asked.text == "No"
    page = acme.client("aino").get(page_of(acme, "konsta")).content.decode()
    for words in ("The part is in", "50 min", "Solution written", "Reach me by phone", "away, Aino Agent stands in"):
        assert words in page, words


def test_the_next_step_is_written_by_either_and_logged(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    away_today(acme, "konsta", "aino")
    path, name = page_of(acme, "konsta", write=True), f"step-{ticket.pk}"
    acme.client("konsta").post(path, {name: "Fit the part ", f"initial-{name}": ""})
    assert "Fit the part" in acme.client("aino").get(page_of(acme, "konsta")).content.decode()
    acme.client("aino").post(path, {name: "Ring them", f"initial-{name}": "Fit the part"})
    # Konsta's page is an hour old and untouched: what Aino wrote stays.
    acme.client("konsta").post(path, {name: "Fit the part", f"initial-{name}": "Fit the part"})
    with acme.scope():
        assert Ticket.objects.get().next_step == "Ring them"
        events = ticket.events.filter(kind="next_step").order_by("pk")
        assert [(event.actor_name, event.data["text"]) for event in events] == [
            *(("Konsta Consultant", "Fit the part"), ("Aino Agent", "Ring them"))
        ]
    timeline = acme.client("aino").get(ticket.get_absolute_url()).content.decode()
    assert "Aino Agent wrote the next step: Ring them" in timeline
    assert acme.client("konsta").post(path, {name: "x" * 501, f"initial-{name}": ""}).status_code == 422


@pytest.mark.parametrize("write", [False, True])
def test_only_the_colleague_leads_and_who_stands_in_now_read_it(acme: Cast, write: bool) -> None:
    path = page_of(acme, "konsta", write=write)

    def answers() -> dict[str, int]:
        return {who: acme.client(who).get(path).status_code for who in acme.members}

    others = {"ada": 200, "liisa": 200, "konsta": 200, "fiona": 403}
    assert answers() == {**others, "aino": 403}
    row = away_today(acme, "konsta", "aino")
    assert answers() == {**others, "aino": 200}
    with acme.scope():
        absences.end(row, by=acme.actor("konsta"))
    assert answers() == {**others, "aino": 403}


def test_nothing_to_hand_over_is_said(acme: Cast) -> None:
    page = acme.client("konsta").get(page_of(acme, "konsta")).content.decode()
    assert "Konsta Consultant has no open tickets." in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [False, True])
def test_it_costs_the_same_for_1_and_30_tickets(acme: Cast, write: bool) -> None:
    """As does the list of whoever stands in, who pays nothing for it."""
    away_today(acme, "konsta", "aino")
    client, path = acme.client("aino"), page_of(acme, "konsta", write=write)

    def make(count: int) -> None:
        for ticket in make_tickets(acme, count, mine=False):
            with acme.scope():
                assignment.assign(ticket, acme.konsta, by=acme.actor("aino"), notify=False, even_away=True)
                conversation.note(ticket, Written(text="Seen"), by=acme.actor("konsta"))
                conversation.reply(ticket, Written(text="We look"), by=acme.actor("aino"))
                work.log(ticket, minutes=5, by=acme.actor("konsta"))

    make(1)
    warm(client, path)
    one, _ = ask(client, path)
    list_of_one, _ = ask(client, "/my/")
    make(29)
    many, page = ask(client, path)
    list_of_many, mine = ask(client, "/my/")

    assert page.count("Rullanostin") >= 30
    assert many == one
    assert len(many) <= (9 if write else 12), "\n".join(many)
    assert mine.count("Rullanostin") >= 30
    assert list_of_many == list_of_one
    assert len(list_of_many) <= 8, "\n".join(list_of_many)
