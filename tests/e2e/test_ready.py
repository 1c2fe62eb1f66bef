"""What is ready beside the composer, in a real browser: found while typing, put where the cursor stands, and sent."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_writing import Desk, desk, type_in
from tests.e2e.web import needs_chromium
from tests.tickets.test_macros import write
from tests.tickets.test_responses import keep
from tickets.models import Follower, Ticket

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]


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
    search.press("Enter")
    expect(text).to_have_value("Begun.\nHei Otto.")
    expect(text).to_be_focused()

    aino.click("summary:has-text('Responses')")
    expect(aino.locator("#ready-q")).to_be_focused()
    expect(aino.locator(".v-pick button[data-insert]")).to_have_count(3)
    aino.click(".v-pick button:has-text('Escalate')")
    expect(aino.locator("[data-macro]")).to_contain_text("Set priority: Critical")
    aino.click("button[name=send]")
    expect(aino.locator(".v-toast").first).to_contain_text("The mail leaves in a few seconds")
    with desk.cast.scope():
        assert Ticket.objects.get().priority == "urgent"
    assert [text.split() for text in desk.texts("reply")] == [["Begun.", "Hei", "Otto."]]


def test_a_colleague_is_offered_while_a_note_is_typed_and_hears_of_it(desk: Desk, browser: Browser) -> None:
    aino = desk.sit_down(browser.new_context(), "aino")
    type_in(aino, "Ask @L")
    expect(aino.locator("#names")).to_be_hidden()
    aino.click("label:has-text('Internal note')")
    type_in(aino, "Ask @L")
    expect(aino.locator("#names li[aria-selected=true]")).to_have_text("Liisa Lead")
    aino.locator("#write textarea").press("Enter")
    expect(aino.locator("#write textarea")).to_have_value("Ask @Liisa Lead ")
    aino.click("button:has-text('Keep note')")
    expect(aino.locator(".v-side")).to_contain_text("Liisa Lead")
    with desk.cast.scope():
        assert Follower.objects.get().member_id == desk.cast.liisa.pk
