"""Every page as a picture, and as axe sees it: light and dark, desk and phone, Finnish and English."""

import os
import re
from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.actors import SYSTEM
from accounts.models import Absence, Customer, LegalEntity, Membership, Module, Office, Requester, Team, Tenant, User
from accounts.scope import tenant_scope
from accounts.services import absences
from billing.models import Invoice, PrepaidLot
from core.tokens import new_token, token_hash
from helpdesk.demo.selfservice import key_user
from helpdesk.embedded.layout import BASE_DIR
from imports.models import LoadedTable
from mailintake.models import InboundMessage, Mailbox
from outbox.enums import CallEvent
from outbox.models import OutgoingMail, Webhook, WebhookCall
from outbox.services.webhooks import queue_call, save_hook
from portal.models import PortalSession
from reports.models import Board
from reports.services.boards import hang
from sla.ladder import DEFAULT, Step, Whom, write
from sla.models import Calendar, Contract, Policy
from sla.services.versions import save_policy
from tests.billing.posted import mailed
from tests.e2e.guides import guides
from tests.e2e.parts import Dovecot, MailSink
from tests.e2e.troubles import make_troubles
from tests.e2e.web import needs_chromium, sign_in
from tests.house.addresses import ADDRESSES, PUBLIC, Row
from tickets.enums import BulkKind
from tickets.models import (
    CannedResponse,
    Contact,
    CustomField,
    FieldChoice,
    FieldRule,
    FieldValue,
    Macro,
    PromiseRule,
    Queue,
    Rating,
    ReminderRule,
    Rule,
    SavedView,
    Status,
    Ticket,
    WorkEntry,
    WorkType,
)
from tickets.process import forget
from tickets.services import bulk
from tickets.services.inviting import of_requester
from tickets.services.links import make_confirm_link, make_rating_link, make_work_link
from tickets.services.merging import merge

PASSWORD = "a long enough word"
SHOWN = ("open", "waiting_requester", "resolved", "closed")
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
REFUSED = 400
SERIOUS = ("serious", "critical")
# Only pages whose name has this, for example: make screens with VASTE_PAGES='mailbox|sla:'
WANTED = os.environ.get("VASTE_PAGES", "")
# Answers that are no page: files, redirects, and the fragment of one.
NO_PAGES = {
    *(
        "tickets:home",
        "tickets:original",
        "tickets:attachment",
        "tickets:side_file",
        "tickets:jump",
        "mailintake:log_raw",
        "mailintake:mailbox_result",
    ),
    *("tickets:live", "tickets:live_rows", "tickets:alerts", "tickets:people", "imports:refused"),
    *("knowledge:file", "help:file", "help:robots", "tickets:articles", "billing:verdict"),
    *("billing:batch", "billing:neutral", "billing:progress", "billing:download", "billing:logo"),
    *("mailintake:signed_in", "mailintake:mailbox_sign_in"),
    *("portal:style", "portal:logo", "portal:work_file", "portal:confirm_file", "account_inactive", "account_signup"),
    *("accounts:two_step_off", "accounts:two_step_codes", "accounts:two_step_codes_file"),
    *("mfa_authenticate", "mfa_reauthenticate"),
}
MORE = {
    "search-found": "/search/?q=packline",
    "search-nothing": "/search/?q=xyzzy",
    "help:start-found": "/help/?q=pressure",
    "not-found": "/nowhere/",
    "reports:promises-own": "/reports/?period=own&first=2026-01-01&last=2026-01-31&by=promise",
    "link-unusable": "/l/Abcdefghijklmnop0123456789_-xyz1/",
}

# Links of a ticket that goes on in another one lead to a page that says so, with 410.
GONE = {"portal:work-merged", "portal:confirm-merged"}

# The first row of each stands for its kind.
FIRST: dict[str, Any] = {
    "absence": Absence,
    "office": Office,
    "entity": LegalEntity,
    "team": Team,
    "queue": Queue,
    "calendar": Calendar,
    "policy": Policy,
    "contract": Contract,
    "customer": Customer,
    "requester": Requester,
    "status": Status,
    "work_type": WorkType,
    "promise_rule": PromiseRule,
    "mailbox": Mailbox,
    "view": SavedView,
    "response": CannedResponse,
    "macro": Macro,
    "rule": Rule,
    "entry": WorkEntry,
    "lot": PrepaidLot,
    "invoice": Invoice,
}


