"""The portal in a real browser: signing in, asking, following, answering, confirming; with and without script."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from accounts.models import Requester
from accounts.scope import tenant_scope
from outbox.models import OutgoingMail
from portal.models import SignInCode
from tests.conftest import Cast
from tests.e2e.web import needs_chromium
from tests.portal.conftest import open_portal, person
from tickets.models import Aftercare, Ticket
from tickets.services import lifecycle

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Rullanostin ei nouse"
# (language, width, whether scripts run)
WAYS = [("en", 1440, True), ("fi", 390, False)]
SAID = {
    "en": ("Go on", "Send", "It works", "Thank you. The ticket is closed."),
    "fi": ("Jatka", "Lähetä", "Toimii", "Kiitos. Palvelupyyntö on suljettu."),
}


@pytest.fixture
def base(acme: Cast, web: int) -> str:
    open_portal(acme, key_users=True)
    with acme.scope():
        Aftercare.objects.create(is_on=True)
    return f"http://{acme.tenant.host}:{web}"


def sign_in(page: Page, cast: Cast, base: str, email: str) -> None:
    """By the code that was mailed."""
    page.goto(f"{base}/portal/")
    page.fill("input[name=email]", email)
    page.press("input[name=email]", "Enter")
    page.wait_for_selector("input[name=code]")
    with tenant_scope(cast.tenant.pk):
        text = OutgoingMail.objects.filter(to=[email], purpose="system").order_by("-pk")[0].text
    page.fill("input[name=code]", re.findall(r"\b\d{6}\b", text)[0])
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/portal/")


def is_clean(page: Page) -> None:
    """What axe has against the page, and whether it scrolls sideways."""
    found = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert found == [], page.url
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("language", "width", "scripts"), WAYS, ids=["en, script", "fi, phone, no script"])
def test_somebody_asks_follows_answers_and_confirms(
    acme: Cast, base: str, browser: Browser, language: str, width: int, *, scripts: bool
) -> None:
    go_on, send, works, closed = SAID[language]
    with acme.scope():
        Requester.objects.update(language=language)
    view: Any = {"width": width, "height": 900}
    context = browser.new_context(viewport=view, locale=language, java_script_enabled=scripts)
    page = context.new_page()
    sign_in(page, acme, base, "otto@paperi-acme.example")
    page.goto(f"{base}/portal/ask/")
    page.fill("textarea[name=words]", WORDS)
    page.click(f"button:has-text('{go_on}')")
    page.select_option("select[name=kind]", "fault")
    page.click(f"button:has-text('{send}')")
    page.wait_for_url("**/portal/tickets/1001/")
    page.fill("textarea[name=text]", "Malli on PX-4.")
    page.click(f"#write button:has-text('{send}')")
    page.wait_for_selector("text=Malli on PX-4.")
    with acme.scope():
        ticket = Ticket.objects.get()
        assert list(ticket.messages.order_by("pk").values_list("text", flat=True)) == [WORDS, "Malli on PX-4."]
        lifecycle.resolve(ticket, solution="Vaihdettu.", by=acme.actor("konsta"))
    for path in ("/portal/", "/portal/me/", "/portal/ask/", "/portal/tickets/1001/") if scripts else ():
        page.goto(f"{base}{path}")
        is_clean(page)
    page.goto(f"{base}/portal/tickets/1001/")
    page.click(f"#works button:has-text('{works}')")
    page.wait_for_selector(f"text={closed}")
    context.close()
    with acme.scope():
        assert Ticket.objects.get().status_class == "closed"


def test_a_key_user_sees_the_companys_and_nobody_elses(acme: Cast, base: str, browser: Browser) -> None:
    kaisa = person(acme, "Kaisa Key", customer=acme.customer, sees_company=True)
    stranger = person(acme, "Vera Muu", email="vera@elsewhere.example", sees_company=True)
    context = browser.new_context(locale="en")
    page = context.new_page()
    sign_in(page, acme, base, "otto@paperi-acme.example")
    page.goto(f"{base}/portal/ask/")
    page.fill("textarea[name=words]", WORDS)
    page.press("button[data-primary]", "Enter")
    page.click("button[name=send]")
    page.wait_for_url("**/portal/tickets/1001/")
    seen = []
    for each in (kaisa, stranger):
        own = browser.new_context(locale="en").new_page()
        with acme.scope():
            email = each.email
        sign_in(own, acme, base, email)
        own.goto(f"{base}/portal/?show=company")
        seen.append(WORDS in own.content())
        own.context.close()
    context.close()

    assert seen == [True, False]


def test_a_code_that_has_expired_is_told_and_another_is_a_click_away(acme: Cast, base: str, browser: Browser) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{base}/portal/")
    page.fill("input[name=email]", "otto@paperi-acme.example")
    page.press("input[name=email]", "Enter")
    page.wait_for_selector("input[name=code]")
    with acme.scope():
        row = SignInCode.objects.get()
        SignInCode.objects.update(expires_at=row.made_at)
        text = OutgoingMail.objects.get(purpose="system").text
    page.fill("input[name=code]", re.findall(r"\b\d{6}\b", text)[0])
    page.press("input[name=code]", "Enter")
    page.wait_for_selector("text=The code is wrong or too old.")
    is_clean(page)
    page.click("text=Ask for another code")
    page.wait_for_selector("input[name=email]")
    context.close()
