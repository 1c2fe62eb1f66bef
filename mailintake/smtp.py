"""The SMTP listener: it says 250 only for mail that is committed."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from mailintake.models import Mailbox
from mailintake.services.receiving import store_raw
from tickets.threads import plain_address

T = TypeVar("T")
logger = logging.getLogger(__name__)
OK = "250 Message accepted"
UNKNOWN = "550 5.1.1 No such mailbox here"
TRY_LATER = "451 4.3.0 Not stored, try again later"


def find_mailboxes(address: str) -> list[tuple[int, int]]:
    """(tenant id, mailbox id) of an address, with or without our signed extension."""
    close_old_connections()
    return open_door("door_mailbox_by_address", plain_address(address))


def keep(targets: dict[str, tuple[int, int]], sender: str, raw: bytes) -> None:
    """Store one transaction's mail for all of its mailboxes or for none, since one answer is given for all."""
    close_old_connections()
    source, now = f"smtp:{uuid.uuid4()}", timezone.now()
    with transaction.atomic():
        for address, (tenant_id, mailbox_id) in targets.items():
            with tenant_scope(tenant_id):
                mailbox = Mailbox.objects.get(pk=mailbox_id)
                store_raw(mailbox, source=source, raw=raw, received_at=now, sender=sender, recipient=address)
    fault_point("after-receipt-commit")


@dataclass
class Handler:
    """aiosmtpd's hooks. Database work runs in threads, because Django's connections are synchronous."""

    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=4))

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for our mailboxes only: this listener relays nothing."""
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
        """Store, commit, answer."""
        content = envelope.original_content or b""
        try:
            targets = {address: (await self._run(find_mailboxes, address))[0] for address in envelope.rcpt_tos}
            await self._run(keep, targets, envelope.mail_from or "", content)
        except Exception:  # nothing is acknowledged that is not committed
            logger.exception("smtp.mail_not_stored")
            return TRY_LATER
        fault_point("before-acknowledge")
        return OK


class Protocol(SMTP):
    """One connection. Careless programs write longer lines than RFC 5321 allows; their mail is taken all the same."""

    line_length_limit = 2**20


def protocol_factory() -> Callable[[], SMTP]:
    """Makes the protocol of each connection. They share one pool: each of its threads holds a database connection."""
    handler = Handler()
    limits = {"data_size_limit": settings.VASTE_MAX_MAIL_BYTES, "hostname": settings.VASTE_BASE_DOMAIN}
    return partial(Protocol, handler, **limits)
