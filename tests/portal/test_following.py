"""Following at the portal: whose tickets, what of them, and what people may do with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, Requester
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.house.conftest import Statements
from tests.portal.conftest import make_ticket, open_portal, person, visitor
from tickets.models import Aftercare, Attachment, Message, Participant, Ticket
from tickets.services import conversation, lifecycle
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db
ONCE = {"form_token": "t" * 32}


@pytest.fixture
def mine(acme: Cast) -> Ticket:
    """Otto's, in Konsta's hands, with a note and a file of the note."""
    open_portal(acme)
    return make_ticket(acme)


def press(client: Client, ticket: Ticket, deed: str, **values: Any) -> Any:
    return client.post(f"/portal/tickets/{ticket.number}/{deed}/", ONCE | values)


def fresh(cast: Cast, ticket: Ticket) -> Ticket:
    with cast.scope():
        return Ticket.objects.get(pk=ticket.pk)


def solve(cast: Cast, ticket: Ticket) -> None:
    with cast.scope():
        lifecycle.resolve(ticket, solution="Vaihdoin venttiilin.", by=cast.actor("konsta"))


def test_the_page_says_where_it_stands_and_shows_nothing_internal(acme: Cast, mine: Ticket) -> None:
    client = visitor(acme)
    listed = client.get("/portal/").content.decode()
    page = client.get(f"/portal/tickets/{mine.number}/").content.decode()

    for text in (listed, page):
        assert "Rullanostin ei toimi" in text
        assert "Konsta Consultant" in text
        assert "varaosa" not in text.lower()
        assert "salaisuus" not in text
    assert "Paine putoaa." in page
    assert "/portal/pictures/" in page


def test_a_message_is_one_entry_as_by_mail_and_the_consultant_hears_of_it(acme: Cast, mine: Ticket) -> None:
    with acme.scope():
        conversation.ask(mine, Written(text="Mikä malli?"), by=acme.actor("konsta"))
    client = visitor(acme)
    for _again in range(2):
        answer = press(client, mine, "write", text="PX-4", uploads=SimpleUploadedFile("a.png", b"\x89", "image/png"))
        assert answer.status_code == 302

    with acme.scope():
        messages = Message.objects.filter(ticket=mine, text="PX-4")
        assert [message.requester for message in messages] == [acme.requester]
        assert mine.events.filter(kind="message").count() == 2
        assert OutgoingMail.objects.filter(purpose="answered").count() == 1
    assert fresh(acme, mine).status_class == "open"


def test_it_works_closes_and_still_broken_opens_again(acme: Cast, mine: Ticket) -> None:
    client = visitor(acme)
    solve(acme, mine)
    assert "Vaihdoin venttiilin." in client.get(f"/portal/tickets/{mine.number}/").content.decode()
    assert press(client, mine, "broken", reason="").status_code == 422
    press(client, mine, "broken", reason="Ei auttanut.")
    assert fresh(acme, mine).status_class == "open"
    solve(acme, mine)
    assert press(client, mine, "works", form_token="u" * 32).status_code == 302
    assert fresh(acme, mine).status_class == "closed"
    assert press(client, mine, "write", text="Vielä", form_token="v" * 32).status_code == 409


@pytest.mark.parametrize(("days", "opens"), [(13, True), (15, False)])
def test_what_is_closed_opens_again_within_the_tenants_time(
    acme: Cast, mine: Ticket, days: int, *, opens: bool
) -> None:
    solve(acme, mine)
    with acme.scope():
        Aftercare.objects.create(reopen_days=14)
        lifecycle.confirm(mine, by=acme.actor("aino"))
        Ticket.objects.filter(pk=mine.pk).update(closed_at=timezone.now() - timedelta(days=days))
    client = visitor(acme)
    page = client.get(f"/portal/tickets/{mine.number}/").content.decode()
    answer = press(client, mine, "broken", reason="Taas.")

    assert (f"/portal/tickets/{mine.number}/broken/" in page) is opens
    assert answer.status_code == (302 if opens else 409)
    assert fresh(acme, mine).status_class == ("open" if opens else "closed")


def test_somebody_who_needs_nothing_any_more_closes_it(acme: Cast, mine: Ticket) -> None:
    press(visitor(acme), mine, "close")

    with acme.scope():
        assert mine.events.order_by("-pk").filter(kind="status")[0].requester == acme.requester
    assert fresh(acme, mine).status_class == "closed"


def test_a_colleague_who_is_asked_in_reads_writes_and_gets_the_replies(acme: Cast, mine: Ticket) -> None:
    oona = person(acme, "Oona Aho", customer=acme.customer)
    theirs = visitor(acme, oona)
    assert theirs.get(f"/portal/tickets/{mine.number}/").status_code == 404
    for token in ("a" * 32, "b" * 32):
        answer = press(visitor(acme), mine, "invite", email="Oona@paperi-acme.example", form_token=token)
        assert answer.status_code == 302
    press(theirs, mine, "write", text="Sama täällä.")

    assert theirs.get(f"/portal/tickets/{mine.number}/").status_code == 200
    assert "Rullanostin" in theirs.get("/portal/").content.decode()
    with acme.scope():
        assert Message.objects.get(text="Sama täällä.").requester == oona
        assert Participant.objects.get().requester == oona
        assert OutgoingMail.objects.get(purpose="portal").to == ["oona@paperi-acme.example"]
        mail = conversation.reply(mine, Written(text="Kiitos."), by=acme.actor("konsta"))
        assert OutgoingMail.objects.get(pk=mail.outgoing_id).cc == ["oona@paperi-acme.example"]


@pytest.mark.parametrize("email", ["eva@elsewhere.example", "ada@acme.example", "pekka@muu.example"])
def test_nobody_outside_the_company_is_asked_in(acme: Cast, mine: Ticket, email: str) -> None:
    with acme.scope():
        other = Customer.objects.create(name="Muu Oy", country="FI", office=acme.office, language="fi")
    person(acme, "Pekka Muu", customer=other, email="pekka@muu.example")
    answer = press(visitor(acme), mine, "invite", email=email)

    assert answer.status_code == 409
    with acme.scope():
        assert not Participant.objects.exists()
        assert not OutgoingMail.objects.filter(purpose="portal").exists()


def test_a_key_user_sees_the_company_where_tenant_and_desk_have_granted_it(acme: Cast, mine: Ticket) -> None:
    """Peers, item 36: never another company's."""
    with acme.scope():
        other = Customer.objects.create(name="Muu Oy", country="FI", office=acme.office, language="fi")
    kaisa = person(acme, "Kaisa Key", customer=acme.customer, sees_company=True)
    strangers = [
        person(acme, "Pekka Muu", customer=other, email="pekka@muu.example", sees_company=True),
        person(acme, "Noora None", email="noora@elsewhere.example", sees_company=True),
        person(acme, "Oona Aho", customer=acme.customer),
    ]
    path = f"/portal/tickets/{mine.number}/"
    assert visitor(acme, kaisa).get(path).status_code == 404
    open_portal(acme, key_users=True)

    assert visitor(acme, kaisa).get(path).status_code == 200
    assert "Rullanostin" in visitor(acme, kaisa).get("/portal/?show=company").content.decode()
    for stranger in strangers:
        client = visitor(acme, stranger)
        assert client.get(path).status_code == 404
        assert "Rullanostin" not in client.get("/portal/?show=company").content.decode()


