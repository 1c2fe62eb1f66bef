"""Files of a reply: they go along while the mail stays small enough, and as links that open only their own ticket."""

import re

import pytest
from django.test import Client

from outbox.delivery import envelope
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import AccessLink, Ticket
from tickets.services import assignment, conversation, letters, lifecycle
from tickets.services.conversation import NewFile, Written

pytestmark = pytest.mark.django_db
SMALL, LARGE = NewFile("note.txt", "text/plain", b"a" * 200), NewFile("film.bin", "video/mp4", b"b" * 900)
URL = re.compile(r"https?://[^/\s]+(/[lc]/\S+)")


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MOST_CARRIED", 1000)


def sent(cast: Cast, purpose: Purpose) -> OutgoingMail:
    with cast.scope():
        return OutgoingMail.objects.prefetch_related("files").filter(purpose=purpose).latest("pk")


def names(mail: OutgoingMail) -> list[str]:
    return [file.name for file in mail.files.all()]


def path_in(mail: OutgoingMail, name: str) -> str:
    (line,) = [line for line in mail.text.splitlines() if line.startswith(f"{name} (")]
    found = URL.search(line)
    assert found, line
    return found[1]


def fetch(cast: Cast, path: str) -> bytes:
    answer = Client(headers={"host": cast.tenant.host}).get(path)
    if answer.status_code != 200:
        return str(answer.status_code).encode()
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_files_within_the_limit_all_go_along(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        conversation.reply(ticket, Written(text="x", files=[SMALL, SMALL]), by=acme.actor("aino"))
        assert not AccessLink.objects.exists()

    mail = sent(acme, Purpose.REPLY)
    assert names(mail) == ["note.txt", "note.txt"]
    assert "/c/" not in mail.text


def test_what_is_too_large_goes_as_a_link_that_its_reader_can_open(acme: Cast, globex: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        conversation.reply(ticket, Written(text="x", files=[LARGE, SMALL, LARGE]), by=acme.actor("aino"))

    mail = sent(acme, Purpose.REPLY)
    assert names(mail) == ["note.txt"]
    lines = [line for line in mail.text.splitlines() if "film.bin" in line]
    assert len(lines) == 2
    paths = [URL.search(line)[1] for line in lines]  # type: ignore[index]
    assert [fetch(acme, path) for path in paths] == [b"b" * 900] * 2
    assert fetch(globex, paths[0]) == b"404"
    with acme.scope():
        assert AccessLink.objects.count() == 1
        assert b"b" * 100 not in envelope(mail, mail.to).content


def test_the_link_dies_with_those_of_the_ticket(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        conversation.reply(ticket, Written(text="x", files=[LARGE, LARGE]), by=acme.actor("aino"))
    path = path_in(sent(acme, Purpose.REPLY), "film.bin")
    assert fetch(acme, path) == b"b" * 900

    with acme.scope():
        lifecycle.resolve(Ticket.objects.get(pk=ticket.pk), solution="Done.", by=acme.actor("aino"))
        lifecycle.reopen(Ticket.objects.get(pk=ticket.pk), by=acme.actor("aino"))
    assert fetch(acme, path) == b"410"


def test_a_link_opens_no_file_of_a_note_or_another_ticket(acme: Cast) -> None:
    ticket, other = ticket_of(acme), ticket_of(acme)
    with acme.scope():
        note = conversation.note(ticket, Written(text="n", files=[SMALL]), by=acme.actor("aino"))
        elsewhere = conversation.reply(other, Written(text="o", files=[SMALL]), by=acme.actor("aino"))
        conversation.reply(ticket, Written(text="x", files=[LARGE, LARGE]), by=acme.actor("aino"))
        hidden = [message.attachments.get().pk for message in (note, elsewhere)]
    base = path_in(sent(acme, Purpose.REPLY), "film.bin").rstrip("/").rpartition("/")[0]

    assert [fetch(acme, f"{base}/{pk}/") for pk in hidden] == [b"404", b"404"]


def test_the_consultant_gets_links_of_their_own(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        conversation.note(ticket, Written(text="n"), by=acme.actor("aino"))
        message = ticket.messages.order_by("pk")[0]
        for file in (LARGE, LARGE):
            conversation.add_message(
                ticket, message.kind, Written(text="", files=[file]), by=acme.actor("aino"), at=message.at
            )
        ticket.attachments.update(message=message)
        assignment.assign(ticket, acme.konsta, by=acme.actor("aino"))

    mail = sent(acme, Purpose.DETAILS)
    assert names(mail) == ["film.bin"]
    assert path_in(mail, "film.bin").startswith("/l/")
    assert "film.bin" in mail.html
