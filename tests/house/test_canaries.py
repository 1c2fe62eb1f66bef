"""A02, A28: whatever somebody can write is words on every page, in every mail and every file, and nothing more."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import RequesterAddress
from mailintake.enums import Trouble
from mailintake.models import Mailbox
from portal.models import PortalSession
from tests.house.addresses import ADDRESSES, EVERYBODY, REQUESTERS
from tests.house.canaries import FORMS, MARK, Aviary, escaped, shown
from tests.house.conftest import World
from tickets.models import Message
from tickets.models.conversation import DESK_ONLY

PAGES = [name for name, row in ADDRESSES.items() if "GET" in row.methods]
MAILS = ("mail", "spare_mail")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Fields whose canaries the crawl must meet somewhere; without them it would see nothing get out.
MEETS = {
    *("accounts.Tenant.name", "accounts.User.name", "accounts.Customer.name", "accounts.Requester.name"),
    *("accounts.RequesterAddress.email", "accounts.Office.name", "accounts.Team.name", "accounts.Product.name"),
    *("accounts.Module.name", "accounts.LegalEntity.name", "tickets.Ticket.title", "tickets.Ticket.solution"),
    *("tickets.Message.text", "tickets.Message.quoted", "tickets.Message.author_name", "tickets.Attachment.name"),
    *("tickets.TicketEvent.actor_name", "tickets.Queue.name", "tickets.Status.name", "tickets.WorkType.name"),
    *("mailintake.InboundMessage.subject", "mailintake.InboundMessage.from_name", "mailintake.Mailbox.address"),
    *("mailintake.InboundMessage.from_email", "mailintake.InboundMessage.error", "mailintake.Mailbox.failure"),
    *("accounts.Membership.title", "outbox.OutgoingMail.subject", "outbox.OutgoingMail.text"),
    *("outbox.OutgoingMail.error", "outbox.OutgoingFile.name", "outbox.Delivery.said", "outbox.MailTemplate.body"),
    *("sla.Calendar.name", "sla.Policy.name", "sla.Contract.number"),
}


READ_BY_REQUESTERS = {
    *("accounts.Tenant.name", "accounts.User.name", "accounts.Customer.name", "accounts.Product.name"),
    *("accounts.Requester.name", "accounts.Requester.title", "accounts.Requester.phone"),
    *("accounts.RequesterAddress.email", "tickets.Ticket.title", "tickets.Ticket.solution", "tickets.Message.text"),
    *("tickets.Message.quoted", "tickets.Message.author_name", "tickets.Attachment.name", "tickets.Rating.comment"),
    *("portal.PortalText.welcome", "tickets.KindName.name", "accounts.Tenant.subject_prefix"),
    "tickets.IncidentText.text",
}
# What people wrote to each other about a ticket, and what was noted of it.
SAID = (
    *("tickets.Message", "tickets.Attachment", "tickets.Side", "tickets.Draft", "tickets.TicketEvent"),
    *("tickets.Ticket.solution", "tickets.Task", "tickets.Contact", "tickets.Rating", "mailintake.", "outbox."),
)


@pytest.fixture
def db() -> None:
    """In place of pytest-django's: the world holds the transaction, which that one would end after each test."""


@pytest.fixture(scope="module")
def aviary(world: World, django_db_blocker: Any) -> Aviary:
    """Acme's rows with canaries in them."""
    birds = Aviary()
    with django_db_blocker.unblock():
        birds.fill(world.acme)
        with world.acme.cast.scope():
            Mailbox.objects.update(failing_since=timezone.now(), trouble=Trouble.REFUSED)
            address = RequesterAddress.objects.filter(requester=OuterRef("requester")).values("email")
            PortalSession.objects.update(email=Subquery(address[:1]))
    return birds


