"""What finance finds in the demo: contracts that can be rated, two invoiced months, and that all of it is sound."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.scope import tenant_scope
from billing.documents import stored
from billing.documents.checking import check_all
from billing.documents.emitting import EMITTERS
from billing.documents.soundness import findings_of
from billing.gate import Code
from billing.models import ClosedMonth, Invoice, Seller
from billing.rating.engine import rate
from billing.rating.work import month_of
from billing.services.inputs import inputs_of
from billing.services.issuing import hash_of
from helpdesk.demo import build
from sla.models import Contract

PRESENT = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)
NOT_YET = {Code.TICKET_NOT_FINISHED, Code.MISSING_RESOLUTION, Code.MISSING_PO}


@pytest.fixture
def db():
    """In place of pytest-django's: the demo holds the transaction of all these tests."""


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once, read by all."""
    files = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        made = build.build_tenant("acme", tickets=70, present=PRESENT)
        with tenant_scope(made.pk):
            yield made
        transaction.set_rollback(True)


@pytest.fixture
def demo(kept, db):
    return kept


def test_every_contract_can_be_rated(demo):
    contracts = list(Contract.objects.select_related("customer__office", "legal_entity"))
    inputs = [inputs_of(contract, now=PRESENT, months=(month_of(PRESENT.date()),)) for contract in contracts]
    results = [rate(each) for each in inputs]

    assert demo.billing_on
    assert len(contracts) == 9
    assert {error.code for result in results for error in result.errors} <= NOT_YET
    assert {tax.category for result in results for tax in result.taxes} == {"S", "AE", "O"}
    assert {result.totals.currency for result in results} == {"EUR", "CAD"}
    kinds = {line.kind for result in results for line in result.lines}
    assert {"fee", "time", "prepaid", "included", "goodwill", "km"} <= kinds


def test_two_months_are_invoiced_and_sound(demo, record_property):
    invoices = list(Invoice.objects.issued().select_related("legal_entity").order_by("legal_entity", "ordinal"))
    documents = [stored.read(row.document) for row in invoices]

    assert {row.month for row in invoices} == {"2026-09", "2026-10"}
    assert {document.language for document in documents} == {"fi", "en", "de"}
    assert {group.category for document in documents for group in document.vat} >= {"S", "AE", "O"}
    assert any(document.is_credit for document in documents)
    assert any(line.net == 0 for document in documents for line in document.lines)
    assert len({row.legal_entity_id for row in invoices}) >= 2
    assert [findings_of(document) for document in documents] == [[]] * len(documents)
    for row in invoices:
        assert row.sha256 == hash_of(row)
    written = [EMITTERS["facturx"](document) for document in documents]
    assert [report.errors for report in check_all(written)] == [()] * len(written)
    kinds = sorted({group.category for document in documents for group in document.vat})
    record_property("told", f"demo: {len(invoices)} invoices issued, VAT {', '.join(kinds)}")


def test_something_is_left_for_finance(demo):
    assert Invoice.objects.open().filter(month="2026-10").exists()
    assert ClosedMonth.objects.exists()
    refusing = [seller for seller in Seller.objects.select_related("legal_entity") if not seller.issues_here]
    assert [seller.legal_entity.country for seller in refusing] == ["ES"]
