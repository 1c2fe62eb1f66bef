"""Putting a mail where it belongs: exactly one call into the ticket's services, then its final state."""

from accounts.actors import SYSTEM, Actor, member_actor, requester_actor
from accounts.models import Customer, Membership, RequesterAddress, Tenant
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, ThreadMark
from mailintake.parsing import ParsedMail
from mailintake.quotes import is_forward
from tickets.enums import Channel
from tickets.models import Message, Ticket
from tickets.services import conversation
from tickets.services.conversation import NewFile, Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.people import known_sender, requester_for
from tickets.threads import plain_address, ticket_of_message_id


def written(mail: ParsedMail, *, caution: str = "") -> Written:
    """A mail as the conversation keeps it."""
    files = [
        NewFile(part.filename, part.content_type[:120], part.content, part.content_id[:250], part.inline)
        for part in mail.attachments
    ]
    return Written(
        text=mail.new_text,
        quoted=mail.quoted_text,
        html=mail.html or "",
        files=files,
        mail_id=mail.message_id or "",
        caution=caution,
    )


def _linked(row: InboundMessage, ticket: Ticket, entry: Message | None) -> None:
    row.state, row.ticket, row.entry = InboundState.LINKED, ticket, entry


def mark_thread(mail: ParsedMail, ticket: Ticket) -> None:
    """Let later mails of the same thread find the ticket; only for links that a person of the desk vouches for."""
    for mail_id in {*mail.in_reply_to, *mail.references, *([mail.message_id] if mail.message_id else [])}:
        ThreadMark.objects.get_or_create(mail_id=mail_id[:250], defaults={"ticket": ticket})


def add_note(row: InboundMessage, ticket: Ticket, mail: ParsedMail, *, by: Actor, caution: str = "") -> None:
    """Show the mail on the ticket without changing anything; on a closed ticket it waits for a person instead."""
    if ticket.is_closed:
        row.state, row.possible_ticket = InboundState.TRIAGE, ticket
        return
    who = Actor(by.kind, mail.from_.name or mail.from_.email or by.name, by.membership_id, by.requester_id)
    _linked(row, ticket, conversation.note(ticket, written(mail, caution=caution), by=who, at=row.received_at))


def take_from_member(
    row: InboundMessage, ticket: Ticket, mail: ParsedMail, member: Membership, *, proven: bool
) -> None:
    """A member's mail: a reply of the desk if the sender is proven, a note with a caution if not.

    A forwarded mail is a note as well, and its thread belongs to the ticket from now on.
    """
    forwarded = is_forward(mail.subject)
    if ticket.is_closed:
        row.state, row.reason, row.possible_ticket = InboundState.TRIAGE, "closed_ticket", ticket
    elif not proven:
        row.reason = "member_unproven"
        add_note(row, ticket, mail, by=SYSTEM, caution="member_unproven")
    elif forwarded:
        mark_thread(mail, ticket)
        add_note(row, ticket, mail, by=member_actor(member), caution="forwarded")
    else:
        entry = conversation.reply(ticket, written(mail), by=member_actor(member))
        _linked(row, ticket, entry)


def take_from_requester(row: InboundMessage, ticket: Ticket, mail: ParsedMail) -> None:
    """A requester's mail, or that of a colleague of theirs, goes on the ticket's conversation."""
    requester = requester_for(mail.from_.email, mail.from_.name, customer=_customer(mail), queue=ticket.queue)
    entry = conversation.receive(ticket, written(mail), by=requester_actor(requester), at=row.received_at)
    _linked(row, ticket, entry)


def _customer(mail: ParsedMail) -> Customer | None:
    return known_sender(mail.from_.email).customer


def open_at_once(row: InboundMessage, mail: ParsedMail, *, parent: Ticket | None = None) -> None:
    """A mailbox that opens tickets: nobody has to look first."""
    queue, sender = row.mailbox.queue, known_sender(mail.from_.email)
    requester = sender.requester or requester_for(
        mail.from_.email, mail.from_.name, customer=sender.customer, queue=queue
    )
    matter = Matter(
        title=mail.subject or _first_line(mail.new_text),
        queue=queue,
        requester=requester,
        customer=sender.customer,
        written=written(mail),
        channel=Channel.MAIL,
        received_at=row.received_at,
        copies=copies_of(mail, row.tenant),
    )
    ticket = open_ticket(matter, by=SYSTEM, parent=parent)
    _linked(row, ticket, ticket.messages.first())


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def copies_of(mail: ParsedMail, tenant: Tenant) -> list[str]:
    """People in Cc who are already known to be of the sender's company; strangers in Cc gain nothing."""
    customer = known_sender(mail.from_.email).customer
    if customer is None:
        return []
    addresses = {plain_address(address.email) for address in mail.cc} - {mail.from_.email}
    known = RequesterAddress.objects.filter(email__in=addresses, requester__customer=customer)
    return sorted(known.values_list("email", flat=True))


def ticket_of_quoted_mail(mail: ParsedMail, tenant: Tenant) -> Ticket | None:
    """The ticket of the mail that a report tells about: its signed Message-ID stands in the returned part."""
    text = mail.text + "\n".join(
        part.content[:20_000].decode("utf-8", "replace") for part in mail.attachments if "/" in part.content_type
    )
    for word in text.replace("<", " ").replace(">", " ").split():
        if "@" in word and (ticket_id := ticket_of_message_id(tenant.pk, word)):
            return Ticket.objects.filter(pk=ticket_id).select_related("tenant", "queue", "requester").first()
    return None
