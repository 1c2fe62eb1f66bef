"""From the consultant's link to the customer's invoice, in a real browser: nothing is calculated by hand."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from billing import tasks
from billing.documents.checking import check
from billing.documents.embedded import embedded_xml
from billing.enums import InvoiceState
from billing.models import Buyer, ClosedMonth, Invoice, Run, Seller
from tests.billing.priced import HOURLY, contract_of, sides
from tests.conftest import Cast
from tests.e2e.test_portal import is_clean, sign_in
from tests.e2e.web import needs_chromium
from tests.mailintake.post import ticket_of
from tests.portal.conftest import open_portal, person
from tickets.models import Ticket, WorkEntry
from tickets.services import links

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ticket(acme: Cast) -> Ticket:
    """Konsta's ticket of a contract that wants an order number."""
    acme.tenant.billing_on = True
    acme.tenant.save()
    made = ticket_of(acme)
    with acme.scope():
        sides(acme)
        for side, number in ((Seller, "003720774740"), (Buyer, "003701120389")):
            side.objects.update(einvoice_address=number, einvoice_scheme="0216", einvoice_operator="003721291126")
        Buyer.objects.update(buyer_reference="Kunnossapito")
        contract = contract_of(acme, po_required=True, **HOURLY)
        Ticket.objects.filter(pk=made.pk).update(contract=contract, assignee=acme.members["konsta"])
        return Ticket.objects.get(pk=made.pk)


def desk_page(browser: Browser, cast: Cast, base: str, name: str) -> Page:
    page = browser.new_page(locale="en", accept_downloads=True)
    cookies = cast.client(name).cookies
    page.context.add_cookies([{"name": key, "value": each.value, "url": base} for key, each in cookies.items()])
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def test_a_resolved_ticket_becomes_an_invoice_that_the_customer_sees(
    acme: Cast, ticket: Ticket, web: int, browser: Browser, tmp_path: Path
) -> None:
    base = f"http://{acme.tenant.host}:{web}"
    resolve_by_link(acme, ticket, desk_page(browser, acme, base, "konsta"), base)
    satisfy_gate(ticket, desk_page(browser, acme, base, "aino"), base)
    finance = desk_page(browser, acme, base, "fiona")
    issue(acme, finance, base)
    for form in ("pdf", "finvoice", "peppol"):
        content = downloaded(finance, form, tmp_path)
        report = check(embedded_xml(content) if form == "pdf" else content)
        assert (form, report.errors) == (form, ())
    close_last_month(finance, base)
    finance.context.close()

    customer_reads_it(acme, browser, base)
    with acme.scope():
        made = Invoice.objects.get()
        assert (made.state, made.net, made.gross) == (InvoiceState.ISSUED, 150, made.net + made.tax)
        assert ClosedMonth.objects.count() == 1


def resolve_by_link(cast: Cast, ticket: Ticket, page: Page, base: str) -> None:
    with cast.scope():
        token = links.make_work_link(ticket, cast.members["konsta"])
    page.goto(f"{base}/l/{token}/?do=resolve#resolve")
    form = page.locator("form#resolve")
    form.locator("[name=solution]").fill("Venttiili vaihdettu.")
    form.locator("[name=minutes]").fill("90")
    form.locator("summary").click()
    form.locator("[name=done]").fill("Venttiilin vaihto ja koekäyttö")
    form.get_by_role("button").last.click()
    page.wait_for_load_state()
    page.context.close()
    with cast.scope():
        entry = WorkEntry.objects.get()
        assert (entry.minutes, entry.text) == (90, "Venttiilin vaihto ja koekäyttö")


def satisfy_gate(ticket: Ticket, page: Page, base: str) -> None:
    page.goto(f"{base}/tickets/{ticket.number}/billing/")
    is_clean(page)
    press(page, "Ready for billing")
    page.get_by_text("The contract demands an order number.").first.wait_for()
    page.locator("[name=order_number]").fill("PO 4711")
    press(page, "Save the number")
    press(page, "Ready for billing")
    page.get_by_text("Nothing is missing.").wait_for()
    page.context.close()


def run(cast: Cast) -> None:
    """What a worker does for the desk."""
    with cast.scope():
        pk = Run.objects.latest("pk").pk
    tasks.go_on(cast.tenant.pk, pk)


def issue(cast: Cast, page: Page, base: str) -> None:
    page.goto(f"{base}/finance/?month={timezone.localdate():%Y-%m}")
    is_clean(page)
    press(page, "Prepare the drafts")
    run(cast)
    page.reload()
    page.get_by_role("button", name="Issue 1 invoice").click()
    page.wait_for_load_state()
    run(cast)
    with cast.scope():
        made = Invoice.objects.get()
    tasks.make_files(cast.tenant.pk, made.pk)
    page.goto(f"{base}/finance/invoices/{made.pk}/")
    page.get_by_role("heading", name=made.number).wait_for()
    is_clean(page)


def downloaded(page: Page, form: str, into: Path) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f"a[href$='/{form}']").first.click()
    path = into / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path.read_bytes()


def close_last_month(page: Page, base: str) -> None:
    page.goto(f"{base}/finance/?month={timezone.localdate():%Y-%m}")
    page.get_by_role("link", name="The month before").click()
    page.wait_for_load_state()
    press(page, "Close the month")
    page.get_by_text("Closed").first.wait_for()


def customer_reads_it(cast: Cast, browser: Browser, base: str) -> None:
    open_portal(cast, key_users=True)
    key_user: Any = person(cast, "Kaisa Key", customer=cast.customer, sees_company=True)
    with cast.scope():
        email = key_user.email
    page = browser.new_page(locale="en", viewport={"width": 390, "height": 844})
    sign_in(page, cast, base, email)
    page.goto(f"{base}/portal/invoices/")
    page.get_by_role("link", name="FI26-100001").or_(page.get_by_role("cell", name="FI26-100001")).first.wait_for()
    is_clean(page)
    page.context.close()
