"""What is known of a mail, asked in one statement: whether it came before, and whom it is of."""

from dataclasses import dataclass, field

from accounts.models import Membership, RequesterAddress
from accounts.scope import require_tenant_id
from core.lookalikes import in_plain_letters
from core.sql import first_row
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.parsing import Address
from tickets.services.people import Sender, sender_of


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a mail's sender. `tickets_an_hour` counts mails of theirs that became part of a ticket.

    `was_lost` says that mail to the address has come back; `original_id` is the same mail that came in earlier.
    """

    sender: Sender = field(default_factory=lambda: Sender(None, None))
    member: Membership | None = None
    is_own_mailbox: bool = False
    tickets_an_hour: int = 0
    was_lost: bool = False
    original_id: int | None = None


# The last one is found by the index that holds fingerprints unique, whose condition it repeats to the letter.
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
        address.undeliverable_since IS NOT NULL,
        (SELECT id FROM mailintake_inboundmessage WHERE tenant_id = %(tenant)s AND fingerprint = %(fingerprint)s
            AND fingerprint <> '' AND state <> 'duplicate' AND id <> %(mail)s)
    FROM (SELECT) AS always
    LEFT JOIN accounts_requesteraddress AS address ON address.tenant_id = %(tenant)s AND address.email = %(email)s
"""


def look_up(row: InboundMessage, sender: Address) -> Known:
    """Everything at once; whoever is found is then read with what their tickets need."""
    member_id, requester_id, customer_id, is_own, recent, was_lost, original_id = first_row(
        WHO,
        tenant=require_tenant_id(),
        mail=row.pk,
        fingerprint=row.fingerprint,
        email=sender.email,
        domain=sender.domain,
        linked=InboundState.LINKED.value,
    )
    members = Membership.objects.select_related("user", "office")
    member = members.get(pk=member_id) if member_id else None
    return Known(sender_of(requester_id, customer_id), member, is_own, recent, was_lost, original_id)


def imitated(email: str) -> str:
    """The address of a requester, a member or the desk that this one only looks like; "" for nearly every address.

    Whoever writes so is a stranger all the same. Ordinary addresses are answered without a query.
    """
    plain = in_plain_letters(email)
    if plain == email:
        return ""
    known = (
        RequesterAddress.objects.filter(email=plain),
        Membership.objects.active().filter(user__email=plain),
        Mailbox.objects.filter(address=plain),
    )
    return plain if any(rows.exists() for rows in known) else ""
