"""Tickets that have to do with each other: what is refused, who sees what, and a message that gets its own ticket."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from outbox.models import OutgoingMail
from sla.models import Timer
from tests.conftest import Cast
from tests.tickets.test_merging import ticket_at
from tickets.enums import EventKind, RelationKind
from tickets.errors import AlreadySplit, LinkedAlready, LinkedInCircle, LinkedToItself
from tickets.models import Queue, Relation, Ticket
from tickets.services import conversation, relating
from tickets.services.conversation import NewFile, Written

pytestmark = pytest.mark.django_db
PART, CAUSED = RelationKind.PART, RelationKind.CAUSED


@pytest.fixture
def three(acme: Cast, monday: datetime) -> list[Ticket]:
    return [ticket_at(acme, monday + timedelta(hours=hour)) for hour in range(3)]


def links_of(ticket: Ticket) -> str:
    return reverse("tickets:links", args=[ticket.number])


def test_both_pages_say_it_in_their_own_words(acme: Cast, three: list[Ticket]) -> None:
    one, two, _ = three
    client = acme.client("aino")

    typed = f"sys-{two.number}"
    assert client.post(links_of(one), {"kind": "caused", "number": typed}).status_code == 302

    assert f'Caused by <span class="tnum">SYS-{two.number}' in client.get(one.get_absolute_url()).content.decode()
    assert f'Cause of <span class="tnum">SYS-{one.number}' in client.get(two.get_absolute_url()).content.decode()
    with acme.scope():
        row = Relation.objects.get()
        assert [event.data["number"] for event in two.events.filter(kind=EventKind.LINKED)] == [one.number]
    assert client.post(reverse("tickets:unlink", args=[two.number, row.pk])).status_code == 302
    page = client.get(one.get_absolute_url()).content.decode()
    assert f"Aino Agent took back the link to {two.number}" in page
    assert 'tnum">SYS-' not in page.split('<aside class="v-side"')[1].split("Other open")[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "This field is required"),
        ("the other", "no ticket of that number"),
        ("99999", "no ticket of that number"),
        ("9" * 30, "no ticket of that number"),
    ],
)
def test_a_number_that_is_none_is_said(acme: Cast, three: list[Ticket], typed: str, said: str) -> None:
    answer = acme.client("aino").post(links_of(three[0]), {"kind": "part", "number": typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_no_ticket_leads_back_to_itself(acme: Cast, three: list[Ticket]) -> None:
    one, two, three_ = three
    by = acme.actor("aino")
    with acme.scope():
        relating.relate(one, two, PART, by=by)
        relating.relate(two, three_, PART, by=by)
        for ticket, other, kind, error in (
            (one, one, PART, LinkedToItself),
            (two, one, CAUSED, LinkedAlready),
            (three_, one, PART, LinkedInCircle),
        ):
            with pytest.raises(error):
                relating.relate(ticket, other, kind, by=by)
        relating.relate(three_, one, CAUSED, by=by)
        assert Relation.objects.count() == 3


def test_what_a_member_may_not_see_is_no_link_of_theirs(acme: Cast, three: list[Ticket]) -> None:
    """Konsta holds the one ticket, and the other lies in a queue that is closed to him."""
    one, two, _ = three
    with acme.scope():
        aside = Queue.objects.create(name="Aside", address="aside@acme.example", office=acme.office)
        Ticket.objects.filter(pk=two.pk).update(queue=aside, title="The secret")
        Ticket.objects.filter(pk=one.pk).update(assignee=acme.konsta)
        relating.relate(one, two, PART, by=acme.actor("ada"))
    client = acme.client("konsta")

    page = client.get(one.get_absolute_url()).content.decode()
    assert "The secret" not in page
    assert "The secret" in acme.client("ada").get(one.get_absolute_url()).content.decode()
    answer = client.post(links_of(one), {"kind": "part", "number": str(two.number)})
    assert (answer.status_code, "no ticket of that number" in answer.content.decode()) == (422, True)
    assert client.get(reverse("tickets:merge", args=[one.number]), {"number": two.number}).status_code == 200
    assert client.post(reverse("tickets:merge", args=[one.number]), {"number": two.number}).status_code == 422


def test_merging_says_first_what_it_does(acme: Cast, three: list[Ticket]) -> None:
    one, two, _ = three
    client, path = acme.client("aino"), reverse("tickets:merge", args=[one.number])

    page = client.get(path, {"number": two.number}).content.decode()
    assert f"SYS-{one.number} ends and stays readable" in page
    with acme.scope():
        assert not Ticket.objects.get(pk=one.pk).is_merged

    answer = client.post(path, {"number": two.number})
    assert answer.headers["Location"] == two.get_absolute_url()
    with acme.scope():
        assert Ticket.objects.get(pk=one.pk).merged_into_id == two.pk
    again = client.post(path, {"number": two.number})
    assert (again.status_code, "was merged into" in again.content.decode()) == (409, True)


def test_a_message_gets_a_ticket_of_its_own_once(acme: Cast, three: list[Ticket], monday: datetime) -> None:
    """Received when it was written, with its files and promises; what its writer said first stays where it was."""
    one, by, at = three[0], acme.actor("aino"), monday + timedelta(hours=5)
    with acme.scope():
        files = [NewFile("plan.pdf", "application/pdf", b"%PDF-1")]
        said = Written(text="And the door squeaks.", files=files)
        message = conversation.receive(one, said, by=acme.actor("aino"), at=at)
        mails = OutgoingMail.objects.count()
    client, path = acme.client("aino"), reverse("tickets:split", args=[one.number, message.pk])
    assert "And the door squeaks." in client.get(path).content.decode()

    answer = client.post(path, {"title": "The door", "queue": acme.desk.queue.pk})

    with acme.scope():
        made = Ticket.objects.get(title="The door")
        assert answer.headers["Location"] == made.get_absolute_url()
        assert (made.received_at, made.requester_id, made.customer_id) == (at, one.requester_id, one.customer_id)
        opened = made.messages.get()
        assert (opened.text, [file.name for file in opened.attachments.all()]) == (message.text, ["plan.pdf"])
        assert [file.storage_key for file in opened.attachments.all()] == [
            file.storage_key for file in message.attachments.all()
        ]
        assert Timer.objects.of(made.pk).exists()
        assert OutgoingMail.objects.count() == mails
        assert one.messages.filter(pk=message.pk).exists()
        with pytest.raises(AlreadySplit):
            relating.split(message, title="Again", queue=acme.desk.queue, by=by)
    again = client.post(path, {"title": "Again", "queue": acme.desk.queue.pk})
    assert (again.status_code, "a ticket of its own already" in again.content.decode()) == (422, True)
    assert f"opened {made.number} from a message" in client.get(one.get_absolute_url()).content.decode()


def test_only_what_a_requester_wrote_is_split_off(acme: Cast, three: list[Ticket]) -> None:
    one = three[0]
    with acme.scope():
        note = conversation.note(one, Written(text="Between us."), by=acme.actor("aino"))
    path = reverse("tickets:split", args=[one.number, note.pk])
    assert acme.client("aino").post(path, {"title": "No", "queue": acme.desk.queue.pk}).status_code == 404


def test_notes_are_printed_only_where_asked_for(acme: Cast, three: list[Ticket]) -> None:
    one = three[0]
    with acme.scope():
        conversation.note(one, Written(text="Between us."), by=acme.actor("aino"))
    client, path = acme.client("aino"), reverse("tickets:print", args=[one.number])
    assert "Between us." not in client.get(path).content.decode()
    assert "Between us." in client.get(path, {"notes": "1"}).content.decode()
