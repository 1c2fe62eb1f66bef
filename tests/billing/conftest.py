"""What most tests of billing's pages begin with."""

import pytest

from sla.models import Contract
from tests.billing.priced import HOURLY, contract_of, sides
from tests.conftest import Cast


@pytest.fixture
def contract(acme: Cast) -> Contract:
    """Of the cast's customer, with prices by the hour; both sides complete, and billing switched on."""
    acme.tenant.billing_on = True
    acme.tenant.save()
    with acme.scope():
        sides(acme)
        return contract_of(acme, **HOURLY)
