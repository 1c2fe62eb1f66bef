"""Addresses that only look like those of people the desk knows (A50): strangers' as before, and marked.

What a reader takes an address for is held in tests/core/test_lookalikes.py.
"""

import pytest

from mailintake.enums import InboundState
from mailintake.models import Mailbox
from tests.conftest import Cast
from tests.mailintake.post import arrive, entries, open_box, ticket_of, write
from tickets import threads
from tickets.models import Message

pytestmark = pytest.mark.django_db
OTTO, AINO, DESK = "otto@paperi-acme.example", "aino@acme.example", "support@acme.example"
ALPHA, OMICRON = "\N{CYRILLIC SMALL LETTER A}", "\N{GREEK SMALL LETTER OMICRON}"
# (what it looks like, what it is): in the name, in the domain, and in the domain as machines write it.
WORN = [
    (OTTO, OTTO.replace("o", OMICRON, 1)),
    (OTTO, OTTO.replace("@pa", f"@p{ALPHA}")),
    (OTTO, "otto@xn--pperi-acme-zqi.example"),
    (AINO, AINO.replace("@a", f"@{ALPHA}")),
    (DESK, DESK.replace("@a", f"@{ALPHA}")),
]


def mail_of(sender: str, **more: str) -> bytes:
    """A mail with the sender's letters as they are, which no library would write."""
    return write("Otto Oja <PLACE@place.example>", **more).replace(b"PLACE@place.example", sender.encode())


def page(cast: Cast, path: str) -> str:
    return cast.client("ada").get(path).content.decode()


def marked(known: str) -> str:
    return f"Looks like {known}, but is another address."


@pytest.mark.parametrize(("known", "worn"), WORN)
def test_on_a_ticket_in_triage_and_in_the_log_it_is_marked(acme: Cast, known: str, worn: str) -> None:
    """Where it opens a ticket, where it waits for a person, and where it is looked up."""
    box = open_box(acme)
    ticket_of(acme)
    opened = arrive(acme, mail_of(worn))
    with acme.scope():
        Mailbox.objects.filter(pk=box.pk).update(mode="triage")
    held = arrive(acme, mail_of(worn, text="Another one.\n"))

    assert (opened.state, held.state) == (InboundState.LINKED, InboundState.TRIAGE)
    assert opened.entry.looks_like == known
    for path in (f"/tickets/{opened.ticket.number}/", f"/triage/{held.pk}/", f"/mail/in/{held.pk}/"):
        assert marked(known) in page(acme, path), path


def test_the_mark_is_there_after_a_person_has_taken_the_mail_in(acme: Cast) -> None:
    open_box(acme, mode="triage")
    ticket = ticket_of(acme)
    row = arrive(acme, mail_of(WORN[0][1]))
    acme.client("aino").post(f"/triage/{row.pk}/link/", {"number": ticket.number})

    with acme.scope():
        assert Message.objects.get(text__contains="More about it").looks_like == OTTO


def test_by_the_signed_address_it_is_a_marked_stranger_and_for_the_desk_only(acme: Cast) -> None:
    open_box(acme)
    ticket = ticket_of(acme)
    with acme.scope():
        to = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    row = arrive(acme, mail_of(WORN[1][1], to=to), to=to)

    assert row.ticket_id == ticket.pk
    assert (row.entry.caution, row.entry.looks_like) == ("stranger", OTTO)
    assert entries(acme, ticket) == [("requester", "More about it.")]


@pytest.mark.parametrize(
    "sender",
    [
        OTTO,
        "nobody@elsewhere.example",
        f"n{OMICRON}body@elsewhere.example",
        "otto@xn--lsewhere-b8g.example",
    ],
)
def test_whoever_looks_like_nobody_known_is_not_marked(acme: Cast, globex: Cast, sender: str) -> None:
    open_box(acme)
    row = arrive(acme, mail_of(sender))

    assert row.entry.looks_like == ""
    assert "Looks like" not in page(acme, f"/tickets/{row.ticket.number}/")


def test_people_of_another_tenant_are_nobody_here(acme: Cast, globex: Cast) -> None:
    open_box(acme)
    open_box(globex)
    row = arrive(acme, mail_of(f"support@gl{OMICRON}bex.example"))

    assert row.entry.looks_like == ""


def test_an_international_address_is_shown_as_people_and_as_machines_write_it(acme: Cast) -> None:
    open_box(acme, mode="triage")
    row = arrive(acme, mail_of("otto@xn--pperi-acme-zqi.example"))

    for path in (f"/triage/{row.pk}/", f"/mail/in/{row.pk}/"):
        assert f"otto@p{ALPHA}peri-acme.example (xn--pperi-acme-zqi.example)" in page(acme, path)
