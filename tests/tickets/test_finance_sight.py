"""Finance sees conversations only where a team of its own was granted the queue, and lands where its work is."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Membership
from accounts.services.tenants import join_team
from tests.accounts.settings_support import words
from tests.billing.priced import HOURLY, contract_of, sides, worked
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LIFT = "The lift is stuck"


def billing_on(cast: Cast) -> None:
    cast.tenant.billing_on = True
    cast.tenant.save()
    with cast.scope():
        sides(cast)
        contract_of(cast, **HOURLY)


@pytest.fixture
def ticket(acme: Cast) -> Ticket:
    return ticket_of(acme)


def test_no_door_leads_finance_to_a_conversation(acme: Cast, ticket: Ticket) -> None:
    fiona = acme.client("fiona")
    for path in (
        "/tickets/", "/unassigned/", "/my/", "/my/followed/", "/search/?q=lift", f"/search/?q={ticket.number}",
        f"/jump/?q={ticket.number}",
    ):  # fmt: skip
        answer = fiona.get(path)
        assert answer.status_code == 200, path
        assert LIFT not in words(answer), path
    for path in ("", "print/", "live/", "people/"):
        assert fiona.get(f"/tickets/{ticket.number}/{path}").status_code == 404, path
    assert fiona.get(f"/queues/{acme.desk.queue.pk}/").status_code == 404
    file = fiona.post(reverse("tickets:export"), {"back": "/tickets/", "form": "csv"})
    assert LIFT.encode() not in b"".join(file.streaming_content)


def test_with_a_grant_of_its_team_finance_reads_and_does_not_write(acme: Cast, ticket: Ticket) -> None:
    with acme.scope():
        join_team(acme.desk.team, acme.fiona)
    fiona = acme.client("fiona")
    assert LIFT in words(fiona.get(f"/tickets/{ticket.number}/"))
    assert LIFT in words(fiona.get("/tickets/"))
    assert fiona.post(reverse("tickets:write", args=[ticket.number]), {"mode": "note", "text": "x"}).status_code == 403


def test_the_billed_side_of_a_ticket_is_whole_and_leads_to_the_ticket_only_where_it_opens(
    acme: Cast, ticket: Ticket
) -> None:
    billing_on(acme)
    with acme.scope():
        worked(acme, ticket, 30, ticket.received_at, text="Changed the seal.")
    fiona, path = acme.client("fiona"), reverse("billing:work", args=[ticket.number])
    link = f'href="{ticket.get_absolute_url()}"'
    page = fiona.get(path).content.decode()
    assert "Changed the seal." in page
    assert LIFT in page
    assert link not in page
    with acme.scope():
        join_team(acme.desk.team, acme.fiona)
    assert link in fiona.get(path).content.decode()


def test_finance_lands_on_the_month_end_and_its_menu_leads_nowhere_empty(acme: Cast, ticket: Ticket) -> None:
    fiona = acme.client("fiona")
    assert fiona.get("/").headers["Location"] == reverse("tickets:mine")
    assert "Invoicing is not switched on" in words(fiona.get("/my/"))
    billing_on(acme)
    assert fiona.get("/").headers["Location"] == reverse("billing:desk")
    nav = fiona.get(reverse("billing:desk")).context["nav"]
    items = [item for group in nav.groups for item in group.items] + nav.bottom
    assert 3 < len(items) <= 7
    assert {group.label for group in nav.groups} == {"Finance"}
    assert {fiona.get(item.url).status_code for item in items} == {200}
    assert nav.new_ticket_url == ""
    with acme.scope():
        join_team(acme.desk.team, acme.fiona)
    groups = fiona.get(reverse("billing:desk")).context["nav"].groups
    assert acme.desk.queue.name in [item.label for group in groups for item in group.items]


def test_whoever_does_more_than_billing_finds_it_behind_one_entry(acme: Cast, ticket: Ticket) -> None:
    billing_on(acme)
    with acme.scope():
        Membership.objects.filter(pk=acme.aino.pk).update(roles=[Role.AGENT, Role.FINANCE])
    aino = acme.client("aino")
    assert aino.get("/").headers["Location"] == reverse("tickets:unassigned")
    nav = aino.get("/unassigned/").context["nav"]
    assert "Finance" not in [group.label for group in nav.groups]
    assert [item.label for item in nav.bottom].count("Finance") == 1
