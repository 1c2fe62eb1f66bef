"""Whom a mail comes from, asked in one statement: person, company, colleague, one of our own mailboxes."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Exists, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import CustomerDomain, Membership, RequesterAddress
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.parsing import Address
from tickets.services.people import Sender, sender_of


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a mail's sender. `tickets_an_hour` counts mails of theirs that became part of a ticket.

    `was_lost` says that mail to the address has come back.
    """

    sender: Sender = field(default_factory=lambda: Sender(None, None))
    member: Membership | None = None
    is_own_mailbox: bool = False
    tickets_an_hour: int = 0
    was_lost: bool = False


def look_up(address: Address, mailbox: Mailbox) -> Known:
    """Everything at once; whoever is found is then read with what their tickets need."""
    if not address.email:
        return Known()
    members = Membership.objects.active()
    requesters = RequesterAddress.objects.filter(email=address.email)
    companies = CustomerDomain.objects.filter(domain=address.domain)
    recent = InboundMessage.objects.filter(
        from_email=address.email, state=InboundState.LINKED, received_at__gt=timezone.now() - timedelta(hours=1)
    )
    counted = recent.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    found = (
        Mailbox.objects.filter(pk=mailbox.pk)
        .annotate(
            member=Subquery(members.filter(user__email=address.email).values("pk")[:1]),
            requester=Subquery(requesters.values("requester")[:1]),
            company=Subquery(companies.values("customer")[:1]),
            was_lost=Exists(requesters.exclude(undeliverable_since=None)),
            is_own=Exists(Mailbox.objects.filter(address=address.email)),
            recent=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        )
        .values("member", "requester", "company", "is_own", "recent", "was_lost")
        .get()
    )
    member = members.select_related("user", "office").get(pk=found["member"]) if found["member"] else None
    sender = sender_of(found["requester"], found["company"])
    return Known(sender, member, found["is_own"], found["recent"], found["was_lost"])
