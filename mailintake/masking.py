"""Our own signed links in stored mail: whoever reads the mail log must not be able to use them."""

import email
import re
from email.message import Message

# The link of a consultant, and the two of a requester.
LINK = re.compile(r"/(l|c|r)/[A-Za-z0-9_-]{16,}")
LINK_BYTES = re.compile(rb"/(?:l|c|r)/[A-Za-z0-9_=\r\n-]{16,}")
HIDDEN = "…"
MAX_RAW = 2 * 2**20


def mask_links(text: str) -> str:
    """The text with the secret part of every signed link cut out."""
    return LINK.sub(rf"/\1/{HIDDEN}", text)


def holds_links(raw: bytes) -> bool:
    """Whether a mail carries one of our links in any of its parts, in whatever way the part is encoded."""
    return any(LINK_BYTES.search(content) for content in _contents(raw))


def _contents(raw: bytes) -> list[bytes]:
    message: Message = email.message_from_bytes(raw)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return [raw, *(part for part in parts if isinstance(part, bytes))]


def shown_raw(raw: bytes, *, readable: bool) -> str:
    """A mail's source for reading, at most 2 MiB of it.

    Unless `readable`, a mail with one of our links shows its head only: in an encoded part a link cannot be masked
    without changing what is shown.
    """
    text = raw[:MAX_RAW].decode("utf-8", "replace")
    if readable or not holds_links(raw):
        return text
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    return f"{mask_links(head)}\n\n[{HIDDEN}]\n"
