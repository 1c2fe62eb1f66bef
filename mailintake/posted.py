"""From what a provider posts to the mail in it. Pure.

Each provider is taken in the form in which it hands on the mail's own bytes:
- raw: the body is the mail; signed as https://www.standardwebhooks.com has it (`v1,` + base64 of HMAC-SHA256)
- Mailgun: a route to an address that ends in `mime`; `body-mime`, signed over timestamp and token
- Postmark: inbound stream with "Include raw email content"; `RawEmail` in JSON
- SendGrid: Inbound Parse with "POST the raw, full MIME message"; `email` in a form
Postmark and SendGrid sign nothing: whoever knows the secret address may post.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl

# How old a signature may be, in seconds. Mailgun tries again for eight hours.
PLAIN_AGE, MAILGUN_AGE = 300, 9 * 3600
AHEAD = 300
MOST_FIELDS = 200


class NotSigned(Exception):
    """The signature is missing, wrong or too old."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail as it was sent, and its envelope where the provider tells it."""

    raw: bytes
    sender: str = ""
    recipient: str = ""


def read(kind: str, body: bytes, headers: Mapping[str, str], *, key: str, now: float) -> Posted:
    """The mail in a posted body; `headers` have names in lower case, `now` is in seconds since 1970.

    A body in another form than the provider's is the mail itself: kept as it is, and seen by a person.
    Raises NotSigned.
    """
    if kind == "raw":
        check_plain(body, headers, key=key, now=now)
        return Posted(body, headers.get("x-envelope-from", ""), headers.get("x-envelope-to", ""))
    if kind == "mailgun":
        return _mailgun(form_fields(body, headers.get("content-type", "")), body, key=key, now=now)
    return (_postmark(body) if kind == "postmark" else _sendgrid(body, headers)) or Posted(body)


def check_plain(body: bytes, headers: Mapping[str, str], *, key: str, now: float) -> None:
    """Raises NotSigned unless one of the signatures is ours: HMAC-SHA256 over id, timestamp and body."""
    at = headers.get("webhook-timestamp", "")
    _check_age(at, PLAIN_AGE, now)
    signed = f"{headers.get('webhook-id', '')}.{at}.".encode() + body
    wanted = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    for given in headers.get("webhook-signature", "").split():
        version, _, text = given.partition(",")
        if version == "v1" and key and hmac.compare_digest(_unbase64(text), wanted):
            return
    raise NotSigned


def _mailgun(fields: Mapping[str, bytes], body: bytes, *, key: str, now: float) -> Posted:
    at, token, given = (fields.get(name, b"") for name in ("timestamp", "token", "signature"))
    _check_age(at.decode("ascii", "replace"), MAILGUN_AGE, now)
    wanted = hmac.new(key.encode(), at + token, hashlib.sha256).hexdigest().encode()
    if not key or not hmac.compare_digest(given, wanted):
        raise NotSigned
    return Posted(fields.get("body-mime", body), _text(fields, "sender"), _text(fields, "recipient"))


def _postmark(body: bytes) -> Posted | None:
    try:
        told = json.loads(body)
        raw = told["RawEmail"].encode("utf-8", "surrogateescape")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Posted(raw, "", str(told.get("OriginalRecipient") or ""))


def _sendgrid(body: bytes, headers: Mapping[str, str]) -> Posted | None:
    fields = form_fields(body, headers.get("content-type", ""))
    if "email" not in fields:
        return None
    try:
        envelope = json.loads(fields.get("envelope", b"{}"))
        return Posted(fields["email"], str(envelope.get("from", "")), str((envelope.get("to") or [""])[0]))
    except (ValueError, AttributeError, TypeError, IndexError):
        return Posted(fields["email"])


def form_fields(body: bytes, content_type: str) -> dict[str, bytes]:
    """The fields of a form, byte for byte: multipart/form-data (RFC 7578) or URL-encoded."""
    head = Message()
    head["Content-Type"] = content_type
    kind = head.get_content_type()
    if kind == "multipart/form-data":
        return _multipart(body, str(head.get_param("boundary") or "").encode())
    if kind != "application/x-www-form-urlencoded":
        return {}
    try:
        # Latin-1 both ways leaves every byte as it is.
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    return {name: value.encode("latin-1") for name, value in pairs}


def _multipart(body: bytes, boundary: bytes) -> dict[str, bytes]:
    fields: dict[str, bytes] = {}
    if not boundary:
        return fields
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_FIELDS)[1:]:
        head, found, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = BytesHeaderParser().parsebytes(head).get_param("name", header="content-disposition") if found else None
        if isinstance(name, str):
            fields[name] = value
    return fields


def _check_age(written: str, oldest: int, now: float) -> None:
    if not written.isascii() or not written.isdigit() or not -AHEAD <= now - int(written) <= oldest:
        raise NotSigned


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(fields: Mapping[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")
