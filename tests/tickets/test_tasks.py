"""Small steps of a ticket: written as lines, ticked off, told in its log, and counted before it is resolved."""

import pytest
from django.urls import reverse

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind
from tickets.models import Ticket, TicketTask
from tickets.services import lifecycle, ticking
from tickets.services.merging import merge

pytestmark = pytest.mark.django_db


def path_of(name: str, ticket: Ticket, task: TicketTask | None = None) -> str:
    return reverse(f"tickets:task_{name}", args=[ticket.number, *([task.pk] if task else [])])


def texts(cast: Cast, ticket: Ticket) -> list[tuple[str, bool]]:
    with cast.scope():
        return [(task.text, task.done_at is not None) for task in TicketTask.objects.filter(ticket=ticket)]


def test_a_list_is_written_ordered_and_ticked_off(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    typed = {
        "texts": "Order a belt\n\n  Book   the fitter \nTell Otto",
        "member": acme.liisa.pk,
        "due_on": "2020-01-31",
    }
    assert client.post(path_of("add", ticket), typed).status_code == 302
    with acme.scope():
        order, book, tell = TicketTask.objects.all()
    for name, task in (("lift", tell), ("remove", order)):
        assert client.post(path_of(name, ticket, task)).status_code == 302
    for done in ("1", "1", "", "1"):
        client.post(path_of("tick", ticket, book), {"done": done})

    assert texts(acme, ticket) == [("Tell Otto", False), ("Book the fitter", True)]
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "late, due" in page
    assert "Aino Agent did the task: Book the fitter" in page
    with acme.scope():
        kinds = [event.kind for event in ticket.events.in_order() if event.kind.startswith("task")]
    assert kinds == [EventKind.TASK_DONE, EventKind.TASK_UNDONE, EventKind.TASK_DONE]


def test_what_is_open_is_said_before_resolving_and_refuses_nothing(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    client.post(path_of("add", ticket), {"texts": "One\nTwo"})
    page = reverse("tickets:resolve", args=[ticket.number])

    assert "2 tasks are still open" in client.get(page).content.decode()
    assert client.post(page, {"solution": "Done."}).status_code == 302
    assert client.post(path_of("add", ticket), {"texts": " "}).status_code == 422
    assert client.post(path_of("add", ticket), {"texts": "\n".join(map(str, range(49)))}).status_code == 409
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
    assert client.post(path_of("add", ticket), {"texts": "Late"}).status_code == 409
    assert len(texts(acme, ticket)) == 2


def test_they_go_on_where_the_ticket_was_merged_into(acme: Cast) -> None:
    ticket, other = ticket_of(acme), ticket_of(acme)
    with acme.scope():
        ticking.add(ticket, ["Order a belt"])
        merge(ticket, other, by=acme.actor("aino"))

    assert (texts(acme, ticket), texts(acme, other)) == ([], [("Order a belt", False)])
