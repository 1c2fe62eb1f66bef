"""A folder on an IMAP server (RFC 3501). Nothing here marks or deletes a mail but the two functions that say so."""

import imaplib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from imap_tools import AND, BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError

from core.lines import SIGN_IN_SECONDS, SILENCE_SECONDS, STEP_SECONDS, Line
from mailintake.enums import Trouble
from mailintake.fetching.accounts import Account, Fetched
from mailintake.fetching.troubles import MailboxUnreachable, explained, refused_sign_in
from mailintake.models import Mailbox

# Messages named in one command.
TOGETHER = 500
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]{20,30})"')
Answer = Sequence[bytes | tuple[bytes, bytes] | None]


class Client(imaplib.IMAP4):
    """The standard library's client over our own line."""

    def __init__(self, line: Line, *, tls: bool) -> None:
        self._line, self._tls = line, tls
        super().__init__(line.host, line.port, timeout=SILENCE_SECONDS)

    def _create_socket(self, timeout: float | None) -> Any:
        return self._line.open_tls() if self._tls else self._line.open()


class Box(BaseMailBox):
    """imap-tools over our own client."""

    def __init__(self, account: Account, line: Line) -> None:
        self._account, self._line = account, line
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = Client(self._line, tls=self._account.security == Mailbox.Security.TLS)
        if self._account.security == Mailbox.Security.STARTTLS:
            try:
                client.starttls(self._line)  # see Line.wrap_socket
            except BaseException:
                # A line whose encryption failed is closed already.
                with suppress(OSError):
                    client.shutdown()
                raise
        return client


class ImapServer:
    """Somebody signed in, with the folder open."""

    def __init__(self, box: Box, line: Line, folder: str) -> None:
        self._box, self._line, self._folder = box, line, folder

    def validity(self) -> tuple[int, int]:
        """The folder's UIDVALIDITY, and the UID that the next mail will have."""
        with self._line.within(STEP_SECONDS):
            status = self._box.folder.status(self._folder, ["UIDVALIDITY", "UIDNEXT"])
        return status["UIDVALIDITY"], status["UIDNEXT"]

    def uids(self, criteria: str | AND = "ALL") -> list[int]:
        """The UIDs of the mails that a search finds, in ascending order."""
        with self._line.within(STEP_SECONDS):
            return sorted(int(uid) for uid in self._box.uids(criteria))

    def facts(self, uids: Sequence[int]) -> dict[int, tuple[datetime | None, int | None]]:
        """When mails arrived and how many bytes they have, without their bytes; those that are gone are missing."""
        found: dict[int, tuple[datetime | None, int | None]] = {}
        for start in range(0, len(uids), TOGETHER):
            named = ",".join(str(uid) for uid in uids[start : start + TOGETHER])
            with self._line.within(STEP_SECONDS):
                _, answer = self._box.client.uid("FETCH", named, "(UID INTERNALDATE RFC822.SIZE)")
            for row in answer or []:
                line = row[0] if isinstance(row, tuple) else row or b""
                if uid := _number(UID, line):
                    found[uid] = (_internal_date([line]), _number(SIZE, line))
        return found

    def fetch(self, uid: int, *, head_only: bool = False) -> Fetched | None:
        """The raw mail and its arrival, without marking it as read; None where the server does not give it."""
        part = "BODY.PEEK[HEADER]" if head_only else "BODY.PEEK[]"
        with self._line.within(STEP_SECONDS):
            status, answer = self._box.client.uid("FETCH", str(uid), f"(UID INTERNALDATE RFC822.SIZE {part})")
        own = _part_of(uid, answer or []) if status == "OK" else None
        if own is None:
            return None
        around, raw = own
        return Fetched(raw, _internal_date([around]) or timezone.now(), _number(SIZE, around))

    def mark_read(self, uid: int) -> None:
        self._box.client.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")

    def mark_deleted(self, uid: int) -> None:
        self._box.client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")

    def expunge(self, uid: int) -> None:
        """Remove this mail, where the server can (UIDPLUS), else whatever is marked in the folder."""
        # Servers name it only to whoever has signed in, and the library has asked before.
        if b"UIDPLUS" in b" ".join(self._box.client.capability()[1]).upper().split():
            self._box.client.uid("EXPUNGE", str(uid))
        else:
            self._box.expunge()


@contextmanager
def imap_server(account: Account) -> Iterator[ImapServer]:
    """The mailbox's folder, open on its server.

    Raises MailboxUnreachable with the server's words, also for what fails inside the block.
    """
    line = Line(account.host, account.port)
    with explained(account):
        with line.within(SIGN_IN_SECONDS):
            box = Box(account, line)
        try:
            with line.within(SIGN_IN_SECONDS):
                _sign_in(box, account)
            yield ImapServer(box, line, account.folder)
        finally:
            with line.within(SIGN_IN_SECONDS):
                _hang_up(box)


def _sign_in(box: Box, account: Account) -> None:
    with refused_sign_in(account):
        if account.token:
            box.xoauth2(account.username, account.token, initial_folder=None)
        elif account.username.isascii() and account.password.isascii():
            box.login(account.username, account.password, initial_folder=None)
        else:
            box.login_utf8(account.username, account.password, initial_folder=None)
    try:
        box.folder.set(account.folder)
    except MailboxFolderSelectError as error:
        raise MailboxUnreachable(Trouble.FOLDER, account.hide(str(error))) from error


def _hang_up(box: Box) -> None:
    """Say goodbye where the server still listens, and close the line in any case."""
    with suppress(OSError, ImapToolsError, imaplib.IMAP4.error):
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def _part_of(uid: int, answer: Answer) -> tuple[bytes, bytes] | None:
    """What is said around this mail's bytes, and the bytes; a server may tell of other mails in between."""
    for place, row in enumerate(answer):
        if not isinstance(row, tuple):
            continue
        behind = answer[place + 1] if place + 1 < len(answer) else b""
        around = row[0] + b" " + (behind if isinstance(behind, bytes) else b"")
        if _number(UID, around) in (uid, None):
            return around, bytes(row[1])
    return None


def _number(pattern: re.Pattern[bytes], line: bytes) -> int | None:
    found = pattern.search(line)
    return int(found[1]) if found else None


def _internal_date(lines: Iterable[bytes]) -> datetime | None:
    """When the server took the mail in, which stands before or behind the mail itself."""
    found = INTERNAL_DATE.search(b" ".join(lines))
    try:
        return datetime.strptime(found[1].decode("ascii"), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) if found else None
    except ValueError:
        return None
