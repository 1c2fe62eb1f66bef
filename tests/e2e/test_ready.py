"""What is ready beside the composer, in a real browser: found while typing, put where the cursor stands, and sent."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_writing import Desk, desk, type_in
from tests.e2e.web import needs_chromium
from tests.tickets.test_macros import write
from tests.tickets.test_responses import keep
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]


def look(page: Page, name: str) -> None:
    """A picture, where one was asked for."""
    if folder := os.environ.get("VASTE_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_response_and_a_macro_are_laid_beside_what_is_typed(desk: Desk, browser: Browser) -> None:
    keep(desk.cast, "Password", texts={"fi": "Hei {{first_name}}."})
    keep(desk.cast, "Printer", texts={"fi": "Tulostin."})
    write(desk.cast, desk.cast.client("liisa"), do_assign="", do_tag="", response="")
    aino = desk.sit_down(browser.new_context(), "aino")
    text = aino.locator("#write textarea")
    type_in(aino, "Begun.\n//")
    search = aino.locator("#ready-q")
    expect(search).to_be_focused()
    expect(text).to_have_value("Begun.\n")
    search.press_sequentially("pass")
    expect(aino.locator(".v-pick button")).to_have_count(1)
    look(aino, "pick1")
    search.press("Enter")
    expect(text).to_have_value("Begun.\nHei Otto.")
    expect(text).to_be_focused()

    aino.click("summary:has-text('Responses')")
    expect(aino.locator("#ready-q")).to_be_focused()
    expect(aino.locator(".v-pick button[data-insert]")).to_have_count(3)
    look(aino, "pick2")
    aino.click(".v-pick button:has-text('Escalate')")
    expect(aino.locator("[data-macro]")).to_contain_text("Set priority: Critical")
    look(aino, "pick3")
    aino.click("button[name=send]")
    expect(aino.locator(".v-toast").first).to_contain_text("The mail leaves in a few seconds")
    with desk.cast.scope():
        assert Ticket.objects.get().priority == "urgent"
    assert [text.split() for text in desk.texts("reply")] == [["Begun.", "Hei", "Otto."]]
