"""Fetching by IMAP: read without marking, store, commit, and only then mark or delete on the server."""

import logging
import re
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import IMAP4
from typing import Any

from django.db.models import Q
from django.utils import timezone
from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, UidRange
from imap_tools.errors import ImapToolsError

from accounts.scope import tenant_scope
from core.faults import fault_point
from core.network import require_public, require_public_peer
from mailintake.enums import AfterFetch
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
BATCH = 50
# A poll that has not come back after this long has lost its worker.
CLAIM = timedelta(minutes=5)
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]{20,30})"')
DOORS = {
    Mailbox.Security.TLS: MailBox,
    Mailbox.Security.STARTTLS: MailBoxStartTls,
    Mailbox.Security.NONE: MailBoxUnencrypted,
}


class MailboxUnreachable(Exception):
    """The server did not answer, or refused us; in its own words."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server holds it."""

    uid: int
    raw: bytes
    received_at: datetime


def poll(tenant_id: int, mailbox_id: int) -> int:
    """Fetch a mailbox unless another worker is at it; returns how many mails were new.

    A failure is written to the mailbox, where people see it; it never raises for the server's faults.
    """
    mailbox = _claim(tenant_id, mailbox_id)
    if mailbox is None:
        return 0
    try:
        with connected(mailbox) as box:
            new = _fetch_all(box, mailbox)
    except MailboxUnreachable as error:
        _failed(mailbox, str(error))
        return 0
    except Exception as error:
        # Our own fault, or an answer that no server should give: shown like any other, and the claim is given back.
        logger.exception("mailbox.not_fetched", extra={"tenant_id": tenant_id, "mailbox_id": mailbox_id})
        _failed(mailbox, f"{type(error).__name__}: {error}")
        return 0
    _succeeded(mailbox)
    return new


def _claim(tenant_id: int, mailbox_id: int) -> Mailbox | None:
    now = timezone.now()
    with tenant_scope(tenant_id):
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
        if not Mailbox.objects.filter(free, pk=mailbox_id, active=True).exclude(host="").update(claimed_at=now):
            return None
        return Mailbox.objects.get(pk=mailbox_id)


