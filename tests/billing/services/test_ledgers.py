"""The company's books: set up on a page, and files for the program once they are complete."""

import csv
import io
import zipfile
from decimal import Decimal

import pytest
from django.utils import translation

from billing.documents import stored
from billing.enums import PROGRAMS, Target
from billing.forms_books import vat_words
from billing.models import Books, Buyer, ExportBatch, Invoice
from billing.services import exporting, ledgers
from billing.services.crediting import credit
from billing.services.drafting import draft
from billing.services.issuing import issue
from tests.billing.documents.demo import documents
from tests.billing.services.conftest import LATER, MONTH
from tests.billing.services.test_issuing import refused

FACTS = {
    Target.DATEV: {"consultant": 1001, "client": 7, "receivables": "10000", "taxes": {"S 25.5": "8400"}},
    Target.JOURNAL: {
        "receivables": "1701", "revenue": "3000", "vat_account": "2939", "taxes": {"S 25.5": "V1"},
        "accounts": {"remote": "3010"},
    },
    Target.XERO: {"revenue": "200", "taxes": {"S 25.5": "Tax on Sales"}},
    Target.QUICKBOOKS: {"revenue": "Services", "taxes": {"S 25.5": "25.5% S"}},
}  # fmt: skip


@pytest.fixture
def company(contract, fiona):
    """With one issued invoice and its credit note."""
    invoice = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    credit(invoice, reason="Wrong", by=fiona, at=LATER)
    return contract.legal_entity


def handed_over(company, target, by):
    """The files of a batch by their names."""
    batch = exporting.export(company, MONTH, target, by=by)
    archive = zipfile.ZipFile(io.BytesIO(exporting.bytes_of(batch)))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("target", PROGRAMS)
def test_a_program_is_offered_once_its_books_are_complete(company, fiona, target):
    assert target not in exporting.targets_of(company)
    assert "not set up" in refused(lambda: exporting.export(company, MONTH, target, by=fiona))
    Books.objects.create(legal_entity=company, program=target, **FACTS[target])
    assert exporting.targets_of(company) == [Target.CSV, Target.XLSX, Target.FINVOICE, target]
    assert handed_over(company, target, fiona)
    assert "nothing" in refused(lambda: exporting.export(company, MONTH, target, by=fiona))
    again = exporting.export(company, MONTH, target, by=fiona, reason="Lost")
    assert again.sha256 == ExportBatch.objects.exclude(pk=again.pk).get().sha256


def test_the_journal_takes_account_and_centre_from_the_books(acme, company, fiona):
    centres = {str(acme.customer.office_id): "HKI"}
    Books.objects.create(legal_entity=company, program="journal", centres=centres, **FACTS[Target.JOURNAL])
    Buyer.objects.update(ledger_account="1710")
    data = handed_over(company, Target.JOURNAL, fiona)["journal.csv"].decode("utf-8-sig")
    found = [
        (row["document"], row["account"], row["cost_centre"], row["debit"], row["credit"], row["tax_code"])
        for row in csv.DictReader(io.StringIO(data), delimiter=";")
    ]
    assert found == [
        ("FI26-100001", "1710", "", "188.25", "", ""),
        ("FI26-100001", "3010", "HKI", "", "150.00", "V1"),
        ("FI26-100001", "2939", "", "", "38.25", "V1"),
        ("FI26-100002", "1710", "", "", "188.25", ""),
        ("FI26-100002", "3010", "HKI", "150.00", "", "V1"),
        ("FI26-100002", "2939", "", "38.25", "", "V1"),
    ]


def test_neutral_lines_have_the_cost_centre_of_the_books(acme, company, fiona):
    Books.objects.create(legal_entity=company, centres={str(acme.customer.office_id): "HKI"})
    lines = exporting.bytes_of(exporting.export(company, MONTH, Target.CSV, by=fiona)).decode("utf-8-sig")
    found = [row["cost_centre"] for row in csv.DictReader(io.StringIO(lines), delimiter=";")]
    assert found == ["HKI", "HKI"]


