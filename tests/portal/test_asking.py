"""Asking at the portal: one field, then what the kind needs, and one ticket however often it is sent."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Product
from outbox.models import OutgoingMail
from portal.limits import OWN
from portal.models import Deflection
from tests.conftest import Cast
from tests.portal.conftest import TOKEN, open_portal, visitor
from tickets.models import Attachment, CustomField, FieldRule, FieldValue, Ticket
from tickets.process import forget

pytestmark = pytest.mark.django_db
WORDS = "Rullanostin ei nouse\nPaine putoaa 20 minuutin jälkeen."


def fields(cast: Cast) -> None:
    """A field that faults need, in the portal, and one that is the desk's own."""
    with cast.scope():
        shown = CustomField.objects.create(key="serial", name="Sarjanumero", type="text", in_portal=True)
        FieldRule.objects.create(field=shown, effect="made", kinds=["fault"])
        own = CustomField.objects.create(key="cause", name="Syykoodi", type="text", position=1)
        FieldRule.objects.create(field=own, effect="made")
        forget()


def look(client: Any) -> Any:
    return client.post("/portal/ask/", {"words": WORDS})


def sent(client: Any, **values: Any) -> Any:
    token = TOKEN.search(look(client).content.decode())
    assert token
    given = {"words": WORDS, "kind": "fault", "badly": "high", "send": "1", "form_token": token[1]}
    return client.post("/portal/ask/", given | values)


def test_first_there_is_one_field_and_then_only_what_the_portal_shows(acme: Cast) -> None:
    open_portal(acme)
    fields(acme)
    client = visitor(acme)
    first, second = client.get("/portal/ask/").content.decode(), look(client).content.decode()

    assert "Sarjanumero" not in first
    assert re.findall(r'<(?:textarea|select)[^>]* name="([\w-]+)"', first) == ["words"]
    assert "Sarjanumero" in second
    assert "Syykoodi" not in second
    assert "Paine putoaa" in second
    assert 'name="product"' not in second


def test_it_becomes_one_ticket_with_all_that_was_given(acme: Cast) -> None:
    open_portal(acme)
    fields(acme)
    with acme.scope():
        product = Product.objects.create(name="PackLine")
    client = visitor(acme)
    refused = sent(client)
    files = [SimpleUploadedFile("käyrä.png", b"\x89PNG", "image/png"), SimpleUploadedFile("b.txt", b"b")]
    answer = sent(client, **{"f-serial": "PX-4", "product": product.pk, "uploads": files})

    assert refused.status_code == 422
    with acme.scope():
        ticket = Ticket.objects.get()
        assert answer.headers["Location"] == f"/portal/tickets/{ticket.number}/"
        assert (ticket.title, ticket.kind, ticket.priority) == ("Rullanostin ei nouse", "fault", "high")
        assert (ticket.channel, ticket.customer, ticket.product) == ("portal", acme.customer, product)
        assert ticket.messages.get().text == WORDS
        assert sorted(Attachment.objects.values_list("name", flat=True)) == ["b.txt", "käyrä.png"]
        assert FieldValue.objects.get().text == "PX-4"
        events = ticket.events.values_list("kind", "actor_kind")
        assert [kind for kind, _ in events].count("message") == 1
        assert OutgoingMail.objects.get(purpose="acknowledgement").to == ["otto@paperi-acme.example"]


def test_sent_twice_it_is_one_ticket(acme: Cast) -> None:
    open_portal(acme)
    client = visitor(acme)
    token = "t" * 32
    first, second = sent(client, form_token=token), sent(client, form_token=token)

    assert first.headers["Location"] == second.headers["Location"]
    with acme.scope():
        assert Ticket.objects.count() == 1


def test_files_outlive_a_form_that_is_refused(acme: Cast) -> None:
    open_portal(acme)
    client = visitor(acme)
    refused = sent(client, kind="development", uploads=[SimpleUploadedFile("kuva.jpg", b"\xff\xd8", "image/jpeg")])
    kept = re.findall(r'name="kept" value="([^"]+)"', refused.content.decode())
    sent(client, kept=kept)

    assert refused.status_code == 422
    with acme.scope():
        assert Attachment.objects.get().name == "kuva.jpg"


def test_nobody_fills_the_disk_within_an_hour(acme: Cast) -> None:
    """A41: files of one person are limited, whatever they are and wherever they are added."""
    open_portal(acme)
    client = visitor(acme)
    half = OWN["files"] // 2 + 1
    for status in (302, 422):
        many = [SimpleUploadedFile(f"{number}.txt", b"%d" % number) for number in range(half)]
        assert sent(client, uploads=many).status_code == status

    with acme.scope():
        assert Attachment.objects.count() == half


def test_receipts_can_be_declined(acme: Cast) -> None:
    open_portal(acme)
    client = visitor(acme)
    client.post("/portal/me/", {"name": "Otto Oja", "language": "fi", "takes_surveys": "on"})
    sent(client)

    with acme.scope():
        assert not OutgoingMail.objects.filter(purpose="acknowledgement").exists()


def test_an_answer_that_was_found_is_counted_and_makes_no_ticket(acme: Cast) -> None:
    open_portal(acme)
    client = visitor(acme)
    answer = client.post("/portal/ask/solved/", {"words": WORDS, "article": "17"})

    assert answer.status_code == 302
    with acme.scope():
        row = Deflection.objects.get()
        assert (row.words, row.article, row.requester) == (WORDS, 17, acme.requester)
        assert not Ticket.objects.exists()


def test_a_wish_about_ones_data_is_a_ticket_of_which_every_admin_hears(acme: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    open_portal(acme)
    client = visitor(acme)
    answer = client.post("/portal/me/wish/", {"wish": "erase", "text": "", "form_token": "w" * 32})

    with acme.scope():
        ticket = Ticket.objects.get()
        assert answer.headers["Location"] == f"/portal/tickets/{ticket.number}/"
        assert OutgoingMail.objects.get(purpose="system").to == ["ada@acme.example"]


def test_ones_own_data_are_taken_along_without_what_is_internal(acme: Cast) -> None:
    open_portal(acme)
    client = visitor(acme)
    sent(client)
    with acme.scope():
        ticket = Ticket.objects.get()
        ticket.messages.create(kind="note", author_name="Aino", text="SALAISUUS", tenant=acme.tenant)
    data = client.get("/portal/me/data/")

    assert data.headers["Content-Disposition"].startswith("attachment")
    assert data.json()["tickets"][0]["messages"][0]["text"] == WORDS
    assert "SALAISUUS" not in data.content.decode()