@pytest.fixture(autouse=True)
def _rolled_back(db: None, world: World, settings: Any, _own_files: None) -> Iterator[None]:
    settings.MEDIA_ROOT = world.files
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def got_out(answer: HttpResponse) -> list[str]:
    """What a canary has made of an answer, whatever kind of answer it is."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == "image/png":
        return []
    text = answer.content.decode()
    assert answer.headers.get("X-Content-Type-Options") == "nosniff"
    if kind == "text/html" or not text:
        return escaped(text)
    if kind == "text/csv":
        return [cell for row in csv.reader(text.splitlines()) for cell in row if cell.startswith(FORMULA)]
    if kind == "application/json":
        return [] if json.loads(text) is not None else ["no JSON"]
    assert kind in ("text/plain", "text/css", "application/octet-stream", "application/pdf", "text/csv"), (
        f"no rule for {kind}"
    )
    return (
        []
        if kind in ("text/plain", "text/css") or "attachment" in answer.headers["Content-Disposition"]
        else ["shown in place"]
    )


def readers(name: str) -> tuple[str, ...]:
    row = ADDRESSES[name]
    return (*row.who, "") if row.who else ("", *EVERYBODY)


def path_of(name: str, world: World) -> str:
    return reverse(name, kwargs=ADDRESSES[name].kwargs(world.acme.ids))


def paths_of(name: str, world: World) -> list[str]:
    """The page, and what else it is for: of mails also the one in quarantine."""
    ids = world.acme.ids
    return list({reverse(name, kwargs=ADDRESSES[name].kwargs(ids | {"mail": ids[each]})) for each in MAILS})


@pytest.mark.parametrize("name", PAGES)
def test_nothing_written_gets_out_on(name: str, world: World, aviary: Aviary) -> None:
    for who in readers(name):
        for path in paths_of(name, world):
            assert got_out(world.browser(who).get(path)) == [], (who, path)


@pytest.mark.parametrize("name", [name for name, row in ADDRESSES.items() if row.methods == "GET POST"])
def test_a_form_that_comes_back_is_words(name: str, world: World, aviary: Aviary) -> None:
    bird = FORMS[0].format(7)
    browser = world.browser(readers(name)[0])
    page = browser.get(path_of(name, world))
    form = page.context.get("form") if page.context else None
    names = ["next", "text", *getattr(form, "fields", ())]
    answer = browser.post(path_of(name, world), dict.fromkeys(names, bird))

    assert answer.status_code < 500
    assert got_out(answer) == []


@pytest.mark.parametrize("path", ["/search/?q={}", "/mail/?q={}", "/mail/?way=out&q={}", "/customers/?q={}", "/{}/"])
def test_an_address_is_words(path: str, world: World, aviary: Aviary) -> None:
    assert got_out(world.browser("ada").get(path.format(FORMS[0].format(7)))) == []


def test_the_crawl_meets_what_people_write(world: World, aviary: Aviary) -> None:
    met: set[str] = set()
    for name in PAGES:
        for path in paths_of(name, world):
            page = world.browser(readers(name)[0]).get(path).content.decode(errors="replace")
            met |= {aviary.fields[number] for number in shown(page) if number in aviary.fields}

    assert sorted(MEETS - met) == []


def test_requesters_read_only_what_is_theirs_to_read(world: World, aviary: Aviary) -> None:
    """A22, A23: nothing of a note, and no field that is the desk's, on any page or in any file of the portal."""
    with world.acme.cast.scope():
        hidden = {
            int(mark[1:-1])
            for text in Message.objects.filter(DESK_ONLY).values_list("text", flat=True)
            for mark in MARK.findall(text)
        }
    met: set[str] = set()
    for name in [name for name in PAGES if ADDRESSES[name].is_portal]:
        for who in REQUESTERS:
            read = shown(world.browser(who).get(path_of(name, world)).content.decode(errors="replace"))
            assert not read & hidden, (name, who)
            met |= {aviary.fields[number] for number in read if number in aviary.fields}

    assert hidden
    assert {"tickets.Message.text", "tickets.Ticket.title", "portal.PortalText.welcome"} <= met
    assert met <= READ_BY_REQUESTERS


def test_finance_reads_what_is_billed_and_nothing_of_what_was_said(world: World, aviary: Aviary) -> None:
    """G13: no word of a conversation on any page that a member without a grant may open."""
    met: set[str] = set()
    for name in [name for name in PAGES if "fiona" in ADDRESSES[name].who]:
        read = shown(world.browser("fiona").get(path_of(name, world)).content.decode(errors="replace"))
        met |= {aviary.fields[number] for number in read if number in aviary.fields}

    assert {"tickets.Ticket.title", "tickets.WorkEntry.text", "accounts.Customer.name"} <= met
    # The address that an invoice was mailed to, on the invoice's page.
    assert [field for field in sorted(met) if field.startswith(SAID)] == ["outbox.OutgoingMail.to"]


def test_a_canary_that_gets_out_is_seen() -> None:
    bird = FORMS[0].format(7)
    for page in (f"<p>{bird}</p>", f'<a title="{bird}">', f"<a title='{bird}'>", f"<a title={bird}>"):
        assert escaped(page)
    assert escaped("<p>&lt;q7q q7q=1&gt;</p>") == []
