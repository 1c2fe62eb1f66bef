"""The SMTP listener: it says 250 only for mail that is committed."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import AnyStr, TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from mailintake.models import Mailbox
from mailintake.services.receiving import store_raw
from mailintake.smtp_limits import Gate
from tickets.threads import plain_address

T = TypeVar("T")
logger = logging.getLogger(__name__)
OK = "250 Message accepted"
UNKNOWN = "550 5.1.1 No such mailbox here"
TRY_LATER = "451 4.3.0 Not stored, try again later"
TOO_MANY = "452 4.5.3 Too many recipients"
TOO_FAST = "451 4.7.1 Too much mail at once, try again later"
FULL = b"421 4.7.0 Too many connections, try again later\r\n"
# How aiosmtpd begins its own answers to a mail that it does not take.
REFUSED_WHOLE = ("552 Error: Too much mail data", "500 Line too long")
MOST_RECIPIENTS = 100
Targets = dict[str, tuple[int, int]]


def find_mailboxes(address: str) -> list[tuple[int, int]]:
    """(tenant id, mailbox id) of an address, with or without our signed extension."""
    close_old_connections()
    return open_door("door_mailbox_by_address", plain_address(address))


def keep(targets: Targets, sender: str, raw: bytes, source: str = "") -> None:
    """Store one transaction's mail for all of its mailboxes or for none, since one answer is given for all."""
    close_old_connections()
    source, now = source or f"smtp:{uuid.uuid4()}", timezone.now()
    with transaction.atomic():
        for address, (tenant_id, mailbox_id) in targets.items():
            with tenant_scope(tenant_id):
                mailbox = Mailbox.objects.get(pk=mailbox_id)
                store_raw(mailbox, source=source, raw=raw, received_at=now, sender=sender, recipient=address)
    fault_point("after-receipt-commit")


@dataclass
class Handler:
    """aiosmtpd's hooks. Database work runs in threads, because Django's connections are synchronous."""

    gate: Gate
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=4))

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Have whoever hands in too much at once come back later."""
        if not self.gate.allows(peer_of(session.peer), address, time.monotonic()):
            return TOO_FAST
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for our mailboxes only: this listener relays nothing."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            found = await self._run(find_mailboxes, address)
        except Exception:  # the sender keeps the mail and tries again
            logger.exception("smtp.recipient_not_looked_up")
            return TRY_LATER
        if not found:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store, commit, answer: once for all recipients, or by LMTP for each of them (RFC 2033, 4.2)."""
        content, source = envelope.original_content or b"", f"smtp:{uuid.uuid4()}"
        together = [[to] for to in envelope.rcpt_tos] if isinstance(server, LMTP) else [envelope.rcpt_tos]
        answers = [await self._keep(some, envelope.mail_from or "", content, source) for some in together]
        return "\r\n".join(answers)

    async def _keep(self, recipients: list[str], sender: str, content: bytes, source: str) -> str:
        try:
            targets = {address: (await self._run(find_mailboxes, address))[0] for address in recipients}
            await self._run(keep, targets, sender, content, source)
        except Exception:  # nothing is acknowledged that is not committed
            logger.exception("smtp.mail_not_stored")
            return TRY_LATER
        fault_point("before-acknowledge")
        return OK


class Protocol(SMTP):
    """One connection. Careless programs write longer lines than RFC 5321 allows; their mail is taken all the same."""

    line_length_limit = 2**20
    _entered: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer, gate = peer_of(transport.get_extra_info("peername")), self.event_handler.gate
        if self._entered is None and not gate.enter(peer):
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(FULL)
            transport.close()
            return
        self._entered = peer
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._entered is not None:
            self.event_handler.gate.leave(self._entered)
            super().connection_lost(error)


class LmtpProtocol(LMTP, Protocol):
    """One connection by LMTP, from a mail server that hands on what it has taken itself."""

    async def push(self, status: AnyStr) -> None:
        """The library refuses a whole mail once; each recipient is to have an answer."""
        if isinstance(status, str) and status.startswith(REFUSED_WHOLE) and self.envelope:
            status = "\r\n".join([status] * len(self.envelope.rcpt_tos))
        await super().push(status)


def peer_of(name: object) -> str:
    """The peer's IP address; "" on a socket of this machine."""
    return str(name[0]) if isinstance(name, tuple) else ""


def protocol_factory(*, lmtp: bool = False) -> Callable[[], SMTP]:
    """Makes the protocol of each connection. They share one pool: each of its threads holds a database connection."""
    gate = Gate(
        per_peer=settings.VASTE_SMTP_PER_PEER,
        per_sender=settings.VASTE_SMTP_PER_SENDER,
        trusted=settings.VASTE_SMTP_TRUSTED,
    )
    limits = {"data_size_limit": settings.VASTE_MAX_MAIL_BYTES, "hostname": settings.VASTE_BASE_DOMAIN}
    return partial(LmtpProtocol if lmtp else Protocol, Handler(gate), **limits)
