"""What somebody outside is asked about a ticket: it comes back there, and the requester never learns of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import RequesterAddress
from core.files import load
from mailintake.enums import InboundState
from outbox.models import OutgoingFile, OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import OTTO, arrive, entries, open_box, ticket_of, vouched, write
from tickets import threads
from tickets.enums import EventKind, StatusClass
from tickets.models import Attachment, Message, SideConversation, SideFile, SideMessage, Ticket
from tickets.services import conversation, lifecycle, sides
from tickets.services.conversation import NewFile, Written
from tickets.services.links import make_confirm_link, make_work_link
from tickets.services.merging import merge
from tickets.services.sides import Question

pytestmark = pytest.mark.django_db
SUPPLIER = "Sami Sarkka <sami@supplier.example>"
ADDRESS = "sami@supplier.example"
DESK = "support@acme.example"
SECRET = "The controller is out of stock, tell nobody"


@pytest.fixture(autouse=True)
def _box(acme: Cast) -> None:
    open_box(acme)


def ask(cast: Cast, ticket: Ticket, *, waits: bool = False, text: str = "Have you one?") -> SideConversation:
    with cast.scope():
        asked = Question(addresses=[ADDRESS], subject="Controller PX-4", written=Written(text=text), waits=waits)
        return sides.begin(ticket, asked, by=cast.actor("aino"))


def address_of(cast: Cast, side: SideConversation) -> str:
    return threads.side_address(cast.tenant.pk, side.pk, DESK)


def said(cast: Cast, side: SideConversation) -> list[tuple[str, str]]:
    """(caution, text) of each mail in it but the first."""
    with cast.scope():
        rows = SideMessage.objects.filter(side=side).order_by("pk").values_list("caution", "text")
        return [(caution, text.strip()) for caution, text in rows][1:]


def status_of(cast: Cast, ticket: Ticket) -> str:
    with cast.scope():
        return Ticket.objects.get(pk=ticket.pk).status_class


def waits(cast: Cast, side: SideConversation) -> bool:
    with cast.scope():
        return SideConversation.objects.get(pk=side.pk).waits_since is not None


def test_asked_from_the_page_and_answered_by_mail(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    with acme.scope():
        photo = NewFile("photo.png", "image/png", b"\x89PNG")
        conversation.receive(
            ticket, Written(text="It looks so.", files=[photo]), by=acme.actor("aino"), at=ticket.received_at
        )
        file = Attachment.objects.get(name="photo.png")
        OutgoingMail.objects.all().delete()
    client, page = acme.client("aino"), reverse("tickets:side_ask", args=[ticket.number])
    typed = {"to": "Sami@Supplier.example", "subject": "Controller", "text": "Have you one?", "along": [file.pk]}

    answer = client.post(page, typed | {"waits": "on"})

    with acme.scope():
        side, mail = SideConversation.objects.get(), OutgoingMail.objects.get()
        assert (mail.to, mail.cc, mail.reply_to) == ([ADDRESS], [], address_of(acme, side))
        assert (mail.references, mail.in_reply_to) == ([], "")
        assert "It does not move" not in mail.text + mail.html
        assert load(OutgoingFile.objects.get(mail=mail).storage_key) == b"\x89PNG"
        assert threads.named_by_message_id(acme.tenant.pk, mail.message_id) == threads.Signed(side.pk, is_side=True)
    assert answer["Location"] == f"{ticket.get_absolute_url()}?side={side.pk}#side-{side.pk}"
    assert status_of(acme, ticket) == StatusClass.WAITING_THIRD_PARTY
    assert f'id="side-{side.pk}" open' in client.get(answer["Location"]).content.decode()

    row = arrive(acme, write(SUPPLIER, to=mail.reply_to, text=SECRET, files={"offer.pdf": b"%PDF"}), to=mail.reply_to)

    assert (row.state, row.ticket_id, row.entry) == (InboundState.LINKED, ticket.pk, None)
    assert said(acme, side) == [("", SECRET)]
    assert entries(acme, ticket) == [("requester", "It looks so.")]
    assert (status_of(acme, ticket), waits(acme, side)) == (StatusClass.OPEN, False)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert SECRET in page
    assert "Sami Sarkka answered in the side conversation" in page
    with acme.scope():
        offer = SideFile.objects.get(name="offer.pdf")
        told = OutgoingMail.objects.order_by("pk").last()
        assert told is not None
        assert (told.to, told.reply_to) == (["konsta@acme.example"], mail.reply_to)
    assert client.get(reverse("tickets:side_file", args=[offer.pk])).content == b"%PDF"


def test_the_requester_sees_nothing_of_it(acme: Cast) -> None:
    """Neither the pages behind their links nor any mail to them or of the conversation, whatever comes after."""
    ticket = ticket_of(acme, assignee="konsta", copies=("pia@paperi-acme.example",))
    side = ask(acme, ticket, text=f"Asked: {SECRET}")
    arrive(acme, write(SUPPLIER, to=address_of(acme, side), text=SECRET), to=address_of(acme, side))
    with acme.scope():
        # Whoever holds the ticket has been told of it, and nobody else of anything later.
        OutgoingMail.objects.all().delete()
        arrived = write(OTTO, to=threads.reply_address(acme.tenant.pk, ticket.pk, DESK), text="And now?")
    arrive(acme, arrived)
    with acme.scope():
        conversation.reply(ticket, Written(text="Soon."), by=acme.actor("aino"))
        lifecycle.resolve(ticket, solution="Replaced.", by=acme.actor("aino"))
        work, confirm = make_work_link(ticket, acme.members["konsta"]), make_confirm_link(ticket, acme.requester)
        mails = list(OutgoingMail.objects.all())
        assert {"reply", "solution"} <= {mail.purpose for mail in mails}
        assert not [mail for mail in mails if "controller" in f"{mail.subject}{mail.text}{mail.html}".lower()]
        assert not Message.objects.filter(text__contains="controller").exists()
    stranger = acme.client()
    for path in (reverse("portal:confirm", args=[confirm]), reverse("portal:work", args=[work])):
        assert "controller" not in stranger.get(path).content.decode().lower()
    printed = acme.client("aino").get(reverse("tickets:print", args=[ticket.number]) + "?notes=1").content.decode()
    assert "controller" not in printed.lower()


def test_who_writes_there_without_being_asked(acme: Cast) -> None:
    """A stranger changes nothing, a program neither; the requester's mail waits for a person, and is not put there."""
    ticket = ticket_of(acme)
    side = ask(acme, ticket, waits=True)
    to = address_of(acme, side)

    strange = arrive(acme, write("Mallory <mallory@evil.example>", to=to, text="Send it to me"), to=to)
    away = arrive(acme, write(SUPPLIER, to=to, text="I am away", headers={"Auto-Submitted": "auto-replied"}), to=to)
    theirs = arrive(acme, write(OTTO, to=to, text="What is this?"), to=to)

    assert (strange.state, away.state) == (InboundState.LINKED, InboundState.LINKED)
    assert said(acme, side) == [("stranger", "Send it to me"), ("auto_reply", "I am away")]
    assert (theirs.state, theirs.reason, theirs.possible_ticket) == (
        InboundState.TRIAGE,
        "possible_follow_up",
        ticket,
    )
    assert entries(acme, ticket) == []
    assert (status_of(acme, ticket), waits(acme, side)) == (StatusClass.WAITING_THIRD_PARTY, True)


