"""What a connection needs to know of a mailbox, and what comes back."""

from dataclasses import dataclass
from datetime import datetime

from mailintake.models import Mailbox


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox on its server; `token` is an access token of its provider, and then there is no password."""

    host: str
    port: int
    security: str
    username: str
    folder: str
    password: str = ""
    token: str = ""

    def hide(self, words: str) -> str:
        """Words of a server without our secrets, should it repeat them."""
        for secret in (self.password, self.token):
            if secret:
                words = words.replace(secret, "***")
        return words


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server gave it; `size` in bytes is what the server says it has, None where it did not say."""

    raw: bytes
    received_at: datetime
    size: int | None


def account_of(mailbox: Mailbox, *, token: str = "") -> Account:
    """Raises SecretUnreadable where the password was stored with another key."""
    return Account(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        username=mailbox.username,
        folder=mailbox.folder,
        password="" if token else mailbox.password,
        token=token,
    )
