"""The plain files: bookings for DATEV, neutral CSV and XLSX."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from billing.documents.datev import COLUMNS, Batch, NotBookable, booking_batch
from billing.documents.sheets import sheet_of
from core.sheets import as_bytes

REVENUE = {("S", Decimal("25.5")): 8400, ("S", Decimal(24)): 8401, ("AE", Decimal(0)): 8337, ("S", Decimal(19)): 8402}
DEBTORS = {"C-17": 10001, "Kunde GmbH": 10002}


def batch(**terms):
    days = {"year_begins": date(2026, 1, 1), "first": date(2026, 11, 1), "last": date(2026, 11, 30)}
    made = {"made_at": datetime(2026, 11, 30, 12, 0, 0), "revenue": REVENUE, "debtors": DEBTORS}  # noqa: DTZ001
    return Batch(consultant=1001, client=1, label="Helpdesk 2026-11", **days, **(made | terms))


def booked(data):
    """The header's fields, and the rows below the names of the columns."""
    header, names, *rows = data.decode("cp1252").split("\r\n")[:-1]
    assert tuple(names.split(";")) == COLUMNS
    return header.split(";"), [next(csv.reader([row], delimiter=";")) for row in rows]


def test_invoices_become_bookings_one_for_each_rate(demo):
    header, rows = booked(booking_batch(batch(), [demo["fi_domestic"], demo["fi_two_rates"], demo["de_domestic"]]))

    assert header[:6] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13", "20261130120000000"]
    assert header[10:17] == ["1001", "1", "20260101", "4", "20261101", "20261130", '"Helpdesk 2026-11"']
    assert [(row[0], row[1], row[6], row[7], row[9], row[10], row[13]) for row in rows] == [
        ("605,96", "S", "10001", "8400", "3011", "FI26-000123", "Asiakas Oyj"),
        ("125,50", "S", "10001", "8400", "3009", "FI24-000900", "Asiakas Oyj"),
        ("248,00", "S", "10001", "8401", "3009", "FI24-000900", "Asiakas Oyj"),
        ("574,58", "S", "10002", "8402", "3011", "DE26-000007", "Kunde GmbH"),
    ]


def test_a_credit_note_turns_debit_and_credit(demo):
    _, rows = booked(booking_batch(batch(), [demo["fi_credit"]]))

    assert [(row[0], row[1]) for row in rows] == [("376,50", "H")]


def test_what_is_worth_nothing_is_not_booked(demo):
    assert booked(booking_batch(batch(), [demo["fi_covered"]]))[1] == []


@pytest.mark.parametrize(
    ("name", "terms", "reason"),
    [
        ("fi_dollars", {}, "in USD"),
        ("fi_domestic", {"debtors": {}}, "no account for Asiakas Oyj"),
        ("fi_domestic", {"revenue": {}}, "no revenue account for VAT S 25.5 %"),
    ],
)
def test_what_cannot_be_booked_is_named(demo, name, terms, reason):
    with pytest.raises(NotBookable, match=reason):
        booking_batch(batch(**terms), [demo[name]])


def test_a_customers_name_cannot_break_out_of_its_field(demo):
    buyer = replace(demo["fi_domestic"].buyer, name='=1+1;"x"\r\nBöse 😀')
    _, rows = booked(booking_batch(batch(), [replace(demo["fi_domestic"], buyer=buyer)]))

    assert len(rows) == 1
    assert rows[0][13] == '\'=1+1;"x" Böse ?'


def written(*documents, form="csv", cost_centre=""):
    return as_bytes(sheet_of([(document, cost_centre) for document in documents]), form)


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_rows_of_the_neutral_file_add_up_to_the_invoices(demo):
    for document in demo.values():
        rows = read(written(document))
        sign = -1 if document.is_credit else 1

        assert sum(Decimal(row["net"]) for row in rows) == document.totals.net * sign
        assert sum(Decimal(row["vat"]) for row in rows) == document.totals.vat * sign
        assert len(rows) == len(document.lines) + len(document.adjustments)


def test_a_row_says_what_finance_asks(demo):
    row = read(written(demo["fi_domestic"], cost_centre="HEL"))[2]

    assert row == {
        "kind": "invoice", "invoice_no": "FI26-000123", "invoice_date": "2026-11-30", "due_date": "2026-12-14",
        "credits_invoice_no": "", "customer": "Asiakas Oyj", "customer_vat": "FI01120389", "reference": "260001234",
        "currency": "EUR", "line": "3", "ticket": "T-1002", "service_date": "2026-11-18", "description": "Etätyö",
        "quantity": "50", "unit": "MIN", "unit_price": "100", "price_base": "60", "net": "83.33", "vat_code": "S",
        "vat_rate": "25.5", "vat": "21.25", "account": "", "cost_centre": "HEL",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "\uff1d1", "\r=1"])
def test_no_text_is_a_formula(demo, text):
    lines = (replace(demo["fi_domestic"].lines[0], name=text),)
    document = replace(demo["fi_domestic"], lines=lines)

    assert read(written(document))[0]["description"].startswith("'")
    with zipfile.ZipFile(io.BytesIO(written(document, form="xlsx"))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_same_invoices_are_the_same_bytes(demo, form):
    first, second = (written(*demo.values(), form=form) for _once in range(2))

    assert first == second
