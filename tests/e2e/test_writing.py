"""Two agents on one ticket in real browsers: seen typing, never overwriting, and losing nothing whatever dies."""

import os
import secrets
import signal
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.enums import Role
from tests.conftest import Cast, make_cast
from tests.e2e.parts import Installation, wait_until
from tests.e2e.web import ARGUMENTS, CHROMIUM, healthy, needs_chromium, sign_in
from tests.mailintake.post import ticket_of
from tests.tickets.own_field_support import shape
from tickets.models import Draft, FieldValue, Message, Ticket

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
SAVED = "[data-saved]:has-text('Draft saved')"


class Desk:
    """A ticket, and whoever opens it."""

    def __init__(self, cast: Cast, installation: Installation, port: int) -> None:
        self.cast, self.installation, self.port = cast, installation, port
        self.base, self.ticket = f"http://{cast.tenant.host}:{port}", ticket_of(cast)

    @property
    def address(self) -> str:
        return f"{self.base}/tickets/{self.ticket.number}/"

    def sit_down(self, context: BrowserContext, name: str) -> Page:
        page = context.new_page()
        sign_in(page, self.base, f"{name}@acme.example", PASSWORD)
        page.goto(self.address)
        return page

    def texts(self, kind: str) -> list[str]:
        with self.cast.scope():
            return list(
                Message.objects.filter(ticket=self.ticket, kind=kind).order_by("pk").values_list("text", flat=True)
            )

    def drafts(self) -> list[str]:
        with self.cast.scope():
            return list(Draft.objects.order_by("pk").values_list("text", flat=True))


@pytest.fixture
def desk(installation: Installation, web: int) -> Desk:
    people = {"aino": ("Aino Agent", [Role.AGENT]), "liisa": ("Liisa Lead", [Role.LEAD])}
    cast = make_cast("acme", people)
    for member in cast.members.values():
        member.user.set_password(PASSWORD)
        member.user.save(update_fields=["password"])
    return Desk(cast, installation, web)


def type_in(page: Page, text: str) -> None:
    page.locator("#write textarea").press_sequentially(text)


def poll(page: Page) -> None:
    """What the page does by itself each quarter of a minute."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")


def test_two_agents_meet_on_a_ticket(desk: Desk, browser: Browser) -> None:
    aino, liisa = (desk.sit_down(browser.new_context(), name) for name in ("aino", "liisa"))
    type_in(aino, "Try the other belt.")
    expect(aino.locator(SAVED)).to_be_visible()
    poll(liisa)
    expect(liisa.locator("[data-people]")).to_contain_text("Aino Agent is writing a reply")
    liisa.goto(f"{desk.base}/unassigned/")
    expect(liisa.locator(".v-live")).to_contain_text("Aino Agent is writing a reply")
    liisa.goto(desk.address)
    liisa.click("summary:has-text('Aino Agent has begun a reply')")
    expect(liisa.locator(".v-draft")).to_contain_text("Try the other belt.")

    # Each mode has a text of its own, so that no note is sent by a slip.
    type_in(liisa, "I have looked")
    liisa.click("label[for=mode-note]")
    expect(liisa.locator("#write textarea")).to_have_value("")
    liisa.click("label[for=mode-reply]")
    type_in(liisa, " at it.")
    liisa.click("#write button[name=send]")
    liisa.wait_for_load_state()
    assert desk.texts("reply") == ["I have looked at it."]

    poll(aino)
    expect(aino.locator("[data-news]")).to_contain_text("Liisa Lead replied just now")
    expect(aino.locator("#write textarea")).to_have_value("Try the other belt.")
    aino.click("#write button[name=send]")
    expect(aino.locator(".v-meanwhile")).to_contain_text("I have looked at it.")
    assert desk.texts("reply") == ["I have looked at it."]
    expect(aino.locator("#write textarea")).to_have_value("Try the other belt.")
    aino.click("button:has-text('Send anyway')")
    aino.wait_for_url(lambda url: "/write/" not in url)
    assert desk.texts("reply") == ["I have looked at it.", "Try the other belt."]
    assert desk.drafts() == []


def test_a_draft_outlives_session_server_and_browser(desk: Desk, browser: Browser) -> None:
    mark = f"--mark-{secrets.token_hex(8)}"
    doomed = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, mark])
    context = doomed.new_context()
    aino = desk.sit_down(context, "aino")
    type_in(aino, "Kept")

    Session.objects.all().delete()
    type_in(aino, " when signed out")
    expect(aino.locator("[data-saved]")).to_contain_text("You are signed out")
    other = desk.sit_down(context, "aino")
    other.close()
    poll(aino)
    expect(aino.locator(SAVED)).to_be_visible()
    assert desk.drafts() == ["Kept when signed out"]

    (web,) = [each for each in desk.installation.processes if "granian" in each.command]
    web.kill()
    type_in(aino, ", when the server died")
    expect(aino.locator("[data-saved]")).to_contain_text("Not saved")
    web.start()
    wait_until(lambda: healthy(desk.port), seconds=60, what="the web server again")
    type_in(aino, " and came back")
    expect(aino.locator(SAVED)).to_be_visible()

    kill_browser(mark)
    again = desk.sit_down(browser.new_context(), "aino")
    expect(again.locator("#write textarea")).to_have_value("Kept when signed out, when the server died and came back")
    with desk.cast.scope():
        assert Ticket.objects.get().events.filter(kind="reply").count() == 0


def test_a_field_appears_as_its_condition_is_met(desk: Desk, browser: Browser) -> None:
    """Hidden, it is neither needed nor sent; shown, the browser minds what the server would."""
    ids = shape(desk.cast)
    aino = desk.sit_down(browser.new_context(), "aino")
    aino.goto(f"{desk.address}edit/")
    part, save = aino.locator("[name=f-part]"), aino.locator("button:has-text('Save facts')")
    cause = aino.locator("[name=f-cause]")
    expect(cause).to_be_hidden()
    aino.select_option("[name=kind]", "fault")
    expect(cause).to_be_visible()
    expect(part).to_be_hidden()
    cause.select_option(str(ids.pump))
    part.fill("PX-4")
    cause.select_option(str(ids.software))
    expect(part).to_be_hidden()
    save.click()
    aino.wait_for_url(desk.address)
    with desk.cast.scope():
        assert [value.choice_id for value in FieldValue.objects.all()] == [ids.software]

    aino.goto(f"{desk.address}resolve/")
    expect(part).to_be_hidden()
    cause.select_option(str(ids.pump))
    expect(part).to_have_js_property("required", True)


def kill_browser(mark: str) -> None:
    """kill -9 of the browser that was started with this mark, all of its processes."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue
