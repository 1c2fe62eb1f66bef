"""The stored promises are a copy of what the log says, and can be compared and made anew."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sla.models import Timer
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Ticket, TicketEvent
from tickets.services import conversation, lifecycle
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(acme: Cast) -> Ticket:
    """One that has been answered and has waited."""
    ticket = ticket_of(acme)
    with acme.scope():
        conversation.ask(ticket, Written(text="Which line?"), by=acme.actor("aino"))
        conversation.receive(ticket, Written(text="Three."), by=acme.actor("aino"), at=timezone.now())
    return ticket


def told(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("rebuild_timers", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_what_was_stored_step_by_step_is_what_the_log_says(acme: Cast, globex: Cast, ticket: Ticket) -> None:
    assert told() == ["1 tickets, 0 with promises that differ from their log"]


def test_what_differs_is_told_and_put_right_when_asked(acme: Cast, ticket: Ticket) -> None:
    with acme.scope():
        right = Timer.objects.of(ticket.pk).get(metric="resolution")
        events = TicketEvent.objects.count()
        Timer.objects.filter(pk=right.pk).update(due_at=timezone.now() + timedelta(days=9))
        Timer.objects.of(ticket.pk).filter(metric="first_response").delete()

    with pytest.raises(CommandError, match="--write"):
        told()
    lines = told("--write", "--tenant", "acme")

    assert any(line.startswith(f"acme {ticket.number} resolution {right.cycle} due_at: ") for line in lines)
    assert any(f"{ticket.number} first_response" in line and "state: None -> " in line for line in lines)
    assert lines[-1] == "1 tickets, 1 with promises that differ from their log"
    assert told() == ["1 tickets, 0 with promises that differ from their log"]
    with acme.scope():
        assert Timer.objects.get(pk=right.pk).due_at == right.due_at
        assert TicketEvent.objects.count() == events


def test_a_closed_ticket_is_compared_as_well(acme: Cast, ticket: Ticket) -> None:
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
        Timer.objects.of(ticket.pk).update(target_seconds=1)

    with pytest.raises(CommandError):
        told("--tenant", "acme")


def test_an_unknown_tenant_is_named(acme: Cast) -> None:
    with pytest.raises(CommandError, match="There is no tenant nobody"):
        told("--tenant", "nobody")