def test_datev_has_a_batch_for_the_month_of_issue(company, fiona):
    Books.objects.create(legal_entity=company, program="datev", **FACTS[Target.DATEV])
    files = handed_over(company, Target.DATEV, fiona)
    assert list(files) == ["EXTF_Buchungsstapel_2026-12.csv"]
    header, _names, *rows = files["EXTF_Buchungsstapel_2026-12.csv"].decode("cp1252").split("\r\n")[:-1]
    assert header.split(";")[10:16] == ["1001", "7", "20260101", "4", "20261201", "20261231"]
    assert [row.split(";")[:2] + row.split(";")[6:8] for row in rows] == [
        ["188,25", '"S"', "10000", "8400"],
        ["188,25", '"H"', "10000", "8400"],
    ]


def test_what_is_missing_is_named(acme, company, fiona):
    books = Books.objects.create(legal_entity=company, program="datev", **FACTS[Target.DATEV])
    Buyer.objects.update(ledger_account="PAPERI")
    assert "PAPERI is none" in refused(lambda: handed_over(company, Target.DATEV, fiona))
    for target in PROGRAMS:
        Books.objects.filter(pk=books.pk).update(program=target, **FACTS[target] | {"taxes": {"S 24": "1234"}})
        said = refused(lambda target=target: handed_over(company, target, fiona))
        assert said == "FI26-100001 has VAT S 25.5, for which the company's books have no code."
    assert ExportBatch.objects.count() == 0


def test_datev_takes_euros_only(contract):
    company = contract.legal_entity
    Books.objects.create(legal_entity=company, program="datev", **FACTS[Target.DATEV])
    document = documents()["fi_dollars"]
    row = Invoice(legal_entity=company, issued_on=document.issued_on, document=stored.written(document))
    assert "in USD, but DATEV" in refused(lambda: ledgers.written(Target.DATEV, [row]))


@pytest.fixture
def client(acme, company):
    acme.tenant.billing_on = True
    acme.tenant.save()
    return acme.client("fiona")


def test_finance_sets_the_books_up_with_what_is_proposed(acme, client, company):
    page = f"/settings/invoicing/companies/{company.pk}/books/"
    assert "tax_S 25.5" not in client.get(page).content.decode()
    assert client.post(page, {"program": "journal"})["Location"] == page
    shown = client.get(page)
    form = shown.context["form"]
    assert [field.label for field in form.head] == [
        "Books are kept in", "Account of customers without one of their own", "Revenue, where nothing else is said",
        "Account of VAT on sales",
    ]  # fmt: skip
    assert Target.JOURNAL not in exporting.targets_of(company)
    proposed = {name: form[name].value() or "" for name in form.fields}
    assert proposed["tax_S 25.5"] == "S25.5"
    assert client.post(page, proposed | {"work_remote": " 3010 "})["Location"] == page.removesuffix("books/")
    books = Books.objects.get()
    assert (books.receivables, books.revenue, books.vat_account) == ("1701", "3000", "2939")
    assert books.taxes == {"S 25.5": "S25.5", "AE 0": "AE", "O": "O"}
    assert books.accounts == {"remote": "3010"}
    assert 'value="journal"' in client.get(f"/finance/?month={MONTH}").content.decode()

    assert client.post(page, proposed | {"revenue": ""}).status_code == 422
    client.post(page, proposed | {"program": "xero"})
    assert Books.objects.get().taxes == {}
    assert 'value="xero"' not in client.get(f"/finance/?month={MONTH}").content.decode()


def test_accounts_of_datev_are_numbers(client, company):
    page = f"/settings/invoicing/companies/{company.pk}/books/"
    Books.objects.create(legal_entity=company, program="datev", **FACTS[Target.DATEV])
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    for name in ("tax_S 25.5", "receivables"):
        answer = client.post(page, typed | {name: "myynti"})
        assert list(answer.context["form"].errors) == [name]


def test_a_customer_has_an_account_where_a_company_has_such_books(acme, client, company):
    page = f"/customers/{acme.customer.pk}/invoicing/"
    assert "ledger_account" not in client.get(page).content.decode()
    Books.objects.create(legal_entity=company, program="journal")
    assert "ledger_account" in client.get(page).content.decode()


def test_a_vat_is_written_as_its_reader_writes_numbers():
    with translation.override("fi"):
        assert str(vat_words("S", Decimal("25.50"))) == "ALV 25,5 %"
    assert str(vat_words("S", Decimal(20))) == "VAT 20 %"
    assert str(vat_words("K", Decimal(0))) == "K 0"
