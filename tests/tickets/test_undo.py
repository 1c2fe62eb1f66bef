"""Taking back a reply leaves the ticket as it was, and gives the writer what they had typed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone

from outbox.models import OutgoingMail
from sla.models import Timer
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.forms import KEPT_FOR, keep
from tickets.models import Attachment, Message, Ticket, WorkEntry
from tickets.services import conversation, lifecycle
from tickets.services.conversation import NewFile, Written

pytestmark = pytest.mark.django_db
REPLY = {"mode": "reply", "text": "Try the other belt.", "minutes": "25"}


def state(cast: Cast, ticket: Ticket) -> list[Any]:
    """All that people and clocks see of it, but the log itself."""
    with cast.scope():
        row = Ticket.objects.filter(pk=ticket.pk).values().get()
        row.pop("last_activity_at")
        timers = Timer.objects.of(ticket.pk).order_by("pk").values_list("metric", "state", "due_at", "fulfilled_at")
        return [row, list(timers), Message.objects.count(), Attachment.objects.count(), WorkEntry.objects.count()]


def write(cast: Cast, ticket: Ticket, name: str = "aino", **more: Any) -> Message:
    cast.client(name).post(f"/tickets/{ticket.number}/write/", REPLY | more)
    with cast.scope():
        return Message.objects.latest("pk")


def undo(cast: Cast, ticket: Ticket, message: Message, name: str = "aino") -> HttpResponse:
    return cast.client(name).post(f"/tickets/{ticket.number}/undo/{message.pk}/")


def kept_in(cast: Cast, page: Any) -> tuple[str, str]:
    """The one file that the composer offers again: value and name."""
    with cast.scope():
        (kept,) = page.context["composer"].kept_files
    return kept


@pytest.mark.parametrize("button", ["", "wait", "resolve"])
@pytest.mark.parametrize("started", [False, True])
def test_the_ticket_is_as_before(acme: Cast, button: str, started: bool) -> None:
    ticket = ticket_of(acme)
    if started:
        with acme.scope():
            lifecycle.start(ticket, by=acme.actor("aino"))
    before = state(acme, ticket)
    message = write(acme, ticket, **({button: "1"} if button else {}), uploads=SimpleUploadedFile("belt.txt", b"12"))
    assert state(acme, ticket) != before

    assert undo(acme, ticket, message).status_code == 200
    assert state(acme, ticket) == before
    with acme.scope():
        assert OutgoingMail.objects.get(pk=message.outgoing_id).state == "cancelled"


def test_a_former_solution_comes_back(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        lifecycle.resolve(ticket, solution="First belt.", by=acme.actor("aino"))
        lifecycle.reopen(ticket, by=acme.actor("aino"))
    before = state(acme, ticket)
    undo(acme, ticket, write(acme, ticket, resolve="1"))
    assert state(acme, ticket) == before
    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).solution == "First belt."


def test_what_was_typed_returns_and_can_be_sent_again(acme: Cast) -> None:
    ticket = ticket_of(acme)
    page = undo(acme, ticket, write(acme, ticket, uploads=SimpleUploadedFile("belt.txt", b"12")))
    composer, kept = page.context["composer"], kept_in(acme, page)
    assert (composer["text"].value(), composer["minutes"].value(), kept[1]) == (REPLY["text"], 25, "belt.txt")
    assert b"took a reply back before it left" in page.content
    assert b"logged 25 min" not in page.content

    again = write(acme, ticket, kept=[kept[0]])
    with acme.scope():
        file = again.attachments.get()
        assert (file.name, file.size, file.content_type) == ("belt.txt", 2, "text/plain")
        assert WorkEntry.objects.get().minutes == 25


def test_only_a_file_of_ones_own_tenant_is_kept(acme: Cast, globex: Cast) -> None:
    ticket, foreign = ticket_of(acme), ticket_of(globex)
    with globex.scope():
        by, files = globex.actor("greta"), [NewFile("secret.txt", "text/plain", b"s")]
        value = keep(conversation.note(foreign, Written(text="x", files=files), by=by).attachments.get())
    answer = acme.client("aino").post(f"/tickets/{ticket.number}/write/", REPLY | {"kept": [value]})
    assert answer.status_code == 422
    assert b"secret.txt" not in answer.content


def test_what_happened_since_stays(acme: Cast) -> None:
    ticket = ticket_of(acme)
    message = write(acme, ticket)
    with acme.scope():
        lifecycle.start(ticket, by=acme.actor("liisa"))
    undo(acme, ticket, message)
    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).work_started_at is not None


def test_it_is_too_late_when_the_mail_is_on_its_way(acme: Cast) -> None:
    ticket = ticket_of(acme)
    message = write(acme, ticket)
    with acme.scope():
        OutgoingMail.objects.filter(pk=message.outgoing_id).update(state="sending", attempts=1)
    before = state(acme, ticket)
    assert undo(acme, ticket, message).status_code == 409
    assert state(acme, ticket) == before


def test_nobody_takes_back_for_others_or_twice_or_on_a_closed_ticket(acme: Cast) -> None:
    ticket = ticket_of(acme)
    message = write(acme, ticket)
    assert undo(acme, ticket, message, name="liisa").status_code == 404
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("liisa"))
    assert undo(acme, ticket, message).status_code in (403, 409)
    with acme.scope():
        lifecycle.reopen(ticket, by=acme.actor("liisa"))
    assert undo(acme, ticket, message).status_code == 200
    assert undo(acme, ticket, message).status_code == 404


def test_a_kept_file_is_forgotten_before_it_is_cleared_away(acme: Cast) -> None:
    ticket = ticket_of(acme)
    page = undo(acme, ticket, write(acme, ticket, uploads=SimpleUploadedFile("belt.txt", b"12")))
    kept = kept_in(acme, page)
    client = acme.client("aino")
    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(seconds=2)):
        answer = client.post(f"/tickets/{ticket.number}/write/", REPLY | {"kept": [kept[0]]})
    assert answer.status_code == 422
