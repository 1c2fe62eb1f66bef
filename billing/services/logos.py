"""A company's logo: in the archive under its digest, so that an invoice keeps the one it was issued with."""

from hashlib import sha256

from billing.models import Seller
from core.files import load, store

# Where what is kept by law lies.
ARCHIVE = "invoices"


class LogoLost(RuntimeError):
    """The storage has lost or changed the picture."""


def keep(tenant_id: int, picture: bytes) -> str:
    """Store a picture that was drawn anew; returns its key."""
    return store(tenant_id, picture, archive=ARCHIVE)


def key_of(legal_entity_id: int) -> str:
    """That of the company's logo now; empty where it has none."""
    rows = Seller.objects.filter(legal_entity=legal_entity_id).values_list("logo_key", flat=True)
    return rows.first() or ""


def content(key: str) -> bytes:
    """The very bytes that were kept, none for no key. Raises LogoLost."""
    if not key:
        return b""
    try:
        picture = load(key)
    except FileNotFoundError as lost:
        raise LogoLost(f"the logo is lost: {key}") from lost
    if sha256(picture).hexdigest() != key.rpartition("/")[2]:
        raise LogoLost(f"the logo was changed: {key}")
    return picture
