"""Every page as a picture, and as axe sees it: light and dark, desk and phone, Finnish and English."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Browser

from accounts.models import Membership, Tenant, User
from accounts.scope import tenant_scope
from helpdesk.embedded.layout import BASE_DIR
from mailintake.models import InboundMessage
from tests.e2e.web import needs_chromium, sign_in
from tickets.models import Queue, Ticket

PASSWORD = "a long enough word"
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
SERIOUS = ("serious", "critical")


def pages() -> dict[str, str]:
    """A path for each page of the demo's first tenant."""
    queue, waiting = Queue.objects.all()[0], InboundMessage.objects.in_triage()[0]
    ticket = Ticket.objects.unfinished().exclude(assignee=None).order_by("pk")[0]
    closed = Ticket.objects.filter(status_class="closed").order_by("pk")[0]
    return {
        "queue": f"/queues/{queue.pk}/",
        "mine": "/my/",
        "unassigned": "/unassigned/",
        "triage": f"/triage/{waiting.pk}/",
        "ticket": f"/tickets/{ticket.number}/",
        "ticket-closed": f"/tickets/{closed.number}/",
        "resolve": f"/tickets/{ticket.number}/resolve/",
        "edit": f"/tickets/{ticket.number}/edit/",
        "new-ticket": "/tickets/new/",
        "search-nothing": "/search/?q=xyzzy",
        "search": "/search/?q=packline",
        "not-found": "/nowhere/",
        **{name.replace(":", "-"): reverse(name) for name in PLAIN},
    }


PLAIN = [
    "first_steps",
    "accounts:profile",
    "accounts:people",
    "accounts:person_add",
    "accounts:offices",
    "accounts:products",
    "accounts:customers",
    "accounts:requesters",
    "sla:calendars",
    "sla:calendar_add",
    "sla:policies",
    "sla:policy_add",
    "sla:contracts",
    "outbox:templates",
    "outbox:transport",
    "tickets:settings",
    "tickets:queues",
    "tickets:teams",
    "tickets:statuses",
    "tickets:work_types",
    "mailintake:mailboxes",
    "mailintake:mailbox_add",
    "mailintake:log",
    "styleguide",
]


@needs_chromium
@pytest.mark.screens
@pytest.mark.skipif(not os.environ.get("VASTE_SCREENS"), reason="pictures are made by make screens")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fi", "en"])
def test_every_page_is_drawn_and_accessible(web: int, browser: Browser, language: str) -> None:
    call_command("demo")
    tenant = Tenant.objects.get(slug="acme")
    with tenant_scope(tenant.pk):
        admin = Membership.objects.filter(roles__contains=["admin"]).select_related("user")[0].user
        paths = pages()
    User.objects.filter(pk=admin.pk).update(language=language)
    admin.set_password(PASSWORD)
    admin.save(update_fields=["password"])
    base, folder, faults = f"http://{tenant.host}:{web}", BASE_DIR / "screens", []
    folder.mkdir(exist_ok=True)
    for theme, width in LOOKS:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        page = context.new_page()
        page.goto(f"{base}/account/login/")
        page.screenshot(path=folder / f"sign-in-{language}-{theme}-{width}.png", full_page=True)
        sign_in(page, base, admin.email, PASSWORD)
        for name, path in paths.items():
            page.goto(base + path)
            page.screenshot(path=Path(folder) / f"{name}-{language}-{theme}-{width}.png", full_page=True)
            found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
            faults += [f"{name} {theme} {width}: {v['id']} {v['nodes'][0]['target']}" for v in found]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                faults.append(f"{name} {theme} {width}: scrolls sideways")
        context.close()
    assert faults == []
