"""Whom a mail comes from, asked in one statement: person, company, colleague, one of our own mailboxes."""

from dataclasses import dataclass, field

from django.db import connection

from accounts.models import Membership
from accounts.scope import require_tenant_id
from mailintake.enums import InboundState
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


# Asked of every mail, and Django would take longer to put these words together than PostgreSQL takes to answer them.
WHO = """
    SELECT
        (SELECT membership.id FROM accounts_membership AS membership
            JOIN accounts_user AS person ON person.id = membership.user_id
            WHERE membership.tenant_id = %(tenant)s AND person.email = %(email)s
            AND membership.ended_at IS NULL AND person.is_active),
        address.requester_id,
        (SELECT customer_id FROM accounts_customerdomain WHERE tenant_id = %(tenant)s AND domain = %(domain)s),
        EXISTS (SELECT FROM mailintake_mailbox WHERE tenant_id = %(tenant)s AND address = %(email)s),
        (SELECT count(*) FROM mailintake_inboundmessage WHERE tenant_id = %(tenant)s AND from_email = %(email)s
            AND state = %(linked)s AND received_at > now() - interval '1 hour'),
        address.undeliverable_since IS NOT NULL
    FROM (SELECT) AS always
    LEFT JOIN accounts_requesteraddress AS address ON address.tenant_id = %(tenant)s AND address.email = %(email)s
"""


def look_up(address: Address) -> Known:
    """Everything at once; whoever is found is then read with what their tickets need."""
    if not address.email:
        return Known()
    asked = {"email": address.email, "domain": address.domain, "linked": InboundState.LINKED.value}
    with connection.cursor() as cursor:
        cursor.execute(WHO, {"tenant": require_tenant_id(), **asked})
        member_id, requester_id, customer_id, is_own, recent, was_lost = cursor.fetchone()
    members = Membership.objects.select_related("user", "office")
    member = members.get(pk=member_id) if member_id else None
    return Known(sender_of(requester_id, customer_id), member, is_own, recent, was_lost)
