"""A ticket in Konsta's hands, the links that mails would carry, and a browser that knows nobody."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, Requester, RequesterAddress, TenantModel
from core.tokens import new_token, token_hash
from outbox.models import OutgoingMail
from portal.models import Portal, PortalSession
from tests.conftest import Cast
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services import conversation, lifecycle, links
from tickets.services.conversation import NewFile, Written
from tickets.services.intake import Matter, open_ticket

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def make_ticket(cast: Cast, title: str = "Rullanostin ei toimi") -> Ticket:
    """A fault that Otto reported, in Konsta's hands, with a note and two files."""
    with cast.scope():
        matter = Matter(
            title=title,
            queue=cast.desk.queue,
            requester=cast.requester,
            customer=cast.customer,
            written=Written(text="Paine putoaa.", files=[NewFile("käyrä.png", "image/png", b"\x89PNG fake")]),
            channel=Channel.MAIL,
            received_at=timezone.now(),
            assignee=cast.members["konsta"],
        )
        ticket = open_ticket(matter, by=cast.actor("aino"))
        secret = Written(text="Varaosa on hyllyssä C.", files=[NewFile("salaisuus.html", "text/html", b"<script>1")])
        conversation.note(ticket, secret, by=cast.actor("aino"))
        return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def ticket(acme: Cast) -> Ticket:
    return make_ticket(acme)


@pytest.fixture
def work(acme: Cast, ticket: Ticket) -> str:
    """The path of the consultant's link."""
    with acme.scope():
        return f"/l/{links.make_work_link(ticket, acme.members['konsta'])}/"


@pytest.fixture
def solved(acme: Cast, ticket: Ticket) -> str:
    """The path of the requester's link, with a solution that waits for an answer."""
    with acme.scope():
        lifecycle.resolve(ticket, solution="Vaihdoin venttiilin.", by=acme.actor("konsta"))
        return f"/c/{links.make_confirm_link(ticket, acme.requester)}/"


@pytest.fixture
def browser(acme: Cast) -> Client:
    """A browser that has never been here; it must carry the tokens against forged requests like any other."""
    return Client(enforce_csrf_checks=True, headers={"host": acme.tenant.host})


@pytest.fixture
def open_door(acme: Cast) -> None:
    """The tenant asks for no code."""
    acme.tenant.confirm_browsers = False
    acme.tenant.save(update_fields=["confirm_browsers"])


def form_token(page: HttpResponse, action: str) -> str:
    """The one-use token of the form that posts to `action` on a page."""
    form = page.content.decode().partition(f'action="{action}"')[2].partition("</form>")[0]
    found = TOKEN.search(form)
    assert found, f"no form posts to {action}"
    return found[1]


def press(client: Client, page_path: str, verb: str, **values: Any) -> HttpResponse:
    """Open the page and send one of its forms, as a person does."""
    action = f"{page_path}{verb}/"
    page = client.get(page_path)
    return post(client, action, form_token=form_token(page, action), **values)


def post(client: Client, path: str, **values: Any) -> HttpResponse:
    """Send values with the token against forged requests that the browser has."""
    if "csrf" not in client.cookies:
        client.get(path.rsplit("/", 2)[0] + "/")
    return client.post(path, values | {"csrfmiddlewaretoken": client.cookies["csrf"].value})


def hidden(page: HttpResponse) -> dict[str, str]:
    """The hidden fields of the only form of a page, without the token against forged requests."""
    pattern = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
    return {name: value for name, value in pattern.findall(page.content.decode()) if name != "csrfmiddlewaretoken"}


def codes(cast: Cast) -> list[str]:
    """The codes that were mailed, oldest first."""
    with cast.scope():
        texts = OutgoingMail.objects.filter(purpose="code").order_by("pk").values_list("text", flat=True)
        return [re.findall(r"\b\d{6}\b", text)[0] for text in texts]


def rows(cast: Cast) -> dict[str, Any]:
    """All rows of all tables of the tenant, to compare before and after."""
    tables = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    with cast.scope():
        return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in tables}


def fresh(cast: Cast, ticket: Ticket) -> Ticket:
    with cast.scope():
        return Ticket.objects.select_related("assignee", "queue").get(pk=ticket.pk)


def open_portal(cast: Cast, **more: Any) -> Portal:
    """The cast's portal, switched on for people of its customers; anew where there is one."""
    with cast.scope():
        Portal.objects.all().delete()
        return Portal.objects.create(is_on=True, queue=cast.desk.queue, **more)


def visitor(cast: Cast, person: Requester | None = None, **more: Any) -> Client:
    """A browser in which somebody has proved their address; Otto by default."""
    person = person or cast.requester
    with cast.scope():
        secret = new_token()
        PortalSession.objects.create(
            requester=person,
            email=person.email,
            secret_hash=token_hash(secret),
            expires_at=timezone.now() + timedelta(days=1),
        )
    client = Client(headers={"host": cast.tenant.host}, **more)
    client.cookies["requester"] = secret
    return client


def person(cast: Cast, name: str, *, customer: Customer | None = None, email: str = "", **more: Any) -> Requester:
    """A requester with an address of the cast's customer, unless another is given."""
    with cast.scope():
        found = Requester.objects.create(name=name, customer=customer, language="en", **more)
        given = email or f"{name.split(maxsplit=1)[0].lower()}@paperi-{cast.tenant.slug}.example"
        RequesterAddress.objects.create(requester=found, email=given)
        return found
