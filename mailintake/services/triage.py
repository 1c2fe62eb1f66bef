"""What a person does with a mail that no ticket claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from accounts.actors import Actor, requester_actor
from accounts.models import Customer, Membership, Module, Product, Requester
from accounts.services import audit
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.parsing import ParsedMail, parse
from mailintake.services import placing
from sla.enums import Priority
from tickets.enums import Channel, Kind, StatusClass
from tickets.errors import TransitionRefused
from tickets.models import Message, Queue, Ticket
from tickets.own_values import Given
from tickets.services import conversation, lifecycle
from tickets.services.intake import Matter, open_ticket
from tickets.services.people import known_sender, requester_for

# Why a mail may wait that nobody will ever acknowledge.
AUTOMATIC = ("auto_reply", "bulk", "bounce", "delay", "complaint", "report", "loop", "no_sender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the accept form says: prefilled, corrected, confirmed by a person."""

    title: str
    queue: Queue
    requester_name: str
    customer: Customer | None = None
    kind: Kind = Kind.REQUEST
    priority: Priority = Priority.NORMAL
    product: Product | None = None
    module: Module | None = None
    assignee: Membership | None = None
    even_away: bool = False
    own: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What can be known of a mail before a person looks; `reasons` say by field where a value comes from."""

    requester: Requester | None
    customer: Customer | None
    product: Product | None
    module: Module | None
    assignee: Membership | None
    reasons: dict[str, str] = field(default_factory=dict)


def waiting(inbound_id: int) -> InboundMessage:
    """The mail in triage, locked.

    Raises TransitionRefused where somebody else was faster.
    """
    rows = InboundMessage.objects.select_for_update(of=("self",)).select_related("mailbox__queue__office", "tenant")
    row = rows.filter(pk=inbound_id, state=InboundState.TRIAGE).first()
    if row is None:
        raise TransitionRefused
    return row


@transaction.atomic
def accept(inbound_id: int, form: Acceptance, *, by: Actor, notify: bool) -> Ticket:
    """Make a ticket of a held mail; received when the mail was.

    Raises TransitionRefused where it has been dealt with meanwhile.
    """
    row = waiting(inbound_id)
    mail = parse(bytes(row.raw))
    requester = requester_for(mail.from_.email, form.requester_name, customer=form.customer, queue=form.queue)
    if form.customer and requester.customer_id is None:
        requester.customer = form.customer
        requester.save(update_fields=["customer"])
    matter = Matter(
        title=form.title,
        queue=form.queue,
        requester=requester,
        customer=form.customer,
        kind=form.kind,
        priority=form.priority,
        product=form.product,
        module=form.module,
        assignee=form.assignee,
        even_away=form.even_away,
        own=form.own,
        written=placing.written(mail),
        channel=Channel.MAIL,
        received_at=row.received_at,
        copies=placing.copies_of(mail, known_sender(mail.from_.email).customer),
    )
    personal = row.reason not in AUTOMATIC
    ticket = open_ticket(matter, by=by, notify=notify, acknowledge=personal)
    _settle(row, ticket, ticket.opened_with)
    return ticket


def _settle(row: InboundMessage, ticket: Ticket, entry: Message | None) -> None:
    """The mail is on a ticket now, and no longer waits for a reason."""
    row.state, row.reason, row.ticket, row.entry = InboundState.LINKED, "", ticket, entry
    row.save(update_fields=["state", "reason", "ticket", "entry"])


@transaction.atomic
def link(inbound_id: int, ticket: Ticket, *, by: Actor) -> Ticket:
    """Put a held mail on an existing ticket, which opens again if it was finished; its thread follows it there."""
    row = waiting(inbound_id)
    mail = parse(bytes(row.raw))
    if ticket.status_class == StatusClass.CLOSED:
        lifecycle.reopen(ticket, by=by)
    requester = requester_for(mail.from_.email, mail.from_.name, customer=ticket.customer, queue=ticket.queue)
    entry = conversation.receive(ticket, placing.written(mail), by=requester_actor(requester), at=row.received_at)
    placing.mark_thread(mail, ticket)
    _settle(row, ticket, entry)
    return ticket


@transaction.atomic
def discard(inbound_id: int, *, by: Actor) -> None:
    """Say that a held mail is no request; it stays readable in the mail log."""
    row = waiting(inbound_id)
    row.state, row.reason = InboundState.IGNORED, "discarded"
    row.save(update_fields=["state", "reason"])
    audit.record("mail.discarded", by=by, target=row.pk, sender=row.from_email)


@transaction.atomic
def release(inbound_id: int, *, by: Actor) -> bool:
    """Let a mail out of quarantine, or take a discarded one back, into triage; says whether it was there."""
    rows = InboundMessage.objects.filter(pk=inbound_id, state__in=[InboundState.QUARANTINED, InboundState.IGNORED])
    released = bool(rows.update(state=InboundState.TRIAGE, reason="released"))
    if released:
        audit.record("mail.released", by=by, target=inbound_id)
    return released


def suggest(mail: ParsedMail, products: Iterable[Product]) -> Suggestion:
    """Guess the facts of a mail: person and company by address, product by words, expert by product or company.

    `products` come with their modules and experts.
    """
    sender = known_sender(mail.from_.email) if mail.from_.email else None
    requester, customer = (sender.requester, sender.customer) if sender else (None, None)
    product, module = _named(f"{mail.subject}\n{mail.new_text}".lower(), products)
    candidates = [module and module.expert, product and product.expert, customer and customer.expert]
    expert = next((member for member in candidates if member and member.ended_at is None), None)
    reasons = {
        "customer": "domain" if customer and not requester else ("sender" if customer else ""),
        "requester": "sender" if requester else "",
        "product": "words" if product else "",
        "assignee": "expert" if expert else "",
    }
    found = {name: reason for name, reason in reasons.items() if reason}
    return Suggestion(requester, customer, product, module, expert, found)


def _named(text: str, products: Iterable[Product]) -> tuple[Product | None, Module | None]:
    """The one product whose words the text has; none where two are named."""
    named = [p for p in products if any(word and word in text for word in [p.name.lower(), *p.keywords])]
    if len(named) != 1:
        return None, None
    modules = [module for module in named[0].modules.all() if module.name.lower() in text]
    return named[0], modules[0] if len(modules) == 1 else None
