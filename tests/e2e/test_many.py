"""One act on five hundred tickets in a real browser, by a real worker, and its way back."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from accounts.scope import tenant_scope
from bench.fill import Filled, fill
from tests.conftest import sign_in
from tests.e2e.parts import Installation
from tests.e2e.web import needs_chromium
from tickets.models import Ticket, TicketEvent

pytestmark = [pytest.mark.prove, pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
# Of which the largest tenant has so many that its list holds more than one act may change.
TICKETS, MOST = 30_000, 500
SLOW_MS = 240_000


def urgent(filled: Filled) -> int:
    with tenant_scope(filled.tenant.pk):
        return Ticket.objects.unfinished().filter(priority="urgent").count()


def test_five_hundred_tickets_change_and_change_back(browser: Browser, installation: Installation, web: int) -> None:
    """Each with a line in its log; a colleague's later change of one of them stays."""
    filled = fill(TICKETS)
    installation.wait_for(installation.worker(concurrency=2))
    client = Client(headers={"host": filled.tenant.host})
    sign_in(client, filled.tenant, filled.agent)
    context, base = browser.new_context(), f"http://{filled.tenant.host}:{web}"
    context.add_cookies([{"name": name, "value": m.value, "url": base} for name, m in client.cookies.items()])
    before, page = urgent(filled), context.new_page()

    page.goto(f"{base}/tickets/?priority=low&priority=normal")
    page.check("tbody > tr:first-child input")
    page.check("input[name=all]")
    page.click("button[value=priority]")
    page.select_option("select", "urgent")
    expect(page.locator("[data-primary]")).to_contain_text(f"{MOST}")
    page.click("[data-primary]")
    expect(page.locator("form[action$='/back/'] button")).to_be_visible(timeout=SLOW_MS)

    assert urgent(filled) == before + MOST
    with tenant_scope(filled.tenant.pk):
        changed = TicketEvent.objects.filter(kind="changed").order_by("pk")
        assert changed.count() == MOST
        kept = changed[0].ticket
        Ticket.objects.filter(pk=kept.pk).update(priority="high")
    with page.expect_navigation():
        page.click("form[action$='/back/'] button")
    expect(page.locator("#bulk-state:not([hx-get])")).to_be_visible(timeout=SLOW_MS)

    assert urgent(filled) == before
    with tenant_scope(filled.tenant.pk):
        assert Ticket.objects.get(pk=kept.pk).priority == "high"
