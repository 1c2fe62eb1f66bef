"""A01, A03, A04 in Chromium: mails full of payloads, taken in by the real intake, on every page there is.

A page joins by its row in tests/house/addresses.py.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request
from playwright.sync_api import Error as BrowserError

from core.html import ATTRIBUTES, TAGS
from mailintake.models import InboundMessage, Mailbox
from tests.conftest import Cast, make_cast
from tests.e2e.web import needs_chromium
from tests.house.addresses import ADDRESSES
from tests.house.conftest import PEOPLE, give_password, just_signed_in
from tests.house.hostile import as_another, by_otto, own, shared
from tests.house.stock import Stock, fill
from tests.mailintake.post import arrive
from tickets import threads
from tickets.models import Attachment, Message, Ticket
from tickets.services import lifecycle, links

PROVES = bool(os.environ.get("VASTE_PROVE"))
pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.django_db(transaction=True)]
if PROVES:
    pytestmark.append(pytest.mark.prove)
REFUSED = re.compile(r"(?i)content security policy|refused to|sandboxed|blocked script")
VIOLATIONS = "addEventListener('securitypolicyviolation', (e) => refused(e.violatedDirective + ' ' + e.blockedURI))"
# Attributes that run something, and those that load something or are read by scripts, where they name the attacker.
RUNNING = r"""() => [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].filter((a) =>
    /^(on|x-|@|_$|srcdoc$|ping$)/.test(a.name)
    || (a.name === 'href' && !/^($|https?:|mailto:|tel:|otpauth:|[\/#?])/.test(a.value))
    || (/^(data-|hx-|src|action$|formaction$|style$|background$|poster$)/.test(a.name)
        && /alert\(|evil\.example/.test(a.value))).map((a) => `${e.tagName} ${a.name}=${a.value}`))"""
NAMES = """() => [...document.body.querySelectorAll('*')].map(
    (e) => [e.tagName.toLowerCase(), [...e.attributes].map((a) => a.name), e.getAttribute('href') || ''])"""
ADDED = {"a": {"rel", "target"}}


@dataclass
class Watch:
    """What a browser did that a mail may have made it do."""

    base: str
    found: list[str] = field(default_factory=list)
    place: str = ""

    def follow(self, context: BrowserContext) -> None:
        context.expose_binding("refused", lambda source, what: self.note(f"policy {what}"))
        context.add_init_script(VIOLATIONS)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("dialog", self._dialog)
        context.route(lambda url: not url.startswith(self.base), lambda route: route.abort())

    def note(self, what: str) -> None:
        self.found.append(f"{self.place}: {what}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.note(f"request {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if REFUSED.search(message.text):
            self.note(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.note(f"dialog {dialog.message}")
        dialog.dismiss()

    def visit(self, page: Page, path: str) -> bool:
        """Go there, open what is folded, and look at all attributes; False where it is a file to keep."""
        self.place = path
        try:
            page.goto(self.base + path)
        except BrowserError as error:
            if "Download is starting" not in str(error):
                raise
            return False
        page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true })")
        for attribute in page.evaluate(RUNNING):
            self.note(attribute)
        return True


@dataclass
class Scene:
    """Acme with payloads on its tickets and in triage."""

    stock: Stock
    base: str
    sessions: dict[str, str]

    def watched(self, browser: Browser, who: str) -> tuple[Watch, Page]:
        context, watch = browser.new_context(), Watch(self.base)
        if who:
            context.add_cookies([{"name": "session", "value": self.sessions[who], "url": self.base}])
        watch.follow(context)
        return watch, context.new_page()


def feed(stock: Stock, payloads: dict[str, bytes]) -> None:
    """Each payload as a mail of its own on three tickets by their requester, and in triage by a stranger."""
    cast, number = stock.cast, 0
    with cast.scope():
        Mailbox.objects.update(mode="triage")
        tickets = list(Ticket.objects.order_by("pk"))
    for raw in payloads.values():
        for ticket in tickets:
            number += 1
            to = threads.reply_address(cast.tenant.pk, ticket.pk, f"support@{cast.tenant.slug}.example")
            arrive(cast, by_otto(raw, number), to=to)
        number += 1
        arrive(cast, as_another(raw, number))
    with cast.scope():
        solved = Ticket.objects.filter(merged_into=None).order_by("-pk")[0]
        lifecycle.resolve(solved, solution="<img src=x onerror=alert(1)>", by=cast.actor("aino"))
        stock.ids["confirm_token"] = links.make_confirm_link(solved, cast.requester)


@pytest.fixture
def scene(web: int, request: pytest.FixtureRequest) -> Scene:
    cast: Cast = make_cast("acme", PEOPLE)
    stock = fill(cast, writer="aino", worker="konsta", first_number=1000)
    give_password(cast)
    feed(stock, request.param())
    sessions = {name: just_signed_in(cast, name) for name in ("ada", "aino", "konsta")}
    return Scene(stock, f"http://{cast.tenant.host}:{web}", sessions)


def paths(stock: Stock, who: str) -> Iterator[str]:
    """The pages that somebody may see; those of a single mail for each of them."""
    with stock.cast.scope():
        mails = list(InboundMessage.objects.in_triage().values_list("pk", flat=True))
    for name, row in ADDRESSES.items():
        if "GET" in row.methods and (who in row.who or not row.who):
            each = mails if "mail" in row.params.values() else mails[:1]
            yield from (reverse(name, kwargs=row.kwargs(stock.ids | {"mail": pk})) for pk in each)


def about_mail(path: str) -> bool:
    """Whether a page is there for a ticket, a mail, or the holder of a link; the others are prove's."""
    return bool(re.match(r"/(tickets/\d|triage/\d|queues/|l/|c/|my/|mail/)", path))


def frames(stock: Stock) -> list[str]:
    with stock.cast.scope():
        rows = Message.objects.exclude(html="").select_related("ticket")
        return [reverse("tickets:original", args=[row.ticket.number, row.pk]) for row in rows]


OWN = pytest.param(own, id="own")
SHARED = pytest.param(
    shared,
    id="shared",
    marks=[
        pytest.mark.prove,
        pytest.mark.skipif(not os.environ.get("VASTE_SHARED"), reason="VASTE_SHARED: no corpus"),
    ],
)


@pytest.mark.parametrize("scene", [OWN, SHARED], indirect=True)
def test_no_mail_does_anything_on_any_page(scene: Scene, browser: Browser, record_property: Any) -> None:
    visited, found = 0, []
    for who in ("ada", "aino", "konsta", "") if PROVES else ("aino", ""):
        watch, page = scene.watched(browser, who)
        for path in filter(None if PROVES else about_mail, paths(scene.stock, who)):
            visited += watch.visit(page, path)
        found += [f"{who or 'nobody'} {what}" for what in watch.found]
        page.context.close()
    record_property("told", f"hostile mail: {visited} pages in Chromium")

    assert found == []
    assert visited > 15


@pytest.mark.parametrize("scene", [OWN, SHARED], indirect=True)
def test_a_mails_frame_holds_what_is_allowed_and_no_more(scene: Scene, browser: Browser) -> None:
    watch, page = scene.watched(browser, "aino")
    places = frames(scene.stock)
    for path in places:
        watch.place = path
        page.goto(scene.base + path)
        for tag, names, href in page.evaluate(NAMES):
            allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | ADDED.get(tag, set())
            if tag not in TAGS or not set(names) <= allowed:
                watch.note(f"{tag} {names}")
            if href and urlsplit(href).scheme not in ("http", "https", "mailto", "tel"):
                watch.note(f"href {href}")

    assert watch.found == []
    assert len(places) >= 15


@pytest.mark.parametrize("scene", [OWN, SHARED], indirect=True)
def test_a_file_is_kept_and_never_opened(scene: Scene, browser: Browser) -> None:
    watch, page = scene.watched(browser, "aino")
    with scene.stock.cast.scope():
        files = list(Attachment.objects.values_list("pk", flat=True))
    for pk in files:
        assert not watch.visit(page, reverse("tickets:attachment", args=[pk])), "shown in the browser"

    assert watch.found == []
    assert len(files) >= 9


def test_what_a_payload_does_is_seen(browser: Browser) -> None:
    """The watch itself: on a page without a policy, and on one with it."""
    base, context = "http://acme.localhost:9", browser.new_context()
    watch, page = Watch(base), context.new_page()
    watch.follow(context)
    html = b'<meta charset=utf-8><img src="//evil.example/x"><p hx-get="https://evil.example/">a</p><script>alert(1)</script>'
    page.route(f"{base}/free/", lambda route: route.fulfill(body=html, content_type="text/html"))
    policy = {"content-security-policy": "default-src 'none'", "content-type": "text/html"}
    page.route(f"{base}/strict/", lambda route: route.fulfill(body=html, headers=policy))

    watch.visit(page, "/free/")
    assert {what.split()[1] for what in watch.found} == {"request", "dialog", "P", "IMG"}
    watch.found.clear()
    watch.visit(page, "/strict/")
    assert any("policy" in what for what in watch.found)
    assert not any("dialog" in what for what in watch.found)
