"""Who reads what a contract costs, pages that do not grow with their rows, and the gate that asks by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer, LegalEntity, Membership, Requester
from billing.models import TicketBilling
from billing.tasks import ask_gates
from sla.models import Contract
from tests.billing.priced import worked
from tests.conftest import Cast
from tests.house.test_query_counts import LIST, ask, warm
from tests.mailintake.post import ticket_of
from tests.portal.conftest import open_portal, visitor
from tickets.models import Ticket
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db


def test_a_key_user_reads_what_the_contract_costs_and_a_colleague_does_not(acme: Cast, contract: Contract) -> None:
    open_portal(acme, key_users=True)
    words = "120.00"
    assert words not in visitor(acme).get(reverse("portal:details")).content.decode()
    with acme.scope():
        Requester.objects.filter(pk=acme.requester.pk).update(sees_company=True, language="en")
        acme.requester.refresh_from_db()
    assert words in visitor(acme).get(reverse("portal:details")).content.decode()


def test_an_admin_lets_an_agent_see_prices(acme: Cast, contract: Contract) -> None:
    path = reverse("billing:pricing", args=[contract.pk])
    assert acme.client("aino").get(path).status_code == 403
    with acme.scope():
        teams = list(acme.aino.team_memberships.values_list("team", flat=True))
    place = {"roles": ["agent"], "office": acme.office.pk, "teams": teams, "sees_prices": "on"}
    answer = acme.client("ada").post(reverse("accounts:person", args=[acme.aino.pk]), place)
    assert answer.status_code == 302
    with acme.scope():
        assert Membership.objects.get(pk=acme.aino.pk).sees_prices
    page = acme.client("aino").get(path).content.decode()
    assert "120.00" in page
    assert "price/new/" not in page


@pytest.mark.parametrize("name", ["prices", "buyers", "sellers"])
def test_lists_cost_the_same_for_1_and_30_rows(acme: Cast, contract: Contract, name: str) -> None:
    path, client = reverse(f"billing:{name}"), acme.client("fiona")
    warm(client, path)
    one, _ = ask(client, path)
    with acme.scope():
        facts = {"policy": contract.policy, "starts_on": contract.starts_on}
        for number in range(29):
            company = LegalEntity.objects.create(name=f"Yhtiö {number}", country="FI")
            customer = Customer.objects.create(
                name=f"Asiakas {number}", country="FI", office=acme.office, language="fi"
            )
            Contract.objects.create(customer=customer, legal_entity=company, number=f"S-{number}", **facts)
    many, page = ask(client, path)
    assert page.count("<tr") >= 30
    assert many == one
    assert len(many) <= LIST, "\n".join(many)


def test_a_tickets_work_costs_the_same_for_1_and_30_entries(acme: Cast, contract: Contract) -> None:
    ticket = ticket_of(acme)
    path, client = reverse("billing:work", args=[ticket.number]), acme.client("liisa")
    with acme.scope():
        worked(acme, ticket, 5, timezone.now())
    warm(client, path)
    one, _ = ask(client, path)
    with acme.scope():
        for number in range(29):
            worked(acme, ticket, 5, timezone.now() - timedelta(minutes=10 * number))
    many, page = ask(client, path)
    assert page.count("Looked at the valve.") == 30
    assert many == one


def test_the_gate_is_asked_of_what_was_resolved_by_mail_or_link_too(acme: Cast, contract: Contract) -> None:
    good, bad, old = (ticket_of(acme) for _number in range(3))
    with acme.scope():
        worked(acme, good, 1, timezone.now())
        worked(acme, bad, 1, timezone.now(), text="")
        for ticket in (good, bad, old):
            lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
        Ticket.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(days=9))
        Ticket.objects.update(received_at=timezone.now() - timedelta(days=10))
    ask_gates()
    with acme.scope():
        said = {row.ticket_id: row.first_try for row in TicketBilling.objects.all()}
    assert said == {good.pk: True, bad.pk: False}
