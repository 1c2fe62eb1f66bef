"""A contract with ninety minutes of work to invoice, and its months."""

from datetime import UTC, datetime

import pytest

from tests.billing.priced import HOURLY, contract_of, sides, solved, worked

MONTH = "2026-11"
LATER = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def fiona(acme):
    return acme.actor("fiona")


@pytest.fixture
def contract(acme):
    """Ninety minutes of remote work at 100 an hour, in November; the test runs in the tenant's scope."""
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY)
    ticket = solved(acme)
    with acme.scope():
        type(ticket).objects.filter(pk=ticket.pk).update(contract=contract)
        worked(acme, ticket, 90)
        yield contract