def things() -> dict[str, Any]:
    """What the parameters of the addresses stand for, among the demo's rows of the tenant in scope."""
    held = Ticket.objects.unfinished().exclude(assignee=None).select_related("assignee__user").order_by("pk")[0]
    solved = Ticket.objects.filter(status_class="resolved").select_related("requester").order_by("pk")[0]
    module = Module.objects.order_by("pk")[0]
    assert held.assignee is not None
    return {
        "ticket": held.number,
        "bulk": bulk_act(held),
        "message": held.messages.filter(kind="requester").order_by("pk")[0].pk,
        "work_token": make_work_link(held, held.assignee),
        "confirm_token": make_confirm_link(solved, solved.requester),
        "rate_token": rating_link(solved),
        "board_token": hang(Board(name="Lobby", office=held.queue.office), by=SYSTEM),
        "mail": InboundMessage.objects.in_triage()[0].pk,
        "spare_mail": InboundMessage.objects.in_triage()[0].pk,
        "webhook": pager().pk,
        "own_field": own_fields(held).pk,
        "table": table().pk,
        "contact": contact().pk,
        "outgoing": OutgoingMail.objects.filter(confidential=False).order_by("-pk")[0].pk,
        "reminder": ReminderRule.objects.get_or_create(kind="silent")[0].pk,
        "product": module.product_id,
        "module": module.pk,
        **guides(held.tenant, solved),
        "member": Membership.objects.filter(roles__contains=["agent"]).order_by("pk")[0].pk,
        **{name: model.objects.order_by("pk")[0].pk for name, model in FIRST.items()},
    }


def rating_link(ticket: Ticket) -> str:
    """The token of a question how it was."""
    Rating.objects.create(ticket=ticket, requester=ticket.requester)
    return make_rating_link(ticket, ticket.requester)


def contact() -> Contact:
    """A call of somebody of the first customer."""
    member = Membership.objects.filter(roles__contains=["admin"]).order_by("pk")[0]
    asker = Requester.objects.exclude(customer=None).order_by("pk")[0]
    return Contact.objects.create(member=member, requester=asker, customer=asker.customer, text="Asks for the plan.")


def table() -> LoadedTable:
    """People of a spreadsheet, one of them without a usable address."""
    rows = "Nimi;Sähköposti;Yritys\nOtto Oja;otto@kymipaperi.example;Kymi Paperi Oyj\nEva;no address;\n"
    member = Membership.objects.filter(roles__contains=["admin"]).order_by("pk")[0]
    return LoadedTable.objects.create(
        file_name="people.csv", kind="requesters", content=rows.encode("utf-8-sig"), member=member
    )


def own_fields(ticket: Ticket) -> CustomField:
    """A classification of two levels that resolving needs, and a number; the ticket has both."""
    kept = CustomField.objects.create(name="Fault class", key="class", type="choice", position=1)
    parent = FieldChoice.objects.create(field=kept, name="Hydraulics", position=1)
    choice = FieldChoice.objects.create(field=kept, name="Pump", parent=parent, position=2)
    FieldChoice.objects.create(field=kept, name="Electrics", position=3)
    FieldRule.objects.create(field=kept, effect="resolved")
    number = CustomField.objects.create(name="Pressure, bar", key="pressure", type="number", position=2)
    FieldValue.objects.create(ticket=ticket, field=kept, choice=choice)
    FieldValue.objects.create(ticket=ticket, field=number, number=90)
    forget()
    return kept


def bulk_act(ticket: Ticket) -> int:
    """One of an admin, on a ticket that let itself be changed and on one that did not."""
    closed = Ticket.objects.filter(status_class="closed")[0]
    member = Membership.objects.filter(roles__contains=["admin"]).order_by("pk")[0]
    action = bulk.plan([ticket, closed], BulkKind.PRIORITY, value="high", words="High", member=member)
    bulk.step(action, most=2)
    return action.pk


