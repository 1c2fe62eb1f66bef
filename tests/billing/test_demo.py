"""The demo invoices: every contract can be rated, and every case of tax is among them."""

from datetime import UTC, datetime

import pytest

from accounts.scope import tenant_scope
from billing.gate import Code
from billing.models import Seller
from billing.rating.engine import rate
from billing.rating.work import month_of
from billing.services.inputs import inputs_of
from helpdesk.demo.build import build_tenant
from sla.models import Contract

PRESENT = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
NOT_YET = {Code.TICKET_NOT_FINISHED, Code.MISSING_RESOLUTION, Code.MISSING_PO}


@pytest.mark.django_db
def test_every_contract_of_the_demo_can_be_rated() -> None:
    tenant = build_tenant("acme", tickets=70, present=PRESENT)
    with tenant_scope(tenant.pk):
        contracts = list(Contract.objects.select_related("customer__office", "legal_entity"))
        inputs = [inputs_of(contract, now=PRESENT, months=(month_of(PRESENT.date()),)) for contract in contracts]
        refusing = [seller for seller in Seller.objects.select_related("legal_entity") if not seller.issues_here]
    assert tenant.billing_on
    assert len(contracts) == 9
    results = [rate(each) for each in inputs]
    assert {error.code for result in results for error in result.errors} <= NOT_YET
    assert {tax.category for result in results for tax in result.taxes} == {"S", "AE", "O"}
    assert {result.totals.currency for result in results} == {"EUR", "CAD"}
    assert [seller.legal_entity.country for seller in refusing] == ["ES"]
    kinds = {line.kind for result in results for line in result.lines}
    assert {"fee", "time", "prepaid", "included", "goodwill", "km"} <= kinds
