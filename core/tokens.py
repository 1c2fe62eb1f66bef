"""Random tokens and keyed signatures: what may be guessed by nobody and forged by nobody."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A URL-safe token with 192 random bits."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What is stored of a token: hex SHA-256. The token itself is known only to its mail."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """A six-digit code for a person to type."""
    return f"{secrets.randbelow(1_000_000):06d}"


def signature(key: str, *parts: object) -> str:
    """The first 80 bits of an HMAC-SHA-256 over the parts, as 16 lower-case base32-like characters.

    Lower case because mail addresses lose theirs on the way.
    """
    text = "\x1f".join(str(part) for part in parts)
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    number = int.from_bytes(digest[:10], "big")
    return "".join(alphabet[(number >> shift) & 31] for shift in range(75, -1, -5))


def same(one: str, other: str) -> bool:
    """Whether two strings are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
