"""What key users read of their contract's pools and of a ticket's cost; nobody else reads any of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Customer, Requester
from billing.models import PrepaidLot
from billing.services.crediting import credit
from billing.services.drafting import draft
from billing.services.issuing import issue
from portal.models import Portal
from sla.models import Contract
from tests.accounts.settings_support import words
from tests.billing.priced import HOURLY, SINCE, contract_of, cost, sides, solved, worked
from tests.conftest import Cast
from tests.portal.conftest import open_portal, visitor
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def contract(acme: Cast) -> Contract:
    """Two hours a month that live for another month, and an hour and a half of November's work."""
    acme.tenant.billing_on = True
    acme.tenant.save()
    open_portal(acme, key_users=True, shows_costs=True)
    with acme.scope():
        sides(acme)
        Requester.objects.filter(pk=acme.requester.pk).update(sees_company=True, language="en")
        acme.requester.refresh_from_db()
        return contract_of(acme)


@pytest.fixture
def ticket(acme: Cast, contract: Contract) -> Ticket:
    made = solved(acme)
    with acme.scope():
        Ticket.objects.filter(pk=made.pk).update(contract=contract)
        worked(acme, made, 90)
        return Ticket.objects.get(pk=made.pk)


def details(cast: Cast) -> str:
    return words(visitor(cast).get(reverse("portal:details"))).replace(NBSP, " ")


def page_of(cast: Cast, ticket: Ticket) -> str:
    return words(visitor(cast).get(reverse("portal:ticket", args=[ticket.number]))).replace(NBSP, " ")


def test_what_is_left_is_what_invoices_left_and_work_since_then_is_told(
    acme: Cast, contract: Contract, ticket: Ticket
) -> None:
    included = {"included": {"minutes": 60, "rollover_months": 1}, **HOURLY}
    with acme.scope():
        cost(acme, contract, **included)
        lot = {"contract": contract, "unit_price": 90, "valid_from": SINCE, "sold_on": SINCE}
        PrepaidLot.objects.create(minutes=600, expires=date(2026, 12, 31), **lot)
        PrepaidLot.objects.create(minutes=60, expires=date(2026, 12, 1), **lot)
        worked(acme, ticket, 30, LATER)
    page = details(acme)
    assert "2 h of included time left this month." in page
    assert "10 h of prepaid time left, usable until Thu 31 Dec 2026." in page
    assert "2 h of work is not invoiced yet." in page
    assert page.count("of prepaid time left") == 1

    with acme.scope():
        made = issue(draft(contract, "2026-11", at=LATER), by=acme.actor("fiona"), at=LATER)
    page = details(acme)
    # The oldest first: all of October's hour and half of November's.
    assert "1 h 30 min of included time left this month." in page
    assert "30 min of work is not invoiced yet." in page
    with acme.scope():
        credit(made, reason="Wrong", by=acme.actor("fiona"), at=LATER)
    assert "2 h of included time left this month." in details(acme)


def test_whoever_is_no_key_user_reads_none_of_it(acme: Cast, contract: Contract, ticket: Ticket) -> None:
    with acme.scope():
        cost(acme, contract, **HOURLY, included={"minutes": 60})
        Requester.objects.filter(pk=acme.requester.pk).update(sees_company=False)
    assert "left this month" not in details(acme)
    assert "cost so far" not in page_of(acme, ticket)


def test_a_key_user_reads_what_a_ticket_has_cost(acme: Cast, contract: Contract, ticket: Ticket) -> None:
    assert "cost so far" not in page_of(acme, ticket)
    with acme.scope():
        cost(acme, contract, **HOURLY)
    assert "Not invoiced yet: 150.00 € without tax, for the work so far." in page_of(acme, ticket)
    with acme.scope():
        issue(draft(contract, "2026-11", at=LATER), by=acme.actor("fiona"), at=LATER)
        worked(acme, ticket, 30, LATER)
    page = page_of(acme, ticket)
    assert "Invoiced: 150.00 € without tax." in page
    assert "Not invoiced yet: 50.00 € without tax, for the work so far." in page


def test_only_where_the_tenant_shows_it_and_for_the_company_that_pays(
    acme: Cast, contract: Contract, ticket: Ticket
) -> None:
    with acme.scope():
        cost(acme, contract, **HOURLY)
        other = Customer.objects.create(name="Muu Oy", country="FI", office=acme.office, language="fi")
        Ticket.objects.filter(pk=ticket.pk).update(customer=other)
    assert "cost so far" not in page_of(acme, ticket)
    with acme.scope():
        Ticket.objects.filter(pk=ticket.pk).update(customer=acme.customer)
    assert "cost so far" in page_of(acme, ticket)
    with acme.scope():
        Portal.objects.update(shows_costs=False)
    assert "cost so far" not in page_of(acme, ticket)


def test_the_setting_is_there_where_billing_is_on(acme: Cast, contract: Contract) -> None:
    ada, path = acme.client("ada"), reverse("portal:settings")
    assert "Key users see what a ticket has cost so far" in words(ada.get(path))
    acme.tenant.billing_on = False
    acme.tenant.save()
    assert "cost so far" not in words(ada.get(path))
