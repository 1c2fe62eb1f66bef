"""Who acts on an old page is told what came in between, loses nothing, and overwrites nothing unknowingly."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEntry
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind, StatusClass
from tickets.models import Message, Status, Ticket, TicketEvent
from tickets.services import assignment, conversation, facts
from tickets.services.conversation import Written
from tickets.services.events import log_position

pytestmark = pytest.mark.django_db
REPLY = {"mode": "reply", "text": "Try the other belt.", "minutes": "5", "page": "one"}


def seen(cast: Cast, ticket: Ticket) -> int:
    with cast.scope():
        return log_position(ticket)


def answers(cast: Cast, ticket: Ticket, text: str = "I have looked at it.") -> None:
    with cast.scope():
        conversation.reply(ticket, Written(text=text), by=cast.actor("liisa"))


def public(cast: Cast) -> list[str]:
    with cast.scope():
        return list(Message.objects.filter(kind="reply").order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize("button", ["", "resolve"])
def test_a_reply_that_was_overtaken_is_not_sent_and_nothing_of_it_is_lost(acme: Cast, button: str) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    path = f"/tickets/{ticket.number}/write/?seen={seen(acme, ticket)}"
    answers(acme, ticket)
    form = REPLY | ({button: "1"} if button else {}) | {"uploads": SimpleUploadedFile("belt.txt", b"12")}
    answer = client.post(path, form)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert public(acme) == ["I have looked at it."]
    assert "Liisa Lead replied" in page
    assert page.index("Liisa Lead replied") < page.index('id="write"')
    composer = answer.context["composer"]
    assert (composer["text"].value(), composer["minutes"].value()) == (REPLY["text"], "5")
    with acme.scope():
        ((kept, name),) = composer.kept_files
    assert name == "belt.txt"
    assert f">{'Resolve anyway' if button else 'Send anyway'}<" in re.sub(r"<svg.*?</svg>|\s*\n\s*", "", page)

    place = {each: composer[each].value() for each in ("page", "branch", "version")}
    again = client.post(
        f"/tickets/{ticket.number}/write/{answer.context['query']}",
        REPLY | place | {button or "send": "1", "kept": [kept]},
    )
    assert again.status_code == 302
    assert public(acme) == ["I have looked at it.", REPLY["text"]]
    with acme.scope():
        assert ticket.drafts.count() == 0
        assert Message.objects.latest("pk").attachments.get().name == "belt.txt"


def test_nothing_is_asked_where_nothing_came_that_matters(acme: Cast) -> None:
    ticket = ticket_of(acme)
    position = seen(acme, ticket)
    with acme.scope():
        conversation.note(ticket, Written(text="Between us."), by=acme.actor("liisa"))
        facts.change(ticket, priority="high", by=acme.actor("liisa"))
        assignment.assign(ticket, acme.members["konsta"], by=acme.actor("liisa"))
        conversation.reply(ticket, Written(text="From my other tab."), by=acme.actor("aino"))
    answer = acme.client("aino").post(f"/tickets/{ticket.number}/write/?seen={position}", REPLY)
    assert answer.status_code == 302
    note = {"mode": "note", "text": "For us."}
    answers(acme, ticket)
    assert acme.client("aino").post(f"/tickets/{ticket.number}/write/?seen={position}", note).status_code == 302


@pytest.mark.parametrize(
    ("act", "form"),
    [("status", {}), ("take", {}), ("hand-over", {}), ("close", {}), ("resolve", {"solution": "New belt."})],
)
def test_every_other_act_that_was_overtaken_says_by_what(acme: Cast, act: str, form: dict[str, Any]) -> None:
    ticket = ticket_of(acme)
    position = seen(acme, ticket)
    with acme.scope():
        konsta, waiting = acme.members["konsta"], StatusClass.WAITING_REQUESTER
        other = Status.objects.get(status_class="open", is_default=True)
        conversation.reply(ticket, Written(text="Which one?"), by=acme.actor("liisa"), then=waiting)
        assignment.assign(ticket, konsta, by=acme.actor("liisa"))
        before = Ticket.objects.filter(pk=ticket.pk).values().get()
    form = form | {"status": other.pk, "to": f"member-{acme.members['aino'].pk}"}
    answer = acme.client("aino").post(f"/tickets/{ticket.number}/{act}/?seen={position}", form)
    assert answer.status_code == 409
    assert "Liisa Lead" in " ".join(each.words for each in answer.context["news"])
    if act == "resolve":
        assert "New belt." in answer.content.decode()
    with acme.scope():
        assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert acme.client("aino").post(f"/tickets/{ticket.number}/{act}/", form).status_code == 302


def test_facts_of_two_people_meet_field_by_field(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    path = f"/tickets/{ticket.number}/edit/"
    page = client.get(path)
    names = ("title", "priority", "kind", "customer", "product")
    form = {name: page.context["form"][name].value() or "" for name in names}
    position = page.context["seen"]
    with acme.scope():
        facts.change(ticket, priority="urgent", title="The lift is stuck again", by=acme.actor("liisa"))

    # Aino changes another fact, and hers and Liisa's hold both.
    assert client.post(f"{path}?seen={position}", form | {"kind": "fault"}).status_code == 302
    with acme.scope():
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.priority, row.title, row.kind) == ("urgent", "The lift is stuck again", "fault")

    # Now the same one: both are shown, nothing is saved, and saving again is a decision.
    answer = client.post(f"{path}?seen={position}", form | {"kind": "fault", "priority": "low"})
    assert answer.status_code == 409
    assert "Priority: Liisa Lead has set Critical, you want Low" in answer.content.decode()
    again = {name: answer.context["form"][name].value() or "" for name in form}
    assert (again["priority"], again["title"]) == ("low", "The lift is stuck again")
    assert client.post(f"{path}?seen={answer.context['seen']}", again).status_code == 302
    with acme.scope():
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.priority, row.title) == ("low", "The lift is stuck again")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_after_the_other(acme: Cast) -> None:
    """X16: no lost update, one owner, audit complete; real threads, each with its own connection."""
    ticket = ticket_of(acme)
    at = f"?seen={seen(acme, ticket)}"

    assert both(acme, ticket, f"write/{at}", REPLY | {"wait": "1"}) == [302, 409]
    assert public(acme) == [REPLY["text"]]
    assert both(acme, ticket, f"take/{at}", {}) == [302, 409]
    at = f"?seen={seen(acme, ticket)}"
    assert both(acme, ticket, f"write/{at}", REPLY | {"text": "Solved.", "resolve": "1"}) == [302, 409]
    assert public(acme) == [REPLY["text"], "Solved."]
    at = f"?seen={seen(acme, ticket)}"
    assert both(acme, ticket, f"close/{at}", {}) == [302, 302]
    with acme.scope():
        kinds = list(TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True))
        once = (EventKind.ASSIGNED, EventKind.SOLUTION, EventKind.REPLY)
        assert [kinds.count(kind) for kind in once] == [1, 1, 1]
        assert AuditEntry.objects.filter(action="ticket.closed_by_desk").count() == 1
        assert OutgoingMail.objects.filter(part__isnull=False).count() == 2
        assert Ticket.objects.get(pk=ticket.pk).status_class == StatusClass.CLOSED


def both(cast: Cast, ticket: Ticket, path: str, form: dict[str, Any]) -> list[int]:
    """The answers that Aino and Liisa get who press at the same instant."""
    start, found = threading.Barrier(2), []

    def press(name: str) -> Callable[[], None]:
        client = cast.client(name)

        def act() -> None:
            start.wait()
            found.append(client.post(f"/tickets/{ticket.number}/{path}", form).status_code)
            connection.close()

        return act

    threads = [threading.Thread(target=press(name)) for name in ("aino", "liisa")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)
