"""Putting a mail where it belongs: exactly one call into the ticket's services, then its final state."""

from accounts.access import may
from accounts.actors import SYSTEM, Actor, member_actor, requester_actor
from accounts.models import Customer, Membership, Requester, RequesterAddress, Tenant
from mailintake.addresses import Address
from mailintake.commands import read_commands
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox, ThreadMark
from mailintake.parsing import ParsedMail
from mailintake.quotes import is_forward
from mailintake.services import commanding
from mailintake.services.knowing import imitated
from tickets.enums import Channel
from tickets.models import Message, Queue, SideConversation, Ticket
from tickets.services import conversation, sides
from tickets.services.conversation import NewFile, Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.people import Sender, known_sender, new_requester
from tickets.threads import named_by_message_id, plain_address, ticket_of_message_id


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
        reply_to=", ".join(sorted({each.email for each in mail.reply_to} - {mail.from_.email, ""}))[:320],
        looks_like=imitated(mail.from_.email),
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
    """A member's mail: a reply of the desk, or commands, if the sender is proven and may; else a note with a caution.

    A forwarded mail is a note as well, and its thread belongs to the ticket from now on. What the member has sent to
    the requester already, with the desk in Cc, is kept as the reply it is and not sent again.
    """
    by, instructions = member_actor(member), read_commands(mail.new_text)
    if ticket.is_closed:
        row.state, row.reason, row.possible_ticket = InboundState.TRIAGE, "closed_ticket", ticket
    elif not proven or not may(member, "tickets.work", ticket):
        row.reason = "member_unproven" if not proven else "member_without_right"
        add_note(row, ticket, mail, by=SYSTEM, caution=row.reason)
    elif is_forward(mail.subject):
        mark_thread(mail, ticket)
        add_note(row, ticket, mail, by=by, caution="forwarded")
    elif _is_addressed(mail, ticket):
        _linked(row, ticket, conversation.record_reply(ticket, written(mail), by=by, at=row.received_at))
    elif instructions.commands or instructions.unknown:
        _linked(row, ticket, commanding.obey(ticket, written(mail), instructions, member=member))
    else:
        _linked(row, ticket, conversation.reply(ticket, written(mail), by=by))


def _is_addressed(mail: ParsedMail, ticket: Ticket) -> bool:
    """Whether the mail went to the requester directly."""
    written_to = {address.email for address in mail.to + mail.cc}
    return RequesterAddress.objects.filter(requester=ticket.requester_id, email__in=written_to).exists()


def take_from_requester(
    row: InboundMessage, ticket: Ticket, mail: ParsedMail, sender: Sender, *, stranger: bool = False
) -> None:
    """A requester's mail, or that of a colleague of theirs, goes on the ticket's conversation.

    A stranger's is shown to the desk only: whoever has one of our mails can hand its reply address to any site as
    their own, and would read that site's code on the pages behind our links.
    """
    requester = _person(mail.from_, sender, ticket.queue)
    by, has_read = requester_actor(requester), {address.email for address in mail.to + mail.cc}
    said = written(mail, caution="stranger" if stranger else "")
    row.reason = said.caution
    _linked(row, ticket, conversation.receive(ticket, said, by=by, at=row.received_at, has_read=has_read))


def take_aside(row: InboundMessage, side: SideConversation, mail: ParsedMail, *, caution: str = "") -> None:
    """A mail for a side conversation, of whoever: the desk alone reads it, whatever the ticket's state."""
    sender, has_read = (mail.from_.name, mail.from_.email), {address.email for address in mail.to + mail.cc}
    row.reason = caution
    sides.receive(side, written(mail, caution=caution), sender=sender, at=row.received_at, has_read=has_read)
    _linked(row, side.ticket, None)


def take_aside_from_member(
    row: InboundMessage, side: SideConversation, mail: ParsedMail, member: Membership, *, proven: bool
) -> None:
    """A member's mail there goes to those who were asked, unless it did already; else it has a caution."""
    if side.ticket.is_closed:
        take_aside(row, side, mail, caution="closed_unsent")
    elif not proven or not may(member, "tickets.work", side.ticket):
        take_aside(row, side, mail, caution="member_unproven" if not proven else "member_without_right")
    else:
        has_left = any(side.knows(address.email) for address in mail.to + mail.cc)
        by, at = member_actor(member), row.received_at if has_left else None
        sides.write(side, written(mail), by=by, at=at, has_left=has_left)
        _linked(row, side.ticket, None)


def _person(address: Address, sender: Sender, queue: Queue) -> Requester:
    """Whoever is known, or somebody new of the sender's company."""
    return sender.requester or new_requester(address.email, address.name, customer=sender.customer, queue=queue)


def asking(mail: ParsedMail, writer: Membership | None) -> Address:
    """Who wants something: the sender; or whom a member of the desk wrote to, with the desk in Cc."""
    if writer is None:
        return mail.from_
    own = {*Mailbox.objects.values_list("address", flat=True)}
    own |= {*Membership.objects.active().values_list("user__email", flat=True)}
    return next((each for each in mail.to if plain_address(each.email) not in own), mail.from_)


def open_at_once(
    row: InboundMessage,
    mail: ParsedMail,
    sender: Sender,
    *,
    parent: Ticket | None = None,
    writer: Membership | None = None,
) -> None:
    """A mailbox that opens tickets: nobody has to look first. `writer` is the member who proved to have written it."""
    queue, asks = row.mailbox.queue, asking(mail, writer)
    if asks != mail.from_:
        sender = known_sender(asks.email)
    matter = Matter(
        title=mail.subject or _first_line(mail.new_text),
        queue=queue,
        requester=_person(asks, sender, queue),
        customer=sender.customer,
        written=written(mail),
        channel=Channel.MAIL,
        received_at=row.received_at,
        copies=copies_of(mail, sender.customer),
        writer=writer if asks != mail.from_ else None,
        proven=row.proven,
    )
    ticket = open_ticket(matter, by=SYSTEM, parent=parent)
    _linked(row, ticket, ticket.opened_with)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def copies_of(mail: ParsedMail, customer: Customer | None) -> list[str]:
    """People in Cc who are already known to be of the sender's company; strangers in Cc gain nothing."""
    addresses = {plain_address(address.email) for address in mail.cc} - {mail.from_.email}
    if customer is None or not addresses:
        return []
    known = RequesterAddress.objects.filter(email__in=addresses, requester__customer=customer)
    return sorted(known.values_list("email", flat=True))


def our_ids_in(mail: ParsedMail, tenant: Tenant) -> list[str]:
    """The Message-IDs of ours that a report quotes, each once; they are signed, so nobody can make them up."""
    text = mail.text + "\n".join(
        part.content[:20_000].decode("utf-8", "replace") for part in mail.parts if "/" in part.content_type
    )
    words = dict.fromkeys(word for word in text.replace("<", " ").replace(">", " ").split() if "@" in word)
    return [word for word in words if named_by_message_id(tenant.pk, word)]


def side_of_mail(message_id: str, tenant: Tenant) -> SideConversation | None:
    """The side conversation that one of our Message-IDs names."""
    named = named_by_message_id(tenant.pk, message_id)
    rows = SideConversation.objects.select_related("ticket")
    return rows.filter(pk=named.pk).first() if named and named.is_side else None


def ticket_of_mail(message_id: str, tenant: Tenant) -> Ticket | None:
    """The ticket that one of our Message-IDs names, or the one that it was merged into."""
    tickets = Ticket.objects.select_related("tenant", "queue", "requester")
    found = tickets.filter(pk=ticket_of_message_id(tenant.pk, message_id) or 0).first()
    return found and found.survivor
