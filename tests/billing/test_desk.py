"""The month-end desk in the browser's words: exceptions, drafts, issuing, downloads, credit, closing."""

import html
import re

import pytest

from billing import tasks
from billing.enums import InvoiceState
from billing.models import ClosedMonth, ExportBatch, Invoice, Run
from billing.services import files
from billing.services.drafting import draft
from billing.services.issuing import issue
from tests.billing.services.conftest import LATER, MONTH, contract, fiona  # noqa: F401  # fixtures
from tickets.models import WorkEntry

WHERE = f"month={MONTH}"


@pytest.fixture
def client(acme, contract):  # noqa: F811  # the fixture
    acme.tenant.billing_on = True
    acme.tenant.save()
    return acme.client("fiona")


@pytest.fixture
def place(contract):  # noqa: F811
    return {"company": contract.legal_entity_id, "month": MONTH}


def text(response):
    """What a page says, without its markup."""
    assert response.status_code == 200, response.content[:500]
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split()).replace("\xa0", " ")


def test_finance_prepares_looks_issues_downloads_credits_and_closes(acme, client, place):
    assert "Prepare the drafts" in text(client.get(f"/finance/?{WHERE}"))
    assert client.post("/finance/prepare/", place).status_code == 302
    assert "0 of 1" in text(client.get(f"/finance/?{WHERE}"))
    run = Run.objects.get()
    tasks.go_on(acme.tenant.pk, run.pk)
    assert "was looked at" in text(client.get(f"/finance/runs/{run.pk}/", headers={"HX-Request": "true"}))

    page = text(client.get(f"/finance/?{WHERE}"))
    assert "Issue 1 invoice, 188.25 €" in page
    made = Invoice.objects.get()
    assert "1 h 30 min" in text(client.get(f"/finance/invoices/{made.pk}/"))
    client.post(f"/finance/invoices/{made.pk}/approve/")
    assert Invoice.objects.get().state == InvoiceState.APPROVED

    client.post("/finance/issue/", place)
    tasks.go_on(acme.tenant.pk, Run.objects.latest("pk").pk)
    assert "FI26-100001" in text(client.get(f"/finance/?{WHERE}"))
    files.make_files(made.pk)
    pdf = client.get(f"/finance/invoices/{made.pk}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"] == 'attachment; filename="FI26-100001.pdf"'

    client.post("/finance/export/", {**place, "target": "csv"})
    batch = ExportBatch.objects.get()
    assert b"FI26-100001" in client.get(f"/finance/exports/{batch.pk}/").content

    assert client.post(f"/finance/invoices/{made.pk}/credit/", {"reason": "Wrong hours"}).status_code == 302
    note = Invoice.objects.get(kind="credit")
    assert "Wrong hours" in text(client.get(f"/finance/invoices/{note.pk}/"))
    assert "credits FI26-100001" in text(client.get("/finance/invoices/?q=fi26-100002"))
    client.post("/finance/close/", place)
    assert ClosedMonth.objects.get().month == MONTH


def test_what_a_ticket_lacks_stands_first_with_a_link(client, contract):  # noqa: F811
    entry = WorkEntry.objects.get()
    entry.text = ""
    entry.save()
    draft(contract, MONTH, at=LATER)
    response = client.get(f"/finance/?{WHERE}")
    assert "Say what was done" in text(response)
    assert f'href="/tickets/{entry.ticket.number}/billing/"' in response.content.decode()
    assert "Issue 1" not in text(response)


@pytest.mark.parametrize(("country", "system"), [("ES", "Verifactu"), ("IN", "IRP")])
def test_spain_and_india_say_why_and_give_lines(acme, client, contract, country, system):  # noqa: F811
    company = contract.legal_entity
    company.country = country
    company.save()
    acme.customer.buyers.update(vat_id="FI01120389")
    made = draft(contract, MONTH, at=LATER)
    page = client.get(f"/finance/?{WHERE}")
    assert system in text(page)
    assert "Issue 1" not in text(page)
    assert "For other programs" not in text(page)
    links = re.findall(r'href="(/finance/lines[^"]*)"', page.content.decode())
    assert [link.partition("?")[0] for link in links] == ["/finance/lines.csv", "/finance/lines.xlsx"]
    csv, xlsx = (client.get(html.unescape(link)).content for link in links)
    lines = csv.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("kind;invoice_no;")
    assert [row.split(";")[17] for row in lines[1:]] == ["150.00"]
    assert xlsx.startswith(b"PK")

    client.post(f"/finance/invoices/{made.pk}/issue/")
    client.post("/finance/issue/", {"company": company.pk, "month": MONTH})
    for run in Run.objects.filter(ended_at=None):
        tasks.go_on(acme.tenant.pk, run.pk)
    assert Invoice.objects.issued().count() == 0
    assert "/books/" not in client.get(f"/settings/invoicing/companies/{company.pk}/").content.decode()


def test_a_file_that_the_check_found_wrong_does_not_leave(acme, client, contract, fiona, monkeypatch):  # noqa: F811
    made = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    monkeypatch.setattr(files, "_checked", lambda found: {(row.pk, "pdf"): ["wrong"] for row in found})
    files.make_files(made.pk)
    assert made.files.get(form="pdf").findings == ["wrong"]
    assert client.get(f"/finance/invoices/{made.pk}/pdf").status_code == 404


@pytest.mark.parametrize("name", ["aino", "liisa", "konsta"])
def test_the_desk_is_finances(acme, client, name):
    assert acme.client(name).get("/finance/").status_code == 403


def test_where_billing_is_off_there_is_no_desk(acme, client):
    acme.tenant.billing_on = False
    acme.tenant.save()
    assert client.get("/finance/").status_code == 404


@pytest.mark.parametrize("query", ["", "?month=2026-13", "?company=x&month=", "?company=99999"])
def test_odd_addresses_show_a_desk(client, query):
    assert client.get(f"/finance/{query}").status_code == 200


@pytest.mark.parametrize("address", ["prepare", "issue", "close", "export"])
def test_buttons_without_a_company_lead_back(client, address):
    assert client.post(f"/finance/{address}/")["Location"] == "/finance/"
    assert client.post(f"/finance/{address}/", {"company": "99999999"})["Location"] == "/finance/"