@contextmanager
def connected(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    """The mailbox's folder, open on its server.

    Raises MailboxUnreachable with the server's words.
    """
    try:
        require_public(mailbox.host, mailbox.port)
        box = _open(mailbox)
        try:
            require_public_peer(box.client.socket())
            box.login(mailbox.username, mailbox.password, initial_folder=mailbox.folder)
            yield box
        finally:
            _hang_up(box)
    except (OSError, ImapToolsError, IMAP4.error) as error:
        raise MailboxUnreachable(str(error) or type(error).__name__) from error


def _hang_up(box: BaseMailBox) -> None:
    """Say goodbye where the server still listens, and close the line in any case."""
    with suppress(OSError, ImapToolsError, IMAP4.error):
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def _open(mailbox: Mailbox) -> BaseMailBox:
    """A connection that nobody has signed in to; the server's certificate is checked, as imaplib alone does not."""
    options: dict[str, Any] = {"timeout": TIMEOUT_SECONDS}
    if mailbox.security != Mailbox.Security.NONE:
        options["ssl_context"] = ssl.create_default_context()
    box: BaseMailBox = DOORS[Mailbox.Security(mailbox.security)](mailbox.host, mailbox.port, **options)
    return box


def _fetch_all(box: BaseMailBox, mailbox: Mailbox) -> int:
    status = box.folder.status(mailbox.folder, ["UIDVALIDITY", "UIDNEXT"])
    _begin(box, mailbox, status["UIDVALIDITY"], status["UIDNEXT"])
    new, whole = 0, True
    for uid in _waiting(box, mailbox):
        fetched = _fetch(box, uid)
        if fetched is None:
            # Gone meanwhile, or the server would not give it: then the next poll asks again, so none is passed over.
            whole = False
            continue
        fault_point("after-fetch")
        new += _store(mailbox, fetched, whole=whole)
        fault_point("after-receipt-commit")
        _acknowledge(box, mailbox, uid)
    return new


def _begin(box: BaseMailBox, mailbox: Mailbox, validity: int, next_uid: int) -> None:
    """Set where reading begins: a new mailbox starts from now, and older mail in it is only counted.

    After a change of UIDVALIDITY all is read anew; fingerprints keep known mails from becoming tickets twice.
    """
    if mailbox.uid_validity == validity:
        return
    if mailbox.uid_validity is None:
        since = mailbox.started_at.date() - timedelta(days=1)
        recent = [int(uid) for uid in box.uids(AND(date_gte=since))]
        # Servers keep whole seconds.
        start = mailbox.started_at.replace(microsecond=0)
        younger = [uid for uid in recent if (at := _arrival(box, uid)) and at >= start]
        mailbox.last_uid = min(younger, default=next_uid) - 1
        mailbox.older_count = sum(1 for uid in box.uids() if int(uid) <= mailbox.last_uid)
    else:
        mailbox.last_uid = 0
    mailbox.uid_validity = validity
    with tenant_scope(mailbox.tenant_id):
        mailbox.save(update_fields=["uid_validity", "last_uid", "older_count"])


def _waiting(box: BaseMailBox, mailbox: Mailbox) -> list[int]:
    """New mails, and those committed before whose acknowledgement was lost."""
    after = mailbox.last_uid
    # A range whose start is past the end still names the last mail (RFC 3501, 6.4.8), hence the filter.
    new = [uid for uid in _uids(box, AND(uid=UidRange(str(after + 1), "*"))) if uid > after]
    with tenant_scope(mailbox.tenant_id):
        sources = InboundMessage.objects.filter(mailbox=mailbox, source__startswith=f"imap:{mailbox.uid_validity}:")
        known = {int(source.rpartition(":")[2]) for source in sources.values_list("source", flat=True)}
    left = _uids(box, AND(seen=False)) if mailbox.after_fetch == AfterFetch.SEEN else _uids(box, "ALL")
    return sorted({*(uid for uid in new if uid not in known), *(uid for uid in left if uid in known)})[:BATCH]


def _uids(box: BaseMailBox, criteria: str | AND) -> list[int]:
    return [int(uid) for uid in box.uids(criteria)]


def _fetch(box: BaseMailBox, uid: int) -> Fetched | None:
    """The raw mail and its arrival, without marking it as read; None where it has gone meanwhile."""
    status, answer = box.client.uid("FETCH", str(uid), "(INTERNALDATE BODY.PEEK[])")
    part = next((row for row in answer or [] if isinstance(row, tuple)), None)
    if status != "OK" or part is None:
        return None
    return Fetched(uid, bytes(part[1]), _internal_date(answer) or timezone.now())


def _arrival(box: BaseMailBox, uid: int) -> datetime | None:
    """When a mail arrived, without its bytes."""
    return _internal_date(box.client.uid("FETCH", str(uid), "(INTERNALDATE)")[1])


def _internal_date(answer: Iterable[bytes | tuple[bytes, bytes] | None]) -> datetime | None:
    """When the server took the mail in (RFC 3501, INTERNALDATE), which stands before or behind the mail itself."""
    around = b" ".join(row[0] if isinstance(row, tuple) else row or b"" for row in answer)
    found = INTERNAL_DATE.search(around)
    try:
        return datetime.strptime(found[1].decode("ascii"), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) if found else None
    except ValueError:
        return None


def _store(mailbox: Mailbox, mail: Fetched, *, whole: bool) -> bool:
    """Commit the mail; `whole` says that all mails before it are stored, so that reading may go on behind it."""
    source = f"imap:{mailbox.uid_validity}:{mail.uid}"
    with tenant_scope(mailbox.tenant_id):
        known = InboundMessage.objects.filter(mailbox=mailbox, source=source).exists()
        store_raw(mailbox, source=source, raw=mail.raw, received_at=mail.received_at, recipient=mailbox.address)
        if whole:
            Mailbox.objects.filter(pk=mailbox.pk, last_uid__lt=mail.uid).update(last_uid=mail.uid)
    return not known


def _acknowledge(box: BaseMailBox, mailbox: Mailbox, uid: int) -> None:
    fault_point("before-acknowledge")
    if mailbox.after_fetch == AfterFetch.SEEN:
        box.client.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
    else:
        box.client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
        fault_point("before-expunge")
        box.expunge()
    fault_point("after-acknowledge")


def _failed(mailbox: Mailbox, words: str) -> None:
    now = timezone.now()
    logger.warning("mailbox.unreachable", extra={"tenant_id": mailbox.tenant_id, "mailbox_id": mailbox.pk})
    with tenant_scope(mailbox.tenant_id):
        row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        row.claimed_at, row.failure = None, words[:2000]
        row.failing_since = row.failing_since or now
        row.save(update_fields=["claimed_at", "failure", "failing_since"])


def _succeeded(mailbox: Mailbox) -> None:
    with tenant_scope(mailbox.tenant_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(
            claimed_at=None, fetched_at=timezone.now(), failing_since=None, failure=""
        )
