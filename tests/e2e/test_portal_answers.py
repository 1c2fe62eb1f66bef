"""The portal in a real browser: answers without a ticket, what is known already, an invited colleague."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accounts.models import Requester
from portal.models import Deflection
from tests.conftest import Cast
from tests.e2e.test_portal import is_clean, sign_in
from tests.e2e.web import needs_chromium
from tests.knowledge.support import publish
from tests.mailintake.post import ticket_of
from tests.portal.conftest import open_portal, person
from tickets.models import Message, Ticket
from tickets.services import incidents

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = "etikettitulostin jättää tarroja väliin"
ENGLISH = ("Go on", "This solved it", "Good that it helped", "That is what I have", "We know of it")
FINNISH = ("Jatka", "Tämä auttoi", "Hyvä, että siitä oli apua", "Minulla on juuri tämä", "Tiedämme siitä")
# (language, width, whether scripts run, what the page says)
WAYS = [("en", 1440, True, ENGLISH), ("fi", 390, True, FINNISH), ("fi", 390, False, FINNISH)]


@pytest.fixture
def base(acme: Cast, web: int) -> str:
    open_portal(acme)
    acme.tenant.knowledge_on = acme.tenant.help_on = True
    acme.tenant.save()
    with acme.scope():
        publish(acme, "Etikettitulostin ohittaa lavoja", "Pyyhi tulostuspään anturi.")
    return f"http://{acme.tenant.host}:{web}"


def visit(browser: Browser, acme: Cast, base: str, way: Any, email: str = "otto@paperi-acme.example") -> Page:
    language, width, scripts, _words = way
    with acme.scope():
        Requester.objects.update(language=language)
    view: Any = {"width": width, "height": 900}
    page = browser.new_context(viewport=view, locale=language, java_script_enabled=scripts).new_page()
    sign_in(page, acme, base, email)
    return page


@pytest.mark.parametrize("way", WAYS, ids=["en", "fi, phone", "fi, phone, no script"])
def test_an_answer_is_found_and_no_ticket_made(acme: Cast, base: str, browser: Browser, way: Any) -> None:
    go_on, solved, thanks, *_rest = way[3]
    page = visit(browser, acme, base, way)
    page.goto(f"{base}/portal/ask/")
    page.locator("textarea[name=words]").press_sequentially(ASKED)
    if not way[2]:
        page.click(f"button:has-text('{go_on}')")
    page.wait_for_selector("text=Etikettitulostin ohittaa lavoja")
    if way[2]:
        is_clean(page)
    page.click(f"button:has-text('{solved}')")
    page.wait_for_selector(f"text={thanks}")
    page.context.close()

    with acme.scope():
        assert Deflection.objects.get().words == ASKED
        assert not Ticket.objects.exists()


@pytest.mark.parametrize("way", WAYS, ids=["en", "fi, phone", "fi, phone, no script"])
def test_what_is_known_is_told_before_anybody_asks(acme: Cast, base: str, browser: Browser, way: Any) -> None:
    *_rest, mine, known = way[3]
    with acme.scope():
        ticket = ticket_of(acme)
        incidents.announce(ticket, {"fi": "Yhteys on poikki.", "en": "The line is down."}, by=acme.actor("aino"))
    page = visit(browser, acme, base, way)
    page.goto(f"{base}/portal/ask/")
    if way[2]:
        is_clean(page)
    page.click(f"button:has-text('{mine}')")
    page.wait_for_selector(f"text={known}")
    page.context.close()

    with acme.scope():
        assert Deflection.objects.get().incident == ticket.pk
        assert Ticket.objects.count() == 1


def test_an_invited_colleague_signs_in_and_answers(acme: Cast, base: str, browser: Browser) -> None:
    way = WAYS[0]
    person(acme, "Oona Aho", customer=acme.customer)
    with acme.scope():
        number = ticket_of(acme).number
    otto = visit(browser, acme, base, way)
    otto.goto(f"{base}/portal/tickets/{number}/")
    otto.click("summary:has-text('Add a colleague')")
    otto.fill("input[name=email]", "oona@paperi-acme.example")
    otto.press("input[name=email]", "Enter")
    otto.wait_for_load_state()
    otto.context.close()

    oona = visit(browser, acme, base, way, "oona@paperi-acme.example")
    oona.goto(f"{base}/portal/tickets/{number}/")
    is_clean(oona)
    oona.fill("textarea[name=text]", "Sama täällä.")
    oona.click("#write button:has-text('Send')")
    oona.wait_for_selector("text=Sama täällä.")
    oona.context.close()

    with acme.scope():
        assert Message.objects.get(text="Sama täällä.").author_name == "Oona Aho"
