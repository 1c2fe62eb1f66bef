"""Which ticket a mail belongs to, and how sure that is.

In this order: our signed reply address or Message-ID; References to a known mail; the subject's tag. Only the signed
forms prove anything by themselves. Everything else also needs a sender who has to do with the ticket; otherwise a
person decides. What points to a merged ticket belongs to the one that it was merged into, and whoever had to do with
the first has to do with that one only where the merge put them in its copies.
"""

from dataclasses import dataclass

from accounts.models import Membership, Tenant
from mailintake.models import ThreadMark
from mailintake.parsing import ParsedMail
from tickets.models import Message, Ticket
from tickets.services.people import known_sender
from tickets.threads import number_in_subject, ticket_of_address, ticket_of_message_id


@dataclass(frozen=True, slots=True)
class Match:
    """A ticket, how it was found ("address", "message-id", "references", "tag"), and whether that is enough.

    `stranger` says that the signature alone was: the sender has nothing to do with the ticket.
    """

    ticket: Ticket
    how: str
    certain: bool
    stranger: bool = False


def match(mail: ParsedMail, tenant: Tenant, *, envelope_to: str, member: Membership | None) -> Match | None:
    """Find the ticket of a mail in the tenant in scope; None where nothing points to one."""
    for how, ticket_id in _signed(mail, tenant, envelope_to):
        if ticket := _get(ticket_id):
            known = member is not None or _has_to_do_with(mail.from_.email, ticket)
            return Match(ticket, how, certain=True, stranger=not known)
    ticket, how = _by_references(mail), "references"
    if ticket is None:
        ticket, how = _by_tag(mail, tenant), "tag"
    if ticket is None:
        return None
    return Match(ticket, how, certain=member is not None or _has_to_do_with(mail.from_.email, ticket))


def _signed(mail: ParsedMail, tenant: Tenant, envelope_to: str) -> list[tuple[str, int]]:
    addresses = [envelope_to, *mail.recipients]
    ids = [*mail.in_reply_to, *reversed(mail.references)]
    found = [("address", ticket_of_address(tenant.pk, address)) for address in addresses]
    found += [("message-id", ticket_of_message_id(tenant.pk, message_id)) for message_id in ids]
    return [(how, ticket_id) for how, ticket_id in found if ticket_id is not None]


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
