"""A member works from the mail program: commands, replies past the desk, and what none of that may do."""

from decimal import Decimal

import pytest

from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import OTTO, arrive, entries, open_box, outgoing, ticket_of, vouched, write
from tickets import threads
from tickets.enums import StatusClass
from tickets.models import Message, Ticket, TicketEvent, WorkEntry

pytestmark = pytest.mark.django_db

KONSTA = "Konsta <konsta@acme.example>"
DESK = "support@acme.example"
OTTO_ADDRESS = "otto@paperi-acme.example"


@pytest.fixture(autouse=True)
def _box(acme: Cast) -> None:
    open_box(acme)


@pytest.fixture
def ticket(acme: Cast) -> Ticket:
    return ticket_of(acme, assignee="konsta")


def command(cast: Cast, ticket: Ticket, text: str, sender: str = KONSTA, **more: object) -> InboundMessage:
    """A member's proven mail to the ticket's signed address."""
    address = threads.reply_address(cast.tenant.pk, ticket.pk, DESK)
    return arrive(cast, vouched(write(sender, to=address, text=text, **more)))


def answers(cast: Cast) -> list[str]:
    with cast.scope():
        return [mail.text.strip() for mail in OutgoingMail.objects.filter(purpose="commands").order_by("pk")]


def to_requester(cast: Cast) -> list[str]:
    return [purpose for purpose, receivers in outgoing(cast) if OTTO_ADDRESS in receivers]


def test_start_and_time_send_the_requester_nothing(acme: Cast, ticket: Ticket) -> None:
    row = command(acme, ticket, "#start\n#time 1h 15min drive")

    assert (row.state, row.ticket_id, row.entry) == (InboundState.LINKED, ticket.pk, None)
    assert answers(acme) == ["SYS-1001: investigation started, 1 h 15 min logged."]
    assert to_requester(acme) == []
    assert entries(acme, ticket) == []
    with acme.scope():
        assert ticket.refreshed().work_started_at
        entry = WorkEntry.objects.get()
        assert (entry.minutes, entry.text, entry.member_id) == (75, "drive", acme.members["konsta"].pk)


def test_time_takes_kilometres_and_what_becomes_of_it(acme: Cast, ticket: Ticket) -> None:
    command(acme, ticket, "#aika 1h30 km 42,5 takuu (alle vuoden vanha) hihna vaihdettu\n#time 20 internal")

    assert answers(acme) == ["SYS-1001: 1 h 30 min, On site, 42.5 km, Warranty logged, 20 min, Internal logged."]
    with acme.scope():
        first, second = WorkEntry.objects.select_related("work_type").order_by("pk")
        said = (first.minutes, first.work_type.code, first.kilometres, first.billing, first.reason, first.text)
        assert said == (90, "onsite", Decimal("42.5"), "warranty", "alle vuoden vanha", "hihna vaihdettu")
        assert (second.billing, second.kilometres, second.work_type.code) == ("internal", 0, "remote")


def test_a_solution_with_its_time_and_files(acme: Cast, ticket: Ticket) -> None:
    row = command(acme, ticket, "#ratkaistu 30 min\nHihna vaihdettu.\n", files={"kuva.txt": b"belt"})

    assert answers(acme) == ["SYS-1001: resolved, 30 min logged."]
    assert to_requester(acme) == ["solution"]
    with acme.scope():
        now = ticket.refreshed()
        assert (now.status_class, now.solution) == (StatusClass.RESOLVED, "Hihna vaihdettu.")
        assert row.entry is not None
        assert [file.name for file in row.entry.attachments.all()] == ["kuva.txt"]


def test_text_beside_a_bare_resolved_is_the_solution_once(acme: Cast, ticket: Ticket) -> None:
    command(acme, ticket, "We changed the belt.\n\n#resolved")

    assert to_requester(acme) == ["solution"]
    with acme.scope():
        assert ticket.refreshed().solution == "We changed the belt."


def test_a_reply_a_note_and_a_question_are_what_they_are(acme: Cast, ticket: Ticket) -> None:
    command(acme, ticket, "Hello Otto, we look at it.\n#note Belt is in Turku.\n#ask Which serial number?")

    assert entries(acme, ticket) == [
        ("reply", "Hello Otto, we look at it."),
        ("note", "Belt is in Turku."),
        ("reply", "Which serial number?"),
    ]
    with acme.scope():
        assert ticket.refreshed().status_class == StatusClass.WAITING_REQUESTER
        note = Message.objects.get(kind="note")
    assert all(note.text not in mail for mail in texts_to_requester(acme))


def texts_to_requester(cast: Cast) -> list[str]:
    with cast.scope():
        return [mail.text + mail.html for mail in OutgoingMail.objects.all() if OTTO_ADDRESS in mail.to]


