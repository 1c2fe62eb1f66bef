"""What a page asks of PostgreSQL does not grow with its rows, and stays within its budget."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Requester, RequesterAddress
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from tests.conftest import Cast
from tests.flows.mails import mail
from tests.house.conftest import Statements
from tests.knowledge.support import publish
from tests.portal.conftest import open_portal, visitor
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services import conversation, incidents
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket

pytestmark = pytest.mark.django_db(transaction=True)
LIST, TICKET, TRIAGE, ARTICLES = 8, 14, 10, 9
# 50 rows of some 950 bytes each, and the frame.
PAGE_BYTES = 60_000
# A prefetch names each row that it is for.
MANY = re.compile(r"\(%s(?:, %s)*\)")


def make_tickets(cast: Cast, count: int, *, mine: bool = True) -> list[Ticket]:
    """Tickets of as many requesters, with promises, half of them Aino's or nobody's."""
    with cast.scope():
        tickets = []
        known = Requester.objects.count()
        for number in range(known, known + count):
            requester = Requester.objects.create(name=f"Requester {number}", customer=cast.customer, language="fi")
            RequesterAddress.objects.create(requester=requester, email=f"r{number}@paperi-acme.example")
            matter = Matter(
                title=f"Rullanostin {number} ei toimi, eikä paine pysy 140 baarissa",
                queue=cast.desk.queue,
                requester=requester,
                customer=cast.customer,
                assignee=cast.members["aino"] if mine else None,
                written=Written(text="Paine putoaa."),
                channel=Channel.MAIL,
                received_at=timezone.now() - timedelta(minutes=number),
            )
            tickets.append(open_ticket(matter, by=cast.actor("aino"), notify=False))
        return tickets


def ask(client: Client, path: str) -> tuple[list[str], str]:
    """The statements of one request, and its page."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        answer = client.get(path)
    assert answer.status_code == 200
    return [MANY.sub("(…)", sql) for sql in statements.counted], answer.content.decode()


def warm(client: Client, path: str) -> None:
    """A first visit, after which whatever is kept in memory or in the cache is there."""
    client.get(path)


@pytest.mark.parametrize("which", ["queue", "unassigned", "mine"])
def test_a_list_costs_the_same_for_1_and_30_tickets(acme: Cast, which: str) -> None:
    path = {"queue": f"/queues/{acme.desk.queue.pk}/", "unassigned": "/unassigned/", "mine": "/my/"}[which]
    client = acme.client("aino")
    make_tickets(acme, 1, mine=which != "unassigned")
    warm(client, path)
    one, _ = ask(client, path)
    make_tickets(acme, 29, mine=which != "unassigned")
    many, page = ask(client, path)

    assert page.count("Rullanostin") >= 30
    assert many == one
    assert len(many) <= LIST, "\n".join(many)


def test_a_list_of_50_is_a_small_page(acme: Cast) -> None:
    make_tickets(acme, 50)

    _, page = ask(acme.client("aino"), f"/queues/{acme.desk.queue.pk}/")

    assert page.count("Rullanostin") >= 50
    assert len(page.encode()) < PAGE_BYTES


def test_a_ticket_costs_the_same_for_1_and_30_messages(acme: Cast) -> None:
    (ticket,) = make_tickets(acme, 1)
    path, client = f"/tickets/{ticket.number}/", acme.client("aino")
    warm(client, path)
    one, _ = ask(client, path)
    with acme.scope():
        for number in range(29):
            said = Written(text=f"Lisätieto {number}", files=[conversation.NewFile("a.txt", "text/plain", b"a")])
            conversation.note(ticket, said, by=acme.actor("aino"))
    many, page = ask(client, path)

    assert page.count("Lisätieto") >= 29
    assert many == one
    assert len(many) <= TICKET, "\n".join(many)


def test_triage_costs_the_same_for_1_and_30_mails(acme: Cast) -> None:
    first = receive(acme, 1)
    path, client = f"/triage/{first}/", acme.client("aino")
    make_tickets(acme, 1)
    warm(client, path)
    one, _ = ask(client, path)
    receive(acme, 29)
    make_tickets(acme, 29)
    many, page = ask(client, path)

    assert page.count("Rullanostin") >= 5
    assert many == one
    assert len(many) <= TRIAGE, "\n".join(many)


def receive(cast: Cast, count: int) -> int:
    """So many new mails of a known company in triage; the id of the first."""
    with cast.scope():
        box, _ = Mailbox.objects.get_or_create(address="support@acme.example", queue=cast.desk.queue)
        ids = []
        for number in range(count):
            raw = mail(sender="otto@paperi-acme.example", to=box.address, subject=f"Kysymys {number}", text="Miten?\n")
            source = f"{InboundMessage.objects.count()}"
            ids.append(store_raw(box, source=source, raw=raw, received_at=timezone.now(), recipient=box.address).pk)
    for pk in ids:
        process(cast.tenant.pk, pk)
    return int(ids[0])


def help_on(cast: Cast) -> None:
    cast.tenant.knowledge_on = cast.tenant.help_on = True
    cast.tenant.save(update_fields=["knowledge_on", "help_on"])


def test_articles_cost_the_same_for_1_and_30(acme: Cast) -> None:
    path, client = "/knowledge/", acme.client("aino")
    help_on(acme)
    with acme.scope():
        publish(acme, "Ohje 0", "Paine putoaa.")
    warm(client, path)
    one, _ = ask(client, path)
    with acme.scope():
        for number in range(1, 30):
            publish(acme, f"Ohje {number}", "Paine putoaa.", owner=acme.members["aino"])
    many, page = ask(client, path)

    assert page.count("Ohje ") >= 30
    assert many == one
    assert len(many) <= ARTICLES, "\n".join(many)


@pytest.mark.parametrize(("path", "most"), [("/portal/", LIST), ("/portal/ask/", LIST), ("/help/", LIST)])
def test_pages_of_requesters_cost_the_same_for_1_and_30_rows(acme: Cast, path: str, most: int) -> None:
    open_portal(acme)
    help_on(acme)
    client, told = visitor(acme), {"fi": "Etäyhteys on poikki."}
    for count in (1, 29):
        for ticket in make_tickets(acme, count):
            with acme.scope():
                Ticket.objects.filter(pk=ticket.pk).update(requester=acme.requester, kind="incident")
                incidents.announce(ticket, told, by=acme.actor("aino"))
                publish(acme, f"Rullanostin {ticket.number}", "Paine putoaa.")
        if count == 1:
            warm(client, path)
            one, _ = ask(client, path)
    many, page = ask(client, path)

    assert max(page.count("Rullanostin"), page.count("Etäyhteys")) >= 30
    assert many == one
    assert len(many) <= most, "\n".join(many)
