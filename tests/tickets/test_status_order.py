"""From which statuses one may be entered: a team's own choice, offered and refused accordingly."""

import pytest
from django.test import Client

from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import now, rule_of, run
from tickets.actions import Action
from tickets.enums import BulkKind, StatusClass
from tickets.errors import StatusBarred
from tickets.models import RuleRun, Status, Ticket
from tickets.services import lifecycle
from tickets.services.deeds import DEEDS

pytestmark = pytest.mark.django_db


def choices(client: Client, ticket: Ticket) -> str:
    """What the ticket's page offers as its status."""
    return words(client.get(ticket.get_absolute_url())).split('id="status-choice"')[1].split("</select>")[0]


def test_a_status_comes_only_after_those_that_the_team_names(acme: Cast) -> None:
    ada = acme.client("ada")
    with acme.scope():
        opened, parts, new = (
            Status.objects.get(status_class=each, is_default=True)
            for each in (StatusClass.OPEN, StatusClass.WAITING_THIRD_PARTY, StatusClass.NEW)
        )
    answer = ada.post(
        f"/settings/statuses/{parts.pk}/", {"name": "Waits for parts", "position": 4, "enter_from": [opened.pk]}
    )
    assert answer.status_code == 302
    assert words(ada.get("/settings/statuses/")).count("Under investigation") == 3
    ticket, chosen = ticket_of(acme), f'<option value="{parts.pk}"'
    assert chosen not in choices(ada, ticket)
    assert "Send and set: Waits for parts" in words(ada.get(f"/tickets/{ticket.number}/"))

    page = words(ada.post(f"/tickets/{ticket.number}/status/", {"status": parts.pk}))
    assert "“Waits for parts” cannot follow “New” here, only: Under investigation." in page
    rule_of(acme, Action(BulkKind.STATUS, str(parts.pk)), events=["tagged"])
    ada.post(f"/tickets/{ticket.number}/tags/", {"name": "Lift"})
    assert run(acme)[0][1] == "refused"
    with acme.scope():
        assert "cannot follow" in RuleRun.objects.get().why
        lifecycle.start(ticket, by=acme.actor("aino"))
    assert chosen in choices(ada, ticket)
    with acme.scope():
        lifecycle.set_status(ticket, parts, by=acme.actor("aino"))
        lifecycle.set_status(ticket, new, by=acme.actor("aino"))
        with pytest.raises(StatusBarred):
            lifecycle.set_status(ticket, Status.objects.get(pk=parts.pk), by=acme.actor("aino"))
        # What is taken back is no step of the work.
        DEEDS[BulkKind.STATUS].restore(now(acme, ticket), "", {"status": parts.pk}, acme.actor("aino"))
    assert now(acme, ticket).status_id == parts.pk
    assert "enter_from" not in words(ada.get(f"/settings/statuses/{_resolved(acme)}/"))


def _resolved(cast: Cast) -> int:
    with cast.scope():
        return Status.objects.get(status_class=StatusClass.RESOLVED).pk
