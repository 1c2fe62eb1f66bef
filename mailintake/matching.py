"""Which ticket a mail belongs to, and how sure that is.

In this order: our signed reply address or Message-ID; References to a known mail; the subject's tag. Only the signed
forms prove anything by themselves, and they also say when a mail belongs to a side conversation, which is then never
put where the requester reads. Everything else also needs a sender who has to do with the ticket; otherwise a
person decides. What points to a merged ticket belongs to the one that it was merged into, and whoever had to do with
the first has to do with that one only where the merge put them in its copies.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Membership, Tenant
from mailintake.models import ThreadMark
from mailintake.parsing import ParsedMail
from tickets.models import Message, SideConversation, SideMessage, Ticket
from tickets.services.people import known_sender
from tickets.threads import Signed, named_by_address, named_by_message_id, number_in_subject


@dataclass(frozen=True, slots=True)
class Match:
    """A ticket, how it was found ("address", "message-id", "references", "tag"), and whether that is enough.

    `stranger` says that the signature alone was: the sender has nothing to do with the ticket. `side` is the ticket's
    side conversation that the mail is for, and nothing else of the ticket is then.
    """

    ticket: Ticket
    how: str
    certain: bool
    stranger: bool = False
    side: SideConversation | None = None


def match(mail: ParsedMail, tenant: Tenant, *, envelope_to: str, member: Membership | None) -> Match | None:
    """Find the ticket of a mail in the tenant in scope; None where nothing points to one."""
    signed = _signed(mail, tenant, envelope_to)
    sides = _sides(signed)
    if found := _aside(mail, signed, sides, member):
        return found
    for how, named in signed:
        if not named.is_side and (ticket := _get(named.pk)):
            known = member is not None or _has_to_do_with(mail.from_.email, ticket)
            return Match(ticket, how, certain=True, stranger=not known)
    for how, named in signed:
        if named.is_side and (side := sides.get(named.pk)):
            # What the requester or a colleague of theirs writes there is for a person to decide.
            theirs = _has_to_do_with(mail.from_.email, side.ticket)
            return Match(side.ticket, how, certain=not theirs, stranger=True, side=None if theirs else side)
    return _unsigned(mail, tenant, member)


def _aside(
    mail: ParsedMail, signed: list[tuple[str, Signed]], sides: dict[int, SideConversation], member: Membership | None
) -> Match | None:
    """For a side conversation: of somebody who was asked there, or of a member who names it first."""
    for how, named in signed[:1] if member else signed:
        side = sides.get(named.pk) if named.is_side else None
        if side and (member or side.knows(mail.from_.email)):
            return Match(side.ticket, how, certain=True, side=side)
    return None


def _sides(signed: list[tuple[str, Signed]]) -> dict[int, SideConversation]:
    ids = {named.pk for _, named in signed if named.is_side}
    return {side.pk: side for side in _all_sides().filter(pk__in=ids)} if ids else {}


def _all_sides() -> QuerySet[SideConversation]:
    rows = ("ticket__requester", "ticket__customer", "ticket__queue__office", "ticket__tenant")
    return SideConversation.objects.select_related(*rows)


def _unsigned(mail: ParsedMail, tenant: Tenant, member: Membership | None) -> Match | None:
    ticket, how = _by_references(mail), "references"
    if ticket is None and (side := _side_by_references(mail)):
        return Match(side.ticket, "references", certain=True, side=side)
    if ticket is None:
        ticket, how = _by_tag(mail, tenant), "tag"
    if ticket is None:
        return None
    return Match(ticket, how, certain=member is not None or _has_to_do_with(mail.from_.email, ticket))


def _signed(mail: ParsedMail, tenant: Tenant, envelope_to: str) -> list[tuple[str, Signed]]:
    addresses = [envelope_to, *mail.recipients]
    ids = [*mail.in_reply_to, *reversed(mail.references)]
    found = [("address", named_by_address(tenant.pk, address)) for address in addresses]
    found += [("message-id", named_by_message_id(tenant.pk, message_id)) for message_id in ids]
    return [(how, named) for how, named in found if named is not None]


def _get(ticket_id: int) -> Ticket | None:
    """The ticket, or the one that it was merged into."""
    rows = Ticket.objects.select_related("requester", "customer", "queue__office", "tenant")
    found = rows.filter(pk=ticket_id).first()
    return found and found.survivor


def _by_references(mail: ParsedMail) -> Ticket | None:
    ids = [*mail.in_reply_to, *mail.references]
    if not ids:
        return None
    newest = Message.objects.filter(mail_id__in=ids).order_by("-at", "-pk").values_list("ticket", flat=True).first()
    marked = ThreadMark.objects.filter(mail_id__in=ids).values_list("ticket", flat=True).first()
    ticket_id = newest or marked
    return _get(ticket_id) if ticket_id else None


def _side_by_references(mail: ParsedMail) -> SideConversation | None:
    """The side conversation that the sender was asked in and writes in again, by a mail of their own."""
    ids = [*mail.in_reply_to, *mail.references]
    named = SideMessage.objects.filter(mail_id__in=ids).values("side") if ids else None
    found = _all_sides().filter(pk__in=named).first() if named is not None else None
    return found if found and found.knows(mail.from_.email) else None


def _by_tag(mail: ParsedMail, tenant: Tenant) -> Ticket | None:
    number = number_in_subject(tenant, mail.subject)
    ticket_id = Ticket.objects.filter(number=number).values_list("pk", flat=True).first() if number else None
    return _get(ticket_id) if ticket_id else None


def _has_to_do_with(email: str, ticket: Ticket) -> bool:
    """Whether the sender is on the ticket, or of its customer."""
    if email in ticket.copies or ticket.requester.addresses.filter(email=email).exists():
        return True
    sender = known_sender(email)
    return sender.customer is not None and sender.customer.pk == ticket.customer_id