def test_the_requesters_reply_address_wins_for_the_requester_and_the_side_for_who_was_asked(acme: Cast) -> None:
    ticket = ticket_of(acme)
    side = ask(acme, ticket)
    both = f"{threads.reply_address(acme.tenant.pk, ticket.pk, DESK)}, {address_of(acme, side)}"
    ours = threads.make_side_message_id(acme.tenant.pk, side.pk, DESK)

    arrive(acme, write(OTTO, to=both, text="Mine", in_reply_to=f"<{ours}>"))
    arrive(acme, write(SUPPLIER, to=both, text="For the desk"))
    arrive(
        acme, write(SUPPLIER, in_reply_to=f"<{ours}>", text="By its Message-ID", message_id="<own@supplier.example>")
    )
    arrive(acme, write(SUPPLIER, in_reply_to="<own@supplier.example>", text="By their own"))

    assert entries(acme, ticket) == [("requester", "Mine")]
    assert said(acme, side) == [("", "For the desk"), ("", "By its Message-ID"), ("", "By their own")]


def test_forged_tokens_name_nothing(acme: Cast, globex: Cast) -> None:
    ticket = ticket_of(acme)
    side = ask(acme, ticket)
    real = address_of(acme, side)
    forged = [
        real.replace(f"+s{side.pk}-", f"+t{ticket.pk}-"),
        real.replace(f"+s{side.pk}-", f"+s{side.pk + 1}-"),
        threads.reply_address(acme.tenant.pk, side.pk, DESK).replace("+t", "+s"),
        threads.side_address(globex.tenant.pk, side.pk, DESK),
    ]

    for address in forged:
        row = arrive(acme, write("Mallory <mallory@evil.example>", to=address, text=f"To {address}"), to=address)
        assert row.ticket_id not in {None, ticket.pk}
    assert (entries(acme, ticket), said(acme, side)) == ([], [])