def pager() -> Webhook:
    """A webhook with calls of each fate, which a step of the first policy calls."""
    hook = Webhook(name="On-call pager", url="https://pager.example/alarm")
    save_hook(hook, changed=[], by=SYSTEM)
    for number, fate in enumerate(("queued", "done", "failed")):
        queue_call(hook, CallEvent.STEP, {}, key=f"screen:{number}", about=f"SYS-{1041 + number}")
        call = WebhookCall.objects.filter(key=f"screen:{number}")
        if number:
            call.update(state=fate, outcome="answered", status=204 if fate == "done" else 503, attempts=number)
    calendar, queue = Calendar.objects.order_by("pk")[0], Queue.objects.order_by("pk")[1]
    late = Step(minutes=120, whom=(Whom.LEADS, Whom.CONTACT), opening=calendar.pk, priority="raise", queue=queue.pk)
    policy, steps = Policy.objects.order_by("pk")[0], [*DEFAULT[:4], Step(minutes=-30, webhook=hook.pk), late]
    save_policy(name=policy.name, is_default=policy.is_default, policy=policy, steps=write(steps))
    return hook


def visitor_pages(tenant: Tenant, language: str) -> tuple[str, dict[str, str]]:
    """The secret of a key user's session at the portal, and what they find there; in the tenant's scope."""
    person = key_user()
    Requester.objects.filter(pk=person.pk).update(language=language)
    secret = new_token()
    facts = {"requester": person, "email": person.email, "secret_hash": token_hash(secret)}
    PortalSession.objects.create(expires_at=timezone.now() + timedelta(days=1), **facts)
    theirs = of_requester(person, company=True)
    opened = {state: theirs.filter(status_class=state).order_by("-number").first() for state in SHOWN}
    found = {f"portal:ticket-{state}": f"/portal/tickets/{each.number}/" for state, each in opened.items() if each}
    lists = {"portal:tickets-company": "/portal/?show=company", "portal:tickets-closed": "/portal/?show=closed"}
    own = {"portal:tickets": "/portal/", "portal:ask": "/portal/ask/", "portal:details": "/portal/me/"}
    return secret, wanted(own | lists | found)


def pages(ids: dict[str, Any]) -> dict[str, tuple[str, Row | None]]:
    """The path of each page, by the name its pictures get."""
    closed = Ticket.objects.filter(status_class="closed").order_by("pk")[0]
    listed = {
        name: (reverse(name, kwargs=row.kwargs(ids)), row)
        for name, row in ADDRESSES.items()
        if "GET" in row.methods and name not in NO_PAGES and not row.is_portal
    }
    tried = reverse("tickets:promise_trial") + f"?ticket={ids['ticket']}"
    more = {
        **MORE,
        "tickets:detail-closed": f"/tickets/{closed.number}/",
        "tickets:promise_trial-of": tried,
        **merged(),
        **handed_over(),
        "billing:invoice-mailed": mailed(),
    }
    return wanted({**listed, **{name: (path, None) for name, path in more.items()}})


def merged() -> dict[str, str]:
    """Pages around a ticket that goes on in another one: its own, the other's, and those behind its links."""
    mine = Ticket.objects.unfinished().exclude(assignee=None).order_by("-pk")
    source = next(ticket for ticket in mine if mine.filter(customer=ticket.customer).count() > 1)
    other = mine.filter(customer=source.customer).exclude(pk=source.pk)[0]
    assert source.assignee is not None
    work, confirm = make_work_link(source, source.assignee), make_confirm_link(source, source.requester)
    merge(source, other, by=SYSTEM)
    return {
        "tickets:detail-merged": f"/tickets/{source.number}/",
        "tickets:detail-survivor": f"/tickets/{other.number}/",
        "portal:work-merged": reverse("portal:work", args=[work]),
        "portal:confirm-merged": reverse("portal:confirm", args=[confirm]),
    }


def stand_in() -> None:
    """Whoever looks stands in, and is planned to be away themselves: so the pages have all of it to show."""
    admin = Membership.objects.filter(roles__contains=["admin"]).select_related("user")[0]
    absence = Absence.objects.get()
    absences.change(absence, substitute=admin, by=SYSTEM)
    absences.plan(admin, starts_on=date(2100, 1, 4), substitute=absence.member, note="Alps", by=SYSTEM)


def handed_over() -> dict[str, str]:
    """Pages of a colleague who is away, one of their tickets among them."""
    absent = Absence.objects.order_by("pk")[0].member
    ticket = Ticket.objects.unfinished().filter(assignee=absent).exclude(next_step="").order_by("pk")[0]
    return {
        "tickets:handover-away": reverse("tickets:handover", args=[absent.pk]),
        "tickets:handover_write-away": reverse("tickets:handover_write", args=[absent.pk]),
        "tickets:detail-away": f"/tickets/{ticket.number}/",
    }


