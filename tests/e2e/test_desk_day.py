"""A desk day with the keyboard alone, and the same by touch on a phone, whose targets are measured."""

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Requester
from tests.e2e.test_writing import Desk, desk
from tests.e2e.web import needs_chromium
from tests.mailintake.post import ticket_of
from tickets.models import Contact, SideConversation, Ticket

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]
TOUCH = 44
# Of what is pressed on a phone; links within a sentence are as high as their line (WCAG 2.5.8).
TARGETS = "main :is(a.btn, button, summary, select, input:not([type=hidden]), .v-taps label), .v-sticky a, .v-top a"

# The height of what takes the press: the control, its label, or a layer that is laid over it.
MEASURE = """([targets, least]) => [...document.querySelectorAll(targets)]
    .filter(node => node.checkVisibility() && !node.matches('.visually-hidden, .btn-check'))
    .map(node => {
        const layer = parseFloat(getComputedStyle(node, '::after').height) || 0;
        const label = node.matches('[type=checkbox], [type=radio]') ? node.labels[0] : null;
        const heights = [node, label].filter(Boolean).map(each => each.getBoundingClientRect().height);
        return [Math.max(...heights, layer), node];
    })
    .filter(([height]) => height < least - .5)
    .map(([height, node]) => `${height} ${node.outerHTML.slice(0, 90)}`)"""


def jump(page: Page, typed: str, option: str) -> None:
    """By the palette to what it names first, with nothing but keys."""
    page.keyboard.press("Control+k")
    page.keyboard.type(typed)
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text(option)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_with_the_keyboard_alone(desk: Desk, browser: Browser) -> None:
    other = ticket_of(desk.cast)
    aino = desk.sit_down(browser.new_context(), "aino")
    keys = aino.keyboard
    keys.press("g")
    keys.press("a")
    aino.wait_for_url(f"{desk.base}/tickets/")
    keys.press("j")
    keys.press("j")
    expect(aino.locator(".v-row.cur")).to_have_count(1)
    keys.press("Enter")
    aino.wait_for_url("**/tickets/1*/**")
    number = int(aino.url.partition("/tickets/")[2].partition("/")[0])

    keys.press("#")
    keys.type("Lift")
    keys.press("Enter")
    expect(aino.locator(".v-side .v-filter")).to_contain_text("Lift")
    jump(aino, "take", "Take")
    expect(aino.locator(".v-toast").first).to_contain_text("The ticket is yours")
    keys.press("t")
    keys.type("5")
    keys.press("Escape")
    keys.press("e")
    aino.wait_for_url("**/resolve/**")
    aino.locator("textarea").first.focus()
    keys.type("It moves.")
    keys.press("Control+Enter")
    aino.wait_for_url(lambda url: "/resolve/" not in url)
    (left,) = {desk.ticket.number, other.number} - {number}
    jump(aino, f"sys-{left}", "The lift is stuck")
    keys.press("r")
    expect(aino.locator("#write textarea")).to_be_focused()
    keys.type("Is it moving?")
    keys.press("Control+Enter")
    expect(aino.locator(".v-toast").first).to_contain_text("leaves in a few seconds")
    keys.press("/")
    keys.type("stuck")
    keys.press("Enter")
    aino.wait_for_url("**/search/?q=stuck**")
    keys.press("?")
    expect(aino.locator("#shortcuts")).to_be_visible()
    keys.press("Escape")
    jump(aino, "otto", "Otto Oja")
    aino.wait_for_url("**/caller/?requester=*")

    with desk.cast.scope():
        done = Ticket.objects.get(number=number)
        assert (done.status_class, done.assignee_id) == ("resolved", desk.cast.aino.pk)
    assert desk.texts("reply")[-1:] == (["Is it moving?"] if left == desk.ticket.number else ["It moves."])


def small(page: Page) -> list[str]:
    """What is to be pressed there and is lower than a finger, with its height."""
    found: list[str] = page.evaluate(MEASURE, [TARGETS, TOUCH])
    return found


def test_by_touch_on_a_phone(desk: Desk, browser: Browser) -> None:
    with desk.cast.scope():
        Requester.objects.filter(pk=desk.cast.requester.pk).update(phone="+358 40 123 4567")
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    aino = desk.sit_down(phone, "aino")
    assert small(aino) == []
    aino.goto(f"{desk.base}/caller/?number=0401234567")
    assert small(aino) == []
    aino.tap("a:has-text('Log contact')")
    aino.wait_for_url("**/contacts/new/**")
    assert small(aino) == []
    aino.tap(".v-taps label:has-text('Corridor')")
    aino.fill("textarea", "It squeaks")
    aino.tap("button:has-text('Log contact')")
    aino.wait_for_url(lambda url: "/new/" not in url)
    assert small(aino) == []
    aino.goto(f"{desk.address}ask/")
    aino.fill("input[name=to]", "sami@supplier.example")
    aino.fill("textarea", "Have you a belt?")
    assert small(aino) == []
    aino.tap("button:has-text('Send')")
    expect(aino.locator(".v-aside[open]")).to_contain_text("Have you a belt?")
    assert small(aino) == []
    wide = aino.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390

    with desk.cast.scope():
        assert Contact.objects.get().channel == "corridor"
        assert SideConversation.objects.get().addresses == ["sami@supplier.example"]


def test_a_rule_is_tried_out_before_it_acts(desk: Desk, browser: Browser) -> None:
    """Made, limited by the filters of lists, tried on what has come; then switched on, and only new ones are met."""
    urgent = ticket_of(desk.cast, priority="urgent")
    liisa = desk.sit_down(browser.new_context(), "liisa")
    liisa.goto(f"{desk.base}/settings/rules/new/")
    liisa.fill("[name=name]", "Lifts first")
    liisa.check("[name=events][value=received]")
    liisa.fill("[name=words]", "lift")
    liisa.select_option("[name=do_priority]", "urgent")
    liisa.click("main button:has-text('Save')")
    liisa.click("button:has-text('Let the rule mean these')")

    expect(liisa.locator("main")).to_contain_text("It would have met 2 tickets in the last 30 days. 1 of those below")
    rows = liisa.locator("tbody tr")
    expect(rows.filter(has_text=str(desk.ticket.number))).to_contain_text("Set priority: Normal → Critical")
    expect(rows.filter(has_text=str(urgent.number))).to_contain_text("Is so already")
    with desk.cast.scope():
        assert Ticket.objects.get(pk=desk.ticket.pk).priority == "normal"

    liisa.click("button:has-text('Switch on')")
    expect(liisa.locator("main")).to_contain_text("On")
    with desk.cast.scope():
        assert Ticket.objects.get(pk=desk.ticket.pk).priority == "normal"
