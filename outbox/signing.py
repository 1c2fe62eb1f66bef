"""DKIM: the signature of a mail (RFC 6376). Only what sends loads this."""

import dkim

# What no one on the way has a reason to change. Present or not, nobody may add a second one either.
SIGNED = (
    *(b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding", b"auto-submitted"),
)


def sign(content: bytes, *, domain: str, selector: str, private: str) -> bytes:
    """The mail with its signature on top."""
    signature: bytes = dkim.sign(
        content,
        selector.encode(),
        domain.encode(),
        private.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[*SIGNED, b"from", b"subject", b"date", b"to", b"cc", b"reply-to"],
    )
    return signature + content