def look(page: Page, name: str, url: str, picture: str) -> list[str]:
    """Take the picture; what axe and the width of the page have against it."""
    answer = page.goto(url)
    if page.url != url and "/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(url)
    page.screenshot(path=BASE_DIR / "screens" / f"{name.replace(':', '-')}-{picture}.png", full_page=True)
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
    faults = [f"{name} {picture}: {v['id']} {v['nodes'][0]['target']}" for v in found]
    if answer and answer.status >= REFUSED and name not in {*MORE, *GONE}:
        faults.append(f"{name} {picture}: answers {answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append(f"{name} {picture}: scrolls sideways")
    return faults


def contexts(browser: Browser, language: str) -> list[tuple[str, BrowserContext]]:
    return [
        (
            f"{language}-{theme}-{width}",
            browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale=language),
        )
        for theme, width in LOOKS
    ]


def wanted(pages: dict[str, Any]) -> dict[str, Any]:
    return {name: page for name, page in pages.items() if re.search(WANTED, name)}


def admin_of(tenant: Tenant, language: str) -> User:
    """An admin of the demo who reads this language, with a password."""
    with tenant_scope(tenant.pk):
        admin = Membership.objects.filter(roles__contains=["admin"]).select_related("user")[0].user
    admin.language = language
    admin.set_password(PASSWORD)
    admin.save(update_fields=["language", "password"])
    return admin


def draw(
    browser: Browser, base: str, admin: User, *, outside: dict[str, str] | None = None, inside: dict[str, str]
) -> list[str]:
    """Pictures of each page in every look, those outside before anybody signs in; what is wrong with them."""
    (BASE_DIR / "screens").mkdir(exist_ok=True)
    faults = []
    for picture, context in contexts(browser, admin.language):
        page = context.new_page()
        for name, path in (outside or {}).items():
            faults += look(page, name, base + path, picture)
        sign_in(page, base, admin.email, PASSWORD)
        for name, path in inside.items():
            faults += look(page, name, base + path, picture)
        context.close()
    return faults


pytestmark = [
    needs_chromium,
    pytest.mark.screens,
    pytest.mark.skipif(not os.environ.get("VASTE_SCREENS"), reason="pictures are made by make screens"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["fi", "en"]),
]


def test_every_page_is_drawn_and_accessible(web: int, browser: Browser, language: str) -> None:
    call_command("demo")
    tenant = Tenant.objects.get(slug="acme")
    with tenant_scope(tenant.pk):
        stand_in()
        paths = pages(things())
    # Those that lead a member away.
    public = {name: path for name, (path, row) in paths.items() if row is not None and row.who == PUBLIC}
    inside = {name: path for name, (path, _row) in paths.items() if name not in public}
    base = f"http://{tenant.host}:{web}"
    assert draw(browser, base, admin_of(tenant, language), outside=public, inside=inside) == []


def test_the_portal_is_drawn_and_accessible(web: int, browser: Browser, language: str) -> None:
    call_command("demo")
    tenant, faults = Tenant.objects.get(slug="acme"), []
    with tenant_scope(tenant.pk):
        secret, paths = visitor_pages(tenant, language)
    base = f"http://{tenant.host}:{web}"
    for picture, context in contexts(browser, language):
        context.add_cookies([{"name": "requester", "value": secret, "url": base}])
        page = context.new_page()
        for name, path in paths.items():
            faults += look(page, name, base + path, picture)
        page.goto(f"{base}/portal/ask/")
        page.fill("textarea[name=words]", "Winder pressure drops about twenty minutes after a filter change")
        page.click("button:has-text('Go on'), button:has-text('Jatka')")
        page.wait_for_selector("select[name=badly]")
        page.screenshot(path=BASE_DIR / "screens" / f"portal-ask-2-{picture}.png", full_page=True)
        context.close()
    assert faults == []


def test_what_goes_wrong_is_drawn_and_accessible(  # noqa: PLR0917  # fixtures
    web: int, browser: Browser, language: str, dovecot: Dovecot, mail_sink: MailSink, settings: Any
) -> None:
    call_command("demo")
    settings.VASTE_SMTP_URL = mail_sink.url
    tenant = Tenant.objects.get(slug="acme")
    paths = wanted(make_troubles(tenant, dovecot))
    assert draw(browser, f"http://{tenant.host}:{web}", admin_of(tenant, language), inside=paths) == []
