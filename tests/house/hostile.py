"""Mails with payloads in their HTML, headers and files: ours in tests/data/attacks, and the shared corpus if named."""

import os
import re
from pathlib import Path

OURS = Path(__file__).parent.parent / "data" / "attacks"
SHARED = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "mail" / "attacks"
# Of the corpus those that aim at whoever shows the mail.
SHOWN = ("xss-*", "att-*", "charset-*", "html-*", "bidi-*", "pdf-*", "from-*")


def own() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted(OURS.glob("*.eml"))}


def shared() -> dict[str, bytes]:
    """Of the corpus what is to be shown, as sent to Acme's desk; empty where no corpus is named."""
    found = {path.stem: path.read_bytes() for pattern in SHOWN for path in sorted(SHARED.glob(f"{pattern}.eml"))}
    return {name: to_acme(raw) for name, raw in found.items()}


def to_acme(raw: bytes, *, ticket: int = 0) -> bytes:
    """A mail of the corpus with its blanks filled in."""
    for blank, value in (
        (b"{TENANT_A}", b"acme.example"),
        (b"{TENANT_B}", b"globex.example"),
        (b"{AGENT_LOCAL}", b"aino"),
        (b"{AGENT}", b"aino@acme.example"),
        (b"{TICKET}", str(ticket).encode()),
    ):
        raw = raw.replace(blank, value)
    return raw


def by_otto(raw: bytes, number: int) -> bytes:
    """The mail as the ticket's own requester sends it, so that it reaches every page; its name stays hostile."""
    raw = raw.replace(b"eve@evil.example>", b"otto@paperi-acme.example>", 1)
    return as_another(raw, number)


def as_another(raw: bytes, number: int) -> bytes:
    """The same words once more, as a mail of its own."""
    head = re.sub(rb"(?im)^message-id:.*\r?\n", b"", raw, count=1)
    return b"Message-ID: <hostile-%d@evil.example>\n" % number + head
