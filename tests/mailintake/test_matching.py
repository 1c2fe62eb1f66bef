"""Which ticket a mail belongs to, whom it is believed from, and what happens with the rest."""

import pytest

from mailintake.enums import InboundState
from tests.conftest import Cast
from tests.mailintake.post import MX, OTTO, arrive, entries, open_box, outgoing, ticket_of, vouched, write
from tickets import threads
from tickets.models import Ticket
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db

STRANGER = "Mallory <mallory@evil.example>"
DESK = "support@acme.example"


@pytest.fixture(autouse=True)
def _box(acme: Cast) -> None:
    open_box(acme)


def linked(cast: Cast, raw: bytes, ticket: Ticket, *, to: str = "") -> bool:
    row = arrive(cast, raw, to=to)
    return (row.state, row.ticket_id) == (InboundState.LINKED, ticket.pk)


def test_the_signed_address_is_enough_from_anybody(acme: Cast) -> None:
    ticket = ticket_of(acme)
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)

    assert linked(acme, write(STRANGER, to=address, text="In the To field"), ticket)
    assert linked(acme, write(STRANGER, to=DESK, cc=address.upper(), text="In Cc"), ticket)
    assert linked(acme, write(STRANGER, to="hidden@acme.example", text="In the envelope"), ticket, to=address)
    assert entries(acme, ticket) == [
        ("requester", "In the To field"),
        ("requester", "In Cc"),
        ("requester", "In the envelope"),
    ]


def test_the_signed_message_id_is_enough_from_anybody(acme: Cast) -> None:
    ticket = ticket_of(acme)
    ours = threads.make_message_id(acme.tenant.pk, ticket.pk, DESK)

    assert linked(acme, write(STRANGER, in_reply_to=f"<{ours}>"), ticket)
    assert linked(acme, write(STRANGER, headers={"References": f"<x@y.example> <{ours}> <z@y.example>"}), ticket)


def test_a_forged_signature_is_none(acme: Cast, globex: Cast) -> None:
    ticket = ticket_of(acme)
    real = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    signed = real.partition("-")[2][:16]
    off_by_one = ("b" if signed[0] == "a" else "a") + signed[1:]
    forged = [
        real.replace(signed, off_by_one),
        real.replace(f"+t{ticket.pk}-", f"+t{ticket.pk + 1}-"),
        threads.reply_address(globex.tenant.pk, ticket.pk, DESK),
    ]
    ids = [
        threads.make_message_id(globex.tenant.pk, ticket.pk, DESK),
        f"{ticket.pk}.nonce-nonce.{signed}@acme.example",
    ]

    for address in forged:
        row = arrive(acme, write(STRANGER, to=address), to=address)
        assert (row.state, row.ticket_id != ticket.pk) == (InboundState.LINKED, True)
    for mail_id in ids:
        row = arrive(acme, write(STRANGER, in_reply_to=f"<{mail_id}>"))
        assert (row.state, row.ticket_id != ticket.pk) == (InboundState.LINKED, True)
    assert entries(acme, ticket) == []


def test_references_of_those_who_have_to_do_with_the_ticket(acme: Cast) -> None:
    ticket = ticket_of(acme, copies=("consultant@elsewhere.example",))
    known = "<first@paperi-acme.example>"

    assert linked(acme, write(OTTO, in_reply_to=known), ticket)
    assert linked(acme, write("Pia <pia@paperi-acme.example>", in_reply_to=known), ticket)
    assert linked(acme, write("consultant@elsewhere.example", in_reply_to=known), ticket)


def test_a_strangers_references_or_tag_wait_for_a_person(acme: Cast) -> None:
    ticket = ticket_of(acme)
    raws = [
        write(STRANGER, in_reply_to="<first@paperi-acme.example>"),
        write(STRANGER, subject=f"Re: [SYS-{ticket.number}] Lift"),
    ]

    for raw in raws:
        row = arrive(acme, raw)
        assert (row.state, row.reason) == (InboundState.TRIAGE, "possible_follow_up")
        assert (row.ticket, row.possible_ticket) == (None, ticket)
    assert entries(acme, ticket) == []
    assert outgoing(acme) == []


