"""Stored secrets, such as mailbox passwords: encrypted at rest, never sent back to a page."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SecretUnreadable(ValueError):
    """The stored secret was encrypted with another key."""


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.VASTE_DATA_KEY.encode()).digest()))


def seal(secret: str) -> str:
    """The encrypted form of a secret, for the database; empty stays empty."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret behind `seal`.

    Raises SecretUnreadable where the key has changed.
    """
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("The stored secret cannot be read with VASTE_DATA_KEY.") from error