def test_files_are_for_those_who_see_the_message(acme: Cast, mine: Ticket) -> None:
    """A07: the same answer for what is not there, internal, or another's."""
    oona = person(acme, "Oona Aho", customer=acme.customer)
    with acme.scope():
        files = {file.name: file.pk for file in Attachment.objects.filter(ticket=mine)}
    shown, hidden = files["käyrä.png"], files["salaisuus.html"]
    client, other = visitor(acme), visitor(acme, oona)

    download, picture = client.get(f"/portal/files/{shown}/"), client.get(f"/portal/pictures/{shown}/")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert picture.headers["Content-Type"] == "image/png"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    refusals = [client.get(f"/portal/files/{hidden}/"), client.get("/portal/files/999999/")]
    refusals += [other.get(f"/portal/files/{shown}/"), other.get(f"/portal/pictures/{shown}/")]
    assert {answer.status_code for answer in refusals} == {404}
    assert len({answer.content for answer in refusals}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_long_list_costs_no_more_statements_than_a_short_one(acme: Cast) -> None:
    open_portal(acme)
    client, counts = visitor(acme), []
    make_ticket(acme)
    for more in (0, 29):
        for number in range(more):
            make_ticket(acme, f"Nosturi {number}")
        statements = Statements()
        with connection.execute_wrapper(statements):
            assert client.get("/portal/").status_code == 200
        counts.append(len(statements.counted))

    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_ones_own_details_are_ones_own_to_keep_and_no_more(acme: Cast) -> None:
    """A25: whatever else is posted stays as it is."""
    open_portal(acme, key_users=True)
    client = visitor(acme)
    given = {"name": "Otto Ojala", "language": "en", "phone": "040", "sees_company": "on", "customer": ""}
    answer = client.post("/portal/me/", given)

    assert answer.status_code == 302
    with acme.scope():
        found = Requester.objects.get(pk=acme.requester.pk)
        assert (found.name, found.phone, found.sees_company, found.customer) == (
            "Otto Ojala",
            "040",
            False,
            acme.customer,
        )