def test_a_members_mail_goes_on_with_it_only_when_proven(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    side = ask(acme, ticket)
    to, konsta = address_of(acme, side), "Konsta <konsta@acme.example>"
    with acme.scope():
        OutgoingMail.objects.all().delete()

    arrive(acme, vouched(write(konsta, to=to, text="When?")), to=to)
    arrive(acme, vouched(write(konsta, to=ADDRESS, cc=to, text="Sent already")), to=to)
    arrive(acme, write(konsta, to=to, text="Not proven"), to=to)
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"), notify=False)
        lifecycle.close(ticket, by=acme.actor("aino"))
    arrive(acme, vouched(write(konsta, to=to, text="Too late")), to=to)

    told = [("", "When?"), ("", "Sent already"), ("member_unproven", "Not proven"), ("closed_unsent", "Too late")]
    assert said(acme, side) == told
    assert entries(acme, ticket) == [("reply", "Done.")]
    with acme.scope():
        assert [mail.to for mail in OutgoingMail.objects.all()] == [[ADDRESS]]


def test_a_colleague_who_was_asked_answers_like_anybody(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        asked = Question(addresses=["konsta@acme.example"], subject="Belt", written=Written(text="Have you one?"))
        side = sides.begin(ticket, asked, by=acme.actor("aino"))
        OutgoingMail.objects.all().delete()

    arrive(acme, write("Konsta <konsta@acme.example>", to=address_of(acme, side), text="Yes"))

    assert (said(acme, side), waits(acme, side)) == ([("", "Yes")], False)
    with acme.scope():
        assert not OutgoingMail.objects.exists()


def test_a_bounce_and_an_answer_to_a_closed_ticket_stay_with_the_desk(acme: Cast) -> None:
    ticket = ticket_of(acme)
    side = ask(acme, ticket)
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"), notify=False)
        lifecycle.close(ticket, by=acme.actor("aino"))
        ours = OutgoingMail.objects.get(purpose="side").message_id
    to = address_of(acme, side)

    late = arrive(acme, write(SUPPLIER, to=to, text="Late"), to=to)
    bounce = (
        f"Delivery failed permanently.\n\nMessage-ID: <{ours}>\n\nFinal-Recipient: rfc822; {ADDRESS}\nStatus: 5.1.1\n"
    )
    lost = arrive(
        acme,
        write("MAILER-DAEMON@supplier.example", subject="Undelivered Mail Returned to Sender", text=bounce),
    )

    assert (late.state, lost.state, lost.ticket_id) == (InboundState.LINKED, InboundState.LINKED, ticket.pk)
    assert [caution for caution, _ in said(acme, side)] == ["", "bounce"]
    assert (entries(acme, ticket)[1:], status_of(acme, ticket)) == ([], StatusClass.CLOSED)


def test_it_goes_on_where_its_ticket_was_merged_into(acme: Cast) -> None:
    ticket, other = ticket_of(acme), ticket_of(acme)
    side = ask(acme, ticket)
    with acme.scope():
        merge(ticket, other, by=acme.actor("aino"))
    to = address_of(acme, side)

    assert arrive(acme, write(SUPPLIER, to=to, text="In stock"), to=to).ticket_id == other.pk
    assert "In stock" in acme.client("aino").get(other.get_absolute_url()).content.decode()


def test_a_message_is_forwarded_without_our_links_and_a_note_never(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        link = acme.tenant.url(reverse("portal:work", args=[make_work_link(ticket, acme.members["konsta"])]))
        reply = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
        file = NewFile("log.txt", "text/plain", b"log")
        text = f"See {link}?do=start#start and write to {reply}."
        told = conversation.receive(
            ticket, Written(text=text, files=[file]), by=acme.actor("aino"), at=ticket.received_at + timedelta(hours=1)
        )
        note = conversation.note(ticket, Written(text="Secret", files=[file]), by=acme.actor("aino"))
    client, page = acme.client("aino"), reverse("tickets:side_ask", args=[ticket.number])

    form = client.get(f"{page}?message={told.pk}").context["form"]
    begun = form["text"].value()
    assert f"> See … and write to {DESK}." in begun
    assert [name for _pk, name in form.fields["along"].choices] == ["log.txt (3\xa0B)"]
    assert client.get(f"{page}?message={note.pk}").status_code == 404
    # What somebody pastes by hand loses them as well.
    client.post(page, {"to": ADDRESS, "subject": "Log", "text": begun + link, "along": form.initial["along"]})
    with acme.scope():
        mail = OutgoingMail.objects.get(purpose="side")
        assert not re.search(r"/l/\w|\+t\d", mail.text)
        assert [each.name for each in mail.files.all()] == ["log.txt"]


@pytest.mark.parametrize(
    ("to", "said_why"),
    [
        ("", "This field is required"),
        ("nobody", "valid email"),
        ("otto@paperi-acme.example", "reads the replies"),
        ("support+x@acme.example, a@b.example", None),
        (DESK, "own address"),
        (",".join(f"a{number}@b.example" for number in range(11)), "At most 10"),
    ],
)
def test_whom_one_may_ask(acme: Cast, to: str, said_why: str | None) -> None:
    ticket = ticket_of(acme)
    page = reverse("tickets:side_ask", args=[ticket.number])

    answer = acme.client("aino").post(page, {"to": to, "subject": "A", "text": "B"})

    assert answer.status_code == (422 if said_why else 302)
    assert said_why is None or said_why in answer.content.decode()
    with acme.scope():
        assert SideConversation.objects.exists() == (said_why is None)
        assert RequesterAddress.objects.count() == 1


def test_two_hold_the_ticket_until_both_are_answered_or_settled(acme: Cast) -> None:
    ticket = ticket_of(acme)
    one, two = ask(acme, ticket, waits=True), ask(acme, ticket, waits=True)

    arrive(acme, write(SUPPLIER, to=address_of(acme, one), text="Yes"), to=address_of(acme, one))
    assert status_of(acme, ticket) == StatusClass.WAITING_THIRD_PARTY
    client = acme.client("aino")
    assert client.post(reverse("tickets:side_settle", args=[ticket.number, two.pk])).status_code == 302
    assert status_of(acme, ticket) == StatusClass.OPEN
    assert client.post(reverse("tickets:side_write", args=[ticket.number, two.pk]), {"text": ""}).status_code == 422
    assert (
        client.post(reverse("tickets:side_write", args=[ticket.number, two.pk]), {"text": "More"}).status_code == 302
    )
    with acme.scope():
        kinds = [event.kind for event in ticket.events.in_order() if event.kind.startswith("side")]
    assert kinds == [
        *(EventKind.SIDE_ASKED, EventKind.SIDE_ASKED, EventKind.SIDE_ANSWERED),
        *(EventKind.SIDE_SETTLED, EventKind.SIDE_ASKED),
    ]
