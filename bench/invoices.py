"""Invoices: pages printed a second, and so many issued one after the other (VASTE_BENCH_INVOICES, else 10,000)."""

import os
import time
from collections.abc import Callable

import pytest

from billing.documents.pdf.rendering import pdf_of
from billing.models import Invoice
from billing.services.drafting import draft
from billing.services.issuing import issue
from sla.models import Contract
from tests.billing.documents.demo import documents
from tests.billing.test_issue_race import MONTH, Desk

HOW_MANY = int(os.environ.get("VASTE_BENCH_INVOICES", "10000"))
SECONDS = 20


def test_pages_a_second(record_property: Callable[[str, object], None]) -> None:
    made, printed = list(documents().values()), 0
    pdf_of(made[0])
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        assert pdf_of(made[printed % len(made)]).startswith(b"%PDF")
        printed += 1
    record_property("told", f"PDF: {printed / (time.perf_counter() - began):.1f} a second on one core")


@pytest.mark.django_db(transaction=True)
def test_issuing(record_property: Callable[[str, object], None]) -> None:
    desk = Desk(HOW_MANY)
    by = desk.cast.actor("fiona")
    with desk.cast.scope():
        began = time.perf_counter()
        drafts = [draft(contract, MONTH) for contract in Contract.objects.order_by("pk")]
        drafted = time.perf_counter()
        for row in drafts:
            assert row is not None
            issue(row, by=by)
        issued = time.perf_counter()
        assert Invoice.objects.issued().count() == HOW_MANY
    rate = f"{HOW_MANY / (drafted - began):.0f} drafts a second, {HOW_MANY / (issued - drafted):.0f} issued a second"
    record_property("told", f"invoices: {HOW_MANY:,}, {rate}")
