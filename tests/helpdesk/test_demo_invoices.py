"""What finance finds in the demo: two months of every company, and that all of it is sound."""

from datetime import UTC, datetime

import pytest

from accounts.scope import tenant_scope
from billing.documents import stored
from billing.documents.checking import check_all
from billing.documents.emitting import EMITTERS
from billing.documents.soundness import findings_of
from billing.models import ClosedMonth, Invoice, Seller
from billing.services.issuing import hash_of
from helpdesk.demo import build

PRESENT = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


@pytest.fixture
def demo(db):
    made = build.build_tenant("acme", tickets=60, present=PRESENT)
    with tenant_scope(made.pk):
        yield made


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
    assert any(not seller.issues_here for seller in Seller.objects.select_related("legal_entity"))