@pytest.mark.parametrize("name", ["aino", "Aino Agent", "AINO@acme.example"])
def test_handing_over_by_name_or_address(acme: Cast, ticket: Ticket, name: str) -> None:
    command(acme, ticket, f"#to {name}")

    with acme.scope():
        assert ticket.refreshed().assignee_id == acme.aino.pk
    assert answers(acme) == ["SYS-1001: handed to Aino Agent."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#start\n#resovled all fine", "#resovled is no command."),
        ("#start\n#to nobody at all", "Nobody here is called “nobody at all”."),
        ("#time 45 km many", "Write the kilometres like km 42, right behind the time."),
        (
            "#time 45 warranty: belt",
            "Write in brackets why it is not charged, like #time 45 warranty (under a year old).",
        ),
        ("#start\n#time yesterday", "Write the time like #time 45 or #time 1h 30min, a day at most."),
        ("#start\n#resolved", "Write the solution behind #resolved."),
        ("Hello\n#start\n#note", "Write the note behind #note."),
    ],
)
def test_a_mail_that_cannot_be_obeyed_whole_does_nothing_and_says_so(
    acme: Cast, ticket: Ticket, text: str, why: str
) -> None:
    command(acme, ticket, text)

    assert answers(acme) == [f"SYS-1001: nothing was done. {why}"]
    assert to_requester(acme) == []
    assert entries(acme, ticket) == [("note", text)]
    with acme.scope():
        assert ticket.refreshed().work_started_at is None
        assert Message.objects.get(kind="note").caution == "command_refused"


def test_answers_are_in_the_members_language(acme: Cast, ticket: Ticket) -> None:
    user = acme.members["konsta"].user
    user.language = "fi"
    user.save(update_fields=["language"])

    command(acme, ticket, "#aloita")

    assert answers(acme) == ["SYS-1001: selvitys aloitettu."]


def test_commands_without_proof_are_text(acme: Cast, ticket: Ticket) -> None:
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    row = arrive(acme, write(KONSTA, to=address, text="#resolved 3 h\nAll fine."))

    assert row.reason == "member_unproven"
    assert (answers(acme), to_requester(acme)) == ([], [])
    with acme.scope():
        assert ticket.refreshed().status_class == StatusClass.NEW
        assert not WorkEntry.objects.exists()


def test_a_requesters_hash_is_text(acme: Cast, ticket: Ticket) -> None:
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    arrive(acme, vouched(write(OTTO, to=address, text="#resolved thanks"), domain="paperi-acme.example"))

    assert entries(acme, ticket) == [("requester", "#resolved thanks")]
    with acme.scope():
        assert ticket.refreshed().status_class == StatusClass.NEW


def test_a_member_who_lost_the_ticket_can_only_leave_a_note(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="aino")

    row = command(acme, ticket, "#resolved done")

    assert (row.state, row.reason) == (InboundState.LINKED, "member_without_right")
    assert (answers(acme), to_requester(acme)) == ([], [])
    assert entries(acme, ticket) == [("note", "#resolved done")]


def test_a_reply_that_went_past_the_desk_is_kept_and_not_sent_again(acme: Cast, ticket: Ticket) -> None:
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    direct = write(KONSTA, to=OTTO, cc=address, text="We come at nine.", message_id="<direct@acme.example>")
    row = arrive(acme, vouched(direct))

    assert entries(acme, ticket) == [("reply", "We come at nine.")]
    assert to_requester(acme) == []
    with acme.scope():
        now = ticket.refreshed()
        assert now.first_responded_at == row.received_at
        assert now.status_class == StatusClass.OPEN
        assert list(TicketEvent.objects.filter(kind="delivered").values_list("at", flat=True)) == [row.received_at]

    answer = arrive(acme, write(OTTO, to=KONSTA, cc=DESK, text="Good.", in_reply_to="<direct@acme.example>"))
    assert answer.ticket_id == ticket.pk
    assert entries(acme, ticket)[1:] == [("requester", "Good.")]
    assert outgoing(acme) == []  # the consultant has it already


def test_a_member_who_writes_first_opens_the_requesters_ticket(acme: Cast) -> None:
    row = arrive(acme, vouched(write(KONSTA, subject="Belt", to=OTTO, cc=DESK, text="I noticed a worn belt.")))

    with acme.scope():
        ticket = Ticket.objects.get(pk=row.ticket_id)
        assert ticket.requester_id == acme.requester.pk
        assert ticket.first_responded_at is not None
        assert list(ticket.messages.values_list("kind", "text")) == [("reply", "I noticed a worn belt.")]
    assert outgoing(acme) == []


def test_a_colleague_who_asks_for_help_is_a_requester_like_any(acme: Cast) -> None:
    first = arrive(acme, vouched(write(KONSTA, subject="My laptop", text="It is slow.")))
    assert first.ticket is not None
    more = command(acme, first.ticket, "Now it is dead.")

    assert more.ticket_id == first.ticket_id
    assert entries(acme, first.ticket) == [("requester", "Now it is dead.")]
