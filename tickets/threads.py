"""How a mail says which ticket it belongs to: signed addresses, signed Message-IDs, and the subject's tag.

Only the signed forms prove anything; a tag can be guessed by anybody and needs a look at the sender.
"""

import re
from dataclasses import dataclass

from django.conf import settings

from accounts.models import Tenant
from core.tokens import new_token, same, signature

# "t" names a ticket, "s" a side conversation of one; a Message-ID says the first of them by saying nothing.
SIGNED_ADDRESS = re.compile(r"\+([ts])(\d{1,18})-([a-z2-7]{16})@")
SIGNED_MESSAGE_ID = re.compile(r"\A(s?)(\d{1,18})\.([A-Za-z0-9_-]{8,40})\.([a-z2-7]{16})@")
# The consultant's link, the requester's two, and our signed addresses.
LINK = re.compile(r"(?:https?://)?[^\s<>\"'()]*/(?:l|c|r)/[A-Za-z0-9_-]{16,}[^\s<>\"')]*")


@dataclass(frozen=True, slots=True)
class Signed:
    """What one of our tokens names: a ticket by its id, or a side conversation by its own."""

    pk: int
    is_side: bool = False


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


def side_address(tenant_id: int, side_id: int, desk: str) -> str:
    """The same for a side conversation: support+s4-abcdefghijklmnop@example.com."""
    local, _, domain = desk.partition("@")
    return f"{local}+s{side_id}-{_sign('side address', tenant_id, side_id)}@{domain}"


def make_message_id(tenant_id: int, ticket_id: int, desk: str) -> str:
    """A new Message-ID without brackets that names its ticket and cannot be forged."""
    nonce = new_token()
    return f"{ticket_id}.{nonce}.{_sign('message', tenant_id, ticket_id, nonce)}@{desk.rpartition('@')[2]}"


def make_side_message_id(tenant_id: int, side_id: int, desk: str) -> str:
    """A new Message-ID without brackets that names its side conversation and cannot be forged."""
    nonce = new_token()
    return f"s{side_id}.{nonce}.{_sign('side message', tenant_id, side_id, nonce)}@{desk.rpartition('@')[2]}"


def named_by_address(tenant_id: int, address: str) -> Signed | None:
    """What one of our signed reply addresses names; None for any other address."""
    found = SIGNED_ADDRESS.search(address.lower())
    if found is None:
        return None
    what = "side address" if found[1] == "s" else "address"
    genuine = same(found[3], _sign(what, tenant_id, int(found[2])))
    return Signed(int(found[2]), is_side=found[1] == "s") if genuine else None


def named_by_message_id(tenant_id: int, message_id: str) -> Signed | None:
    """What one of our own Message-IDs names; None for any other Message-ID."""
    found = SIGNED_MESSAGE_ID.match(message_id)
    if found is None:
        return None
    what = "side message" if found[1] else "message"
    genuine = same(found[4], _sign(what, tenant_id, int(found[2]), found[3]))
    return Signed(int(found[2]), is_side=bool(found[1])) if genuine else None


def ticket_of_address(tenant_id: int, address: str) -> int | None:
    """The id of the ticket that one of our signed reply addresses names; None for any other address."""
    found = named_by_address(tenant_id, address)
    return found.pk if found and not found.is_side else None


def ticket_of_message_id(tenant_id: int, message_id: str) -> int | None:
    """The id of the ticket that one of our own Message-IDs names; None for any other Message-ID."""
    found = named_by_message_id(tenant_id, message_id)
    return found.pk if found and not found.is_side else None


def plain_address(address: str) -> str:
    """The address without our signed extension."""
    return SIGNED_ADDRESS.sub("@", address.lower())


def without_our_links(text: str) -> str:
    """The text as it may leave in a quote: no signed link and no signed address of ours, which open a ticket."""
    return re.sub(SIGNED_ADDRESS.pattern, "@", LINK.sub("…", text), flags=re.IGNORECASE)
