"""How a mail says which ticket it belongs to: signed addresses, signed Message-IDs, and the subject's tag.

Only the signed forms prove anything; a tag can be guessed by anybody and needs a look at the sender.
"""

import re

from django.conf import settings

from accounts.models import Tenant
from core.tokens import new_token, same, signature

SIGNED_ADDRESS = re.compile(r"\+t(\d{1,18})-([a-z2-7]{16})@")
SIGNED_MESSAGE_ID = re.compile(r"\A(\d{1,18})\.([A-Za-z0-9_-]{8,40})\.([a-z2-7]{16})@")


def tag(tenant: Tenant, number: int) -> str:
    """What people call the ticket, such as SYS-1042."""
    return f"{tenant.subject_prefix}-{number}"


def tagged_subject(tenant: Tenant, number: int, title: str) -> str:
    return f"[{tag(tenant, number)}] {title}"


def number_in_subject(tenant: Tenant, subject: str) -> int | None:
    """The ticket number of the subject's tag, or None. Proves nothing."""
    found = re.search(rf"\[{re.escape(tenant.subject_prefix)}-(\d{{1,15}})\]", subject)
    return int(found[1]) if found else None


def _sign(what: str, tenant_id: int, *parts: object) -> str:
    return signature(settings.VASTE_DATA_KEY, what, tenant_id, *parts)


def reply_address(tenant_id: int, ticket_id: int, desk: str) -> str:
    """The desk's address with a signed extension, such as support+t17-abcdefghijklmnop@example.com (RFC 5233)."""
    local, _, domain = desk.partition("@")
    return f"{local}+t{ticket_id}-{_sign('address', tenant_id, ticket_id)}@{domain}"


def make_message_id(tenant_id: int, ticket_id: int, desk: str) -> str:
    """A new Message-ID without brackets that names its ticket and cannot be forged."""
    nonce = new_token()
    return f"{ticket_id}.{nonce}.{_sign('message', tenant_id, ticket_id, nonce)}@{desk.rpartition('@')[2]}"


def ticket_of_address(tenant_id: int, address: str) -> int | None:
    """The id of the ticket that one of our signed reply addresses names; None for any other address."""
    found = SIGNED_ADDRESS.search(address.lower())
    if found and same(found[2], _sign("address", tenant_id, int(found[1]))):
        return int(found[1])
    return None


def ticket_of_message_id(tenant_id: int, message_id: str) -> int | None:
    """The id of the ticket that one of our own Message-IDs names; None for any other Message-ID."""
    found = SIGNED_MESSAGE_ID.match(message_id)
    if found and same(found[3], _sign("message", tenant_id, int(found[1]), found[2])):
        return int(found[1])
    return None


def plain_address(address: str) -> str:
    """The address without our signed extension."""
    return re.sub(r"\+t\d{1,18}-[a-z2-7]{16}@", "@", address.lower())
