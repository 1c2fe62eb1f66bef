"""The report's pages and files, and what they cost."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Customer
from accounts.services.tenants import join_team
from core import sheets
from core.sheets import Sheet, as_csv, as_xlsx
from sla.models import Contract, Timer
from tests.conftest import Cast
from tests.house.test_query_counts import ask
from tests.mailintake.post import ticket_of
from tests.reports.drawn import NOVEMBER, NOW, draw
from tickets.models import Ticket

OWN = f"?period=own&first={NOVEMBER.first}&last={NOVEMBER.last}"
REPORT, BEHIND = 8, 8


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db(transaction=True)
def test_pages_cost_the_same_for_1_and_30_rows(acme: Cast) -> None:
    client, paths = acme.client("liisa"), [f"/reports/{OWN}&by=customer", f"/reports/tickets/{OWN}&show=due"]
    with acme.scope():
        draw(acme, 1, tickets=30)
        Ticket.objects.update(customer=acme.customer)
        kept = Timer.objects.filter(decided_at__range=(NOVEMBER.start, NOW)).order_by("pk")[0].pk
        rows = {timer.pk: timer.due_at for timer in Timer.objects.all()}
        Timer.objects.exclude(pk=kept).update(due_at=None, fulfilled_at=None, breached_at=None, paused_at=None)
    for path in paths:
        client.get(path)
    one = [ask(client, path)[0] for path in paths]
    with acme.scope():
        for pk, due_at in rows.items():
            Timer.objects.filter(pk=pk).update(due_at=due_at, fulfilled_at=NOW, breached_at=NOW)
        for number, ticket in enumerate(Ticket.objects.all()):
            own = Customer.objects.create(name=f"Customer {number}", country="FI", office=acme.office)
            Ticket.objects.filter(pk=ticket.pk).update(customer=own)
        Timer.objects.filter(breached_at=NOW).update(breached_at=NOVEMBER.start)
    many = [ask(client, path) for path in paths]

    assert many[0][1].count("Customer ") >= 30
    assert many[1][1].count('class="subj"') == 50
    assert [len(statements) for statements, _page in many] == [len(statements) for statements in one]
    assert len(one[0]) <= REPORT, "\n".join(one[0])
    assert len(one[1]) <= BEHIND, "\n".join(one[1])


def figures_of(page: str) -> list[tuple[str, str]]:
    """(figure, address) of each count that leads somewhere."""
    links = re.findall(r'<a href="(/reports/tickets/[^"]+)"[^>]*>(\d+)<', page)
    return [(count, url.replace("&amp;", "&")) for url, count in links]


@pytest.mark.django_db
def test_each_figure_leads_to_as_many_rows(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 2)
    client = acme.client("liisa")
    page = client.get(f"/reports/{OWN}&by=customer").content.decode()
    figures = figures_of(page)

    assert len(figures) > 30
    assert "No customer" in page
    for count, url in figures:
        assert client.get(url).content.decode().count('class="subj"') == min(50, int(count)), url


@pytest.mark.django_db
def test_finance_has_all_figures_and_the_tickets_that_it_may_open(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 2)
    page, lead = acme.client("fiona").get(f"/reports/{OWN}"), acme.client("liisa").get(f"/reports/{OWN}")
    assert figures_of(page.content.decode()) == figures_of(lead.content.decode()) != []

    behind, client = f"/reports/tickets/{OWN}&show=due", acme.client("fiona")
    page = client.get(behind).content.decode()
    assert 'class="subj"' not in page
    assert "Only tickets that you may open" in page
    assert len(download(client, "tickets.csv").splitlines()) < len(
        download(acme.client("liisa"), "tickets.csv").splitlines()
    )
    with acme.scope():
        join_team(acme.desk.team, acme.fiona)
    assert client.get(behind).content.decode().count('class="subj"') > 10


@pytest.mark.django_db
def test_pages_of_a_list_follow_each_other_without_a_gap(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 3, tickets=60)
    client, seen, query = acme.client("ada"), [], f"{OWN}&show=due"
    while query:
        page = client.get(f"/reports/tickets/{query}")
        seen += re.findall(r'<a href="(/tickets/[^"]+promises[^"]+)"', page.content.decode())
        query = page.context["page"].later

    total = int(client.get(f"/reports/{OWN}&by=promise").context["lines"][-1].cells[0].text)
    assert len(seen) == len(set(seen)) == total > 50


@pytest.mark.django_db
def test_without_promises_the_page_says_what_to_do(acme: Cast) -> None:
    assert b"Make promises" in acme.client("ada").get("/reports/").content
    assert b"Make promises" not in acme.client("fiona").get("/reports/").content
    with acme.scope():
        ticket_of(acme)
    page = acme.client("ada").get("/reports/?period=last").content

    assert b"No promise was settled in this period" in page


@pytest.mark.django_db
def test_dates_that_are_none_are_told(acme: Cast) -> None:
    page = acme.client("ada").get("/reports/?period=own&first=2026-11-02&last=2026-11-01").content

    assert b"Not before the first day." in page


@pytest.mark.django_db
def test_a_contract_leads_to_its_own_promises(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 4, tickets=5)
        contract = Contract.objects.order_by("pk")[0]
    url = f"/reports/?contract={contract.pk}"

    assert url in acme.client("liisa").get(reverse("sla:contract", args=[contract.pk])).content.decode()
    assert f"<b>{contract.number}</b>" in acme.client("liisa").get(url).content.decode()


def download(client: Client, file: str, query: str = OWN) -> bytes:
    answer = client.post(f"/reports/export/{query}", {"file": file})
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)
    assert int(answer.headers["Content-Length"]) == len(body)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store, private"
    return body


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["table.csv", "table.xlsx", "tickets.csv", "tickets.xlsx"])
def test_a_file_is_the_same_bytes_each_time_and_is_noted(acme: Cast, file: str) -> None:
    with acme.scope():
        draw(acme, 5, tickets=10)
    client = acme.client("liisa")
    query = f"?period=own&first={NOVEMBER.first}&last=2026-11-19"
    first = download(client, file, query)
    with time_machine.travel(NOW.replace(hour=20)):
        again = download(client, file, query)

    assert again == first
    with acme.scope():
        entries = AuditEntry.objects.filter(action="report.exported")
        assert [entry.actor_name for entry in entries] == ["Liisa Lead"] * 2


@pytest.mark.django_db
def test_a_file_says_what_the_page_says(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 6, tickets=10)
    client = acme.client("liisa")
    text = download(client, "table.csv", f"{OWN}&by=queue").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    page = client.get(f"/reports/{OWN}&by=queue")

    together = next(row for row in rows if row and row[0] == "Together")
    assert together[2:6] == [cell.text for cell in page.context["lines"][-1].cells[:4]]
    assert all([note] in rows for note in page.context["notes"])


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", 'a;b"c\n', "'x"]


def test_no_text_is_a_formula_in_a_file() -> None:
    sheet = Sheet([*HOSTILE], [HOSTILE, [-1, None]], "=T", ["=N"])
    plain, book = io.BytesIO(), io.BytesIO()
    assert (as_csv(sheet, plain), as_xlsx(sheet, book)) == (2, 2)

    assert plain.getvalue().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(plain.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))
    formulas = [cell for row in rows for cell in row if sheets.FORMULA.match(cell)]
    assert formulas == ["-1"]  # the number
    assert [cell.removeprefix("'") for cell in rows[0][:7]] == HOSTILE[:7]
    with zipfile.ZipFile(book) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert not any("externalLink" in name for name in parts.namelist())
    assert "<f>" not in xml
    assert "=cmd|" in xml


@pytest.mark.django_db
def test_a_customers_name_in_a_file_is_no_formula(acme: Cast) -> None:
    with acme.scope():
        draw(acme, 7, tickets=10)
        Ticket.objects.update(title='=HYPERLINK("x")')
        Customer.objects.filter(pk=acme.customer.pk).update(name="+358 Oy")
    text = download(acme.client("ada"), "tickets.csv").decode("utf-8-sig")

    cells = {cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row}
    assert {'\'=HYPERLINK("x")', "'+358 Oy"} <= cells
    assert not any(sheets.FORMULA.match(cell) for cell in cells)


@pytest.mark.django_db
def test_a_file_that_cannot_be_finished_is_not_sent(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with acme.scope():
        draw(acme, 8, tickets=10)
    monkeypatch.setattr("reports.files.late_seconds", lambda *_: 1 / 0)
    client = acme.client("ada")
    client.raise_request_exception = False
    answer = client.post(f"/reports/export/{OWN}", {"file": "tickets.csv"})

    assert answer.status_code == 500
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    with acme.scope():
        assert not AuditEntry.objects.filter(action="report.exported").exists()


@pytest.mark.django_db
def test_there_are_two_kinds_of_file(acme: Cast) -> None:
    for file in ("table.pdf", "people.csv", "", "csv"):
        assert acme.client("ada").post("/reports/export/", {"file": file}).status_code == 404