def test_the_tag_of_a_requester_is_enough_and_the_signature_wins_over_it(acme: Cast) -> None:
    ticket, other = ticket_of(acme), ticket_of(acme)
    address = threads.reply_address(acme.tenant.pk, other.pk, DESK)

    assert linked(acme, write(OTTO, subject=f"VS: [SYS-{ticket.number}] Lift"), ticket)
    assert linked(acme, write(OTTO, subject=f"VS: [SYS-{ticket.number}] Lift", to=address), other)


def test_another_tenants_tag_and_ids_say_nothing(acme: Cast, globex: Cast) -> None:
    theirs = ticket_of(globex)

    row = arrive(acme, write(OTTO, subject=f"[SYS-{theirs.number}] Lift", in_reply_to="<first@paperi-acme.example>"))

    assert row.state == InboundState.LINKED
    with acme.scope():
        assert Ticket.objects.get().pk == row.ticket_id != theirs.pk


def test_a_proven_member_answers_the_requester(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)

    row = arrive(acme, vouched(write("Konsta <konsta@acme.example>", to=address, text="Try again.")))

    assert (row.state, row.proven) == (InboundState.LINKED, True)
    assert entries(acme, ticket) == [("reply", "Try again.")]
    assert outgoing(acme) == [("reply", ["otto@paperi-acme.example"])]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda raw: raw,
        lambda raw: vouched(raw, server="mx.evil.example"),
        lambda raw: vouched(raw, domain="evil.example"),
        lambda raw: b"Authentication-Results: " + MX.encode() + b"; none\r\n" + vouched(raw),
    ],
    ids=["no proof", "unknown server", "another domain", "proof below the top"],
)
def test_a_member_without_proof_is_a_note_with_a_caution_and_nothing_leaves(acme: Cast, wrap: object) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)

    row = arrive(acme, wrap(write("Konsta <konsta@acme.example>", to=address, text="Send me the keys.")))

    assert (row.state, row.proven, row.reason) == (InboundState.LINKED, False, "member_unproven")
    assert row.entry.caution == "member_unproven"
    assert entries(acme, ticket) == [("note", "Send me the keys.")]
    assert outgoing(acme) == []


def test_a_forwarded_thread_and_the_customers_later_mails_in_it(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    thread = "<private-thread@paperi-acme.example>"
    tag = f"[SYS-{ticket.number}] Lift"

    forwarded = write("Konsta <konsta@acme.example>", subject=f"Fwd: {tag}", text="See below.", in_reply_to=thread)
    row = arrive(acme, vouched(forwarded))
    assert (row.state, row.ticket_id, row.entry.kind) == (InboundState.LINKED, ticket.pk, "note")

    later = write(OTTO, subject="Re: our talk", text="And the door.", in_reply_to=thread)
    assert linked(acme, later, ticket)
    stranger = arrive(acme, write(STRANGER, subject="Re: our talk", in_reply_to=thread))
    assert (stranger.state, stranger.possible_ticket) == (InboundState.TRIAGE, ticket)
    assert [kind for kind, _ in entries(acme, ticket)] == ["note", "requester"]
    assert ("reply", ["otto@paperi-acme.example"]) not in outgoing(acme)


def test_an_unproven_forward_links_no_thread(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="konsta")
    thread = "<private-thread@paperi-acme.example>"
    tag = f"Fwd: [SYS-{ticket.number}] Lift"
    arrive(acme, write("Konsta <konsta@acme.example>", subject=tag, in_reply_to=thread))

    row = arrive(acme, write(OTTO, subject="Re: our talk", in_reply_to=thread))

    assert row.ticket_id != ticket.pk


def test_a_reply_to_a_closed_ticket_opens_a_follow_up(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
    address = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)

    row = arrive(acme, write(OTTO, to=address, text="Stuck again."))

    assert row.state == InboundState.LINKED
    with acme.scope():
        follow_up = Ticket.objects.get(parent=ticket)
        assert row.ticket_id == follow_up.pk
    assert entries(acme, ticket) == []
