"""Which ticket a mail belongs to, whom it is believed from, and what happens with the rest."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Requester, RequesterAddress
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, ThreadMark
from tests.conftest import Cast
from tests.mailintake.post import MX, OTTO, arrive, entries, open_box, outgoing, ticket_of, vouched, write
from tickets import threads
from tickets.enums import Channel, StatusClass
from tickets.models import Ticket
from tickets.services import lifecycle
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.merging import merge

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


PIA = "Pia Puu <pia@elsewhere.example>"


def merged(cast: Cast) -> tuple[Ticket, Ticket]:
    """Pia's ticket, at the beginning of a chain, and Otto's at its end; they are of no common company."""
    with cast.scope():
        pia = Requester.objects.create(name="Pia Puu", language="fi")
        RequesterAddress.objects.create(requester=pia, email="pia@elsewhere.example")
        matter = Matter(
            title="Stuck",
            queue=cast.desk.queue,
            requester=pia,
            written=Written(text="Help.", mail_id="pia-1@elsewhere.example"),
            channel=Channel.MAIL,
            received_at=timezone.now(),
        )
        source = open_ticket(matter, by=SYSTEM, notify=False)
    between, survivor = ticket_of(cast), ticket_of(cast)
    with cast.scope():
        merge(source, between, by=SYSTEM)
        merge(between, survivor, by=SYSTEM)
    return source, survivor


def test_what_points_to_a_merged_ticket_goes_where_that_goes_on(acme: Cast) -> None:
    source, survivor = merged(acme)
    address = threads.reply_address(acme.tenant.pk, source.pk, DESK)
    ours = threads.make_message_id(acme.tenant.pk, source.pk, DESK)

    assert linked(acme, write(PIA, to=address, text="By address"), survivor)
    assert linked(acme, write(PIA, in_reply_to=f"<{ours}>", text="By our Message-ID"), survivor)
    assert linked(acme, write(PIA, in_reply_to="<pia-1@elsewhere.example>", text="By References"), survivor)
    assert linked(acme, write(PIA, subject=f"Re: [SYS-{source.number}] Stuck", text="By tag"), survivor)
    assert entries(acme, survivor) == [
        ("requester", "By address"),
        ("requester", "By our Message-ID"),
        ("requester", "By References"),
        ("requester", "By tag"),
    ]
    with acme.scope():
        assert not survivor.messages.filter(caution="stranger").exists()
        assert Ticket.objects.get(pk=source.pk).status_class == StatusClass.MERGED


def test_a_marked_thread_and_a_bounce_follow_the_merge(acme: Cast) -> None:
    source, survivor = merged(acme)
    ours = threads.make_message_id(acme.tenant.pk, source.pk, DESK)
    with acme.scope():
        ThreadMark.objects.create(ticket=source, mail_id="talk@elsewhere.example")
    returned = write("MAILER-DAEMON@mx.example", subject="Undelivered mail", text=f"Message-ID: <{ours}>\n550 No.")

    assert linked(acme, write(PIA, in_reply_to="<talk@elsewhere.example>"), survivor)
    row = arrive(acme, returned)
    assert (row.state, row.reason, row.ticket_id) == (InboundState.LINKED, "bounce", survivor.pk)


def test_a_stranger_gains_nothing_by_a_merge(acme: Cast) -> None:
    """A signature is shown to the desk alone; without one a person decides, and is offered the survivor."""
    source, survivor = merged(acme)
    address = threads.reply_address(acme.tenant.pk, source.pk, DESK)

    row = arrive(acme, write(STRANGER, to=address))
    assert (row.ticket_id, row.entry.caution) == (survivor.pk, "stranger")
    for raw in (
        write(STRANGER, in_reply_to="<pia-1@elsewhere.example>"),
        write(STRANGER, subject=f"[SYS-{source.number}] Stuck"),
    ):
        row = arrive(acme, raw)
        assert (row.state, row.ticket, row.possible_ticket) == (InboundState.TRIAGE, None, survivor)


def test_having_to_do_with_the_merged_ticket_is_not_enough(acme: Cast) -> None:
    """Of the first one's company, but not in the copies of the second: as a stranger there."""
    source, survivor = merged(acme)
    with acme.scope():
        Ticket.objects.filter(pk=survivor.pk).update(customer=None, copies=[])

    row = arrive(acme, write(PIA, in_reply_to="<pia-1@elsewhere.example>"))

    assert (row.state, row.possible_ticket_id) == (InboundState.TRIAGE, survivor.pk)
    assert entries(acme, source) == entries(acme, survivor) == []


def test_the_survivor_of_another_tenant_is_never_found(acme: Cast, globex: Cast) -> None:
    source, _ = merged(globex)
    mail_id = threads.make_message_id(globex.tenant.pk, source.pk, DESK)

    row = arrive(acme, write(STRANGER, in_reply_to=f"<{mail_id}>"))

    with acme.scope():
        assert Ticket.objects.get().pk == row.ticket_id


@pytest.mark.django_db(transaction=True)
def test_mail_that_comes_in_while_somebody_merges_goes_to_the_survivor(acme: Cast) -> None:
    """It finds the ticket open, waits for the merge to be done, and looks again."""
    source, survivor = ticket_of(acme), ticket_of(acme)
    address = threads.reply_address(acme.tenant.pk, source.pk, DESK)
    rows: list[InboundMessage] = []

    def come_in() -> None:
        rows.append(arrive(acme, write(to=address)))
        connection.close()

    other = threading.Thread(target=come_in)
    with acme.scope():
        merge(source, survivor, by=acme.actor("aino"))
        other.start()
        other.join(1)
        assert other.is_alive()
    other.join()

    assert [(row.state, row.ticket_id, row.error) for row in rows] == [(InboundState.LINKED, survivor.pk, "")]
