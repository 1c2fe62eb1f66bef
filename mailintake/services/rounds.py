"""What a round of fetching does with each mail, by whatever protocol it came: doubt it, store it, note how it goes."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.scope import tenant_scope
from core.faults import fault_point
from mailintake.enums import InboundState
from mailintake.fetching.accounts import Fetched
from mailintake.models import InboundMessage, Mailbox
from mailintake.parsing import UnreadableMail, parse
from mailintake.services.receiving import store_raw

# A round ends after this long, so that the other mailboxes have their turn; the next one goes on where it stopped.
ROUND_SECONDS = 60
# Mails looked up or asked for together.
BATCH = 50
LOOKED_UP = 1000
MOST_DOUBTS = 200
# Ends the source of a mail that is too large to be taken in; only its head is kept, and the mail stays where it is.
HEAD = ":head"


@dataclass(slots=True)
class Round:
    """One visit to one mailbox. `doubts` are the mails that the server did not give whole this time."""

    mailbox: Mailbox
    new: int = 0
    doubts: dict[str, str] = field(default_factory=dict)
    end: float = field(default_factory=lambda: time.monotonic() + ROUND_SECONDS)

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self.end

    def known(self, sources: Iterable[str]) -> dict[str, tuple[int, datetime]]:
        """Size and arrival of those mails that are stored already."""
        wanted, found = [*sources], dict[str, tuple[int, datetime]]()
        with tenant_scope(self.mailbox.tenant_id):
            for start in range(0, len(wanted), LOOKED_UP):
                rows = InboundMessage.objects.filter(
                    mailbox=self.mailbox, source__in=wanted[start : start + LOOKED_UP]
                )
                found |= {source: (size, at) for source, size, at in rows.values_list("source", "size", "received_at")}
        return found

    def is_whole(self, source: str, fetched: Fetched | None) -> bool:
        """Whether the server gave all of a mail; if not, the next round asks again.

        A mail that is shorter than the server says (RFC822.SIZE, POP3's LIST) may have been cut on its way out of
        the server's store. Some servers only estimate that figure, so the same bytes in two rounds are the mail.
        """
        if fetched is None:
            self._doubt(source, "")
            return False
        if fetched.size is None or len(fetched.raw) >= fetched.size:
            return True
        digest = hashlib.sha256(fetched.raw).hexdigest()
        if self.mailbox.doubtful.get(source) == digest:
            return True
        self._doubt(source, digest)
        return False

    def _doubt(self, source: str, digest: str) -> None:
        if len(self.doubts) < MOST_DOUBTS:
            self.doubts[source] = digest

    def store(self, source: str, mail: Fetched, *, is_older: bool = False, **progress: Any) -> None:
        """Commit the mail; `progress` are changes of the mailbox in the same transaction."""
        fault_point("after-fetch")
        mailbox, now = self.mailbox, timezone.now()
        if not is_older:
            progress |= {"newest_at": mail.received_at, "lag_seconds": _seconds(now, mail.received_at)}
        with tenant_scope(mailbox.tenant_id):
            store_raw(mailbox, source=source, raw=mail.raw, received_at=mail.received_at, recipient=mailbox.address)
            Mailbox.objects.filter(pk=mailbox.pk).update(claimed_at=now, **progress)
        fault_point("after-receipt-commit")
        self.new += 1

    def store_head(self, source: str, head: Fetched, size: int) -> None:
        """Show people that a mail is too large to be taken in; it stays where it is, unmarked."""
        facts: dict[str, Any] = {"raw": head.raw, "size": size, "received_at": head.received_at}
        facts |= {"envelope_to": self.mailbox.address, "state": InboundState.QUARANTINED, "reason": "too_big"}
        with tenant_scope(self.mailbox.tenant_id):
            InboundMessage.objects.get_or_create(
                mailbox=self.mailbox, source=source + HEAD, defaults=facts | _described(head.raw)
            )


def is_too_big(size: int | None) -> bool:
    return size is not None and size > settings.VASTE_MAX_MAIL_BYTES


def with_heads(sources: Sequence[str]) -> list[str]:
    """The sources, and those under which too large mails are kept."""
    return [*sources, *(source + HEAD for source in sources)]


def _described(head: bytes) -> dict[str, str]:
    try:
        mail = parse(head)
    except UnreadableMail:
        return {}
    return {"subject": mail.subject[:500], "from_name": mail.from_.name[:200], "from_email": mail.from_.email[:320]}


def _seconds(now: datetime, then: datetime) -> int:
    return max(0, int((now - then).total_seconds()))
