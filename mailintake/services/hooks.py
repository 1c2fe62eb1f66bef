"""Mail that others post to a mailbox's own web address: stored as it came, then answered; read by a worker.

A provider hands on the mail as it was sent (raw MIME), so that signatures stay verifiable; see docs/adr.
"""

import hashlib
import secrets

from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from core.secrets import seal
from mailintake.enums import HookKind
from mailintake.models import InboundMessage, Mailbox
from mailintake.posted import Posted
from mailintake.services.mailboxes import tell_of_change
from mailintake.services.receiving import store_raw


def digest_of(token: str) -> str:
    """What is stored of a secret address."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_hook(mailbox: Mailbox, *, kind: HookKind, key: str, by: Actor) -> tuple[str, str]:
    """Give a mailbox a new secret address; the former one ends. Returns its token, and the key to sign posts with.

    All admins hear of it. Token and key are shown once. Mailgun has its own key, which is `key`; for plain posts one
    is made here.
    """
    token = secrets.token_urlsafe(32)
    if kind == HookKind.RAW:
        key = secrets.token_urlsafe(32)
    mailbox.hook_kind, mailbox.hook_hash, mailbox.sealed_hook_key = kind, digest_of(token), seal(key)
    mailbox.save(update_fields=["hook_kind", "hook_hash", "sealed_hook_key"])
    audit.record("mailbox.hook_opened", by=by, target=mailbox, kind=kind.value)
    tell_of_change(mailbox, by)
    return token, key if kind == HookKind.RAW else ""


def close_hook(mailbox: Mailbox, *, by: Actor) -> None:
    """Let nobody post to the mailbox any more."""
    if mailbox.hook_hash:
        mailbox.hook_kind = mailbox.hook_hash = mailbox.sealed_hook_key = ""
        mailbox.save(update_fields=["hook_kind", "hook_hash", "sealed_hook_key"])
        audit.record("mailbox.hook_closed", by=by, target=mailbox)
        tell_of_change(mailbox, by)


def take_in(mailbox: Mailbox, posted: Posted) -> InboundMessage:
    """Keep a posted mail in the caller's transaction; the same bytes again are the same mail, however often sent."""
    digest = hashlib.sha256(posted.raw).hexdigest()
    now, source = timezone.now(), f"hook:{mailbox.hook_kind}:{digest}"
    recipient = posted.recipient or mailbox.address
    return store_raw(
        mailbox, source=source, raw=posted.raw, received_at=now, sender=posted.sender, recipient=recipient
    )
