"""DKIM: a key per sending domain, and the DNS record that publishes it (RFC 6376)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# RFC 8301: at least 1024, and 2048 is what fits into one UDP answer. Ed25519 is not checked everywhere yet.
KEY_BITS = 2048
TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*)")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key as PEM, and its public half as it stands in DNS."""

    private: str
    public: str


def new_key() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    spki = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(pem.decode(), "".join(spki.decode().splitlines()[1:-1]))


def record_name(selector: str, domain: str) -> str:
    return f"{selector}._domainkey.{domain}"


def record_value(public: str) -> str:
    return f"v=DKIM1; k=rsa; p={public}"


def publishes(records: Sequence[str], public: str) -> bool:
    """Whether one of the TXT records is ours, however it is spaced."""
    tags = [dict(TAG.findall(record)) for record in records]
    return any("".join(known.get("p", "").split()) == public for known in tags)


def covers(domain: str, address: str) -> bool:
    """Whether a signature of the domain speaks for the address: its own domain or one above it (relaxed alignment)."""
    sender = address.rpartition("@")[2].lower()
    return sender == domain or sender.endswith(f".{domain}")
