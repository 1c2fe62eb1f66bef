"""Tables for programs that keep books: a balanced journal, and lines whose totals others reckon anew to the cent."""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest

from billing.documents.ledgers import (
    JOURNAL,
    QUICKBOOKS,
    XERO,
    Booked,
    Chart,
    Unmapped,
    journal,
    quickbooks,
    vat_key,
    xero,
)

TAXES = {key: f"code {key}" for key in ("S 25.5", "S 24", "S 19", "S 13.5", "AE 0", "O", "G 0", "E 0", "Z 0")}
CHART = Chart("3000", TAXES, {"remote": "3010"}, "2939")


def rows(data, columns, delimiter=","):
    text = data.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    assert text.splitlines()[0] == delimiter.join(columns)
    return found


def booked(document):
    kinds = {line.id: "remote" for line in document.lines[:1]}
    return Booked(document, kinds, "1701", "100")


def test_the_journal_balances_for_every_document_of_the_demo(demo):
    found = rows(journal(CHART, [booked(each) for each in demo.values()]), JOURNAL, ";")
    sums = defaultdict(Decimal)
    for row in found:
        assert bool(row["debit"]) != bool(row["credit"])
        sums[row["document"]] += Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
    assert set(sums.values()) == {Decimal(0)}
    worth = {each.number for each in demo.values() if each.totals.gross}
    assert set(sums) == worth


def test_an_invoice_in_the_journal(demo):
    found = rows(journal(CHART, [booked(demo["fi_domestic"])]), JOURNAL, ";")
    gross = demo["fi_domestic"].totals.gross
    assert [found[0][name] for name in ("account", "cost_centre", "debit", "credit")] == ["1701", "", str(gross), ""]
    assert {row["account"] for row in found} == {"1701", "3010", "3000", "2939"}
    assert {row["tax_code"] for row in found[1:]} == {"code S 25.5"}
    assert {row["cost_centre"] for row in found if row["account"].startswith("3")} == {"100"}


def test_a_credit_note_changes_sides(demo):
    found = rows(journal(CHART, [booked(demo["fi_credit"])]), JOURNAL, ";")
    assert [row["account"] for row in found if row["credit"]] == ["1701"]


def test_a_document_whose_sides_differ_is_no_booking(demo):
    wrong = replace(demo["fi_domestic"], totals=replace(demo["fi_domestic"].totals, gross=Decimal("1.00")))
    with pytest.raises(ArithmeticError, match="differ by"):
        journal(CHART, [booked(wrong)])


def test_xero_reckons_the_same_nets_anew(demo):
    for document in demo.values():
        if not document.totals.net:
            continue
        (data,) = xero(CHART, [booked(document)])
        total = Decimal(0)
        for row in rows(data, XERO):
            assert len(row["*Quantity"].partition(".")[2]) <= 4
            exact = Decimal(row["*Quantity"]) * Decimal(row["*UnitAmount"])
            total += exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert total == document.totals.net * (-1 if document.is_credit else 1), document.number


def test_minutes_are_hours_with_four_decimals(demo):
    line = replace(
        demo["fi_domestic"].lines[0], quantity=Decimal(50), unit="MIN", base_quantity=Decimal(60),
        price=Decimal(100), net=Decimal("83.33"),
    )  # fmt: skip
    (data,) = xero(CHART, [booked(replace(demo["fi_domestic"], lines=(line,)))])
    (row,) = rows(data, XERO)
    assert (row["*Quantity"], row["*UnitAmount"], row["*AccountCode"]) == ("0.8333", "100", "3010")
    assert (row["*InvoiceDate"], row["*TaxType"]) == ("30/11/2026", "code S 25.5")


def test_where_four_decimals_miss_the_cent_it_is_one_piece(demo):
    line = replace(
        demo["fi_domestic"].lines[0], quantity=Decimal(50), unit="MIN", base_quantity=Decimal(60),
        price=Decimal(333), net=Decimal("277.50"),
    )  # fmt: skip
    (data,) = xero(CHART, [booked(replace(demo["fi_domestic"], lines=(line,)))])
    (row,) = rows(data, XERO)
    assert (row["*Quantity"], row["*UnitAmount"]) == ("1", "277.50")


def test_a_file_for_xero_has_500_invoices_and_one_for_quickbooks_100(demo):
    many = [booked(replace(demo["fi_domestic"], number=f"FI26-{at:06}")) for at in range(501)]
    assert [len({row["*InvoiceNumber"] for row in rows(data, XERO)}) for data in xero(CHART, many)] == [500, 1]
    invoices, notes = quickbooks(CHART, many[:101])
    assert [len({row["*InvoiceNo"] for row in rows(data, QUICKBOOKS)}) for data in invoices] == [100, 1]
    assert notes == []


def test_quickbooks_gets_credit_notes_apart_and_positive(demo):
    invoices, notes = quickbooks(CHART, [booked(demo["fi_credit"]), booked(demo["fi_domestic"])])
    (row, *_) = rows(notes[0], QUICKBOOKS)
    assert Decimal(row["*ItemAmount"]) > 0
    assert row["Item(Product/Service)"] == "3010"
    assert {row["*InvoiceNo"] for row in rows(invoices[0], QUICKBOOKS)} == {"FI26-000123"}
    amounts = [Decimal(row["ItemTaxAmount"]) for row in rows(invoices[0], QUICKBOOKS)]
    assert sum(amounts) == demo["fi_domestic"].totals.vat


def test_a_vat_without_a_code_is_named(demo):
    with pytest.raises(Unmapped) as lack:
        journal(replace(CHART, taxes={"S 24": "x"}), [booked(demo["fi_domestic"])])
    assert (lack.value.number, lack.value.vat) == ("FI26-000123", "S 25.5")


def test_a_name_is_no_formula(demo):
    evil = replace(demo["fi_domestic"], buyer=replace(demo["fi_domestic"].buyer, name="=1+1"))
    for data in (journal(CHART, [booked(evil)]), *xero(CHART, [booked(evil)]), *quickbooks(CHART, [booked(evil)])[0]):
        assert b"'=1+1" in data
        assert b",=1" not in data
        assert b";=1" not in data


@pytest.mark.parametrize(
    ("category", "rate", "key"),
    [("S", "25.5", "S 25.5"), ("S", "20.00", "S 20"), ("AE", "0", "AE 0"), ("O", None, "O")],
)
def test_a_vat_has_one_key(category, rate, key):
    assert vat_key(category, None if rate is None else Decimal(rate)) == key
