"""A mailbox on a POP3 server (RFC 1939). What is deleted is gone only once the session ends well."""

import base64
import poplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Any

from core.lines import SIGN_IN_SECONDS, SILENCE_SECONDS, STEP_SECONDS, Line
from mailintake.fetching.accounts import Account
from mailintake.fetching.troubles import explained, refused_sign_in
from mailintake.models import Mailbox

# The standard library breaks off at 2,048, shorter than many a line of HTML mail.
LONGEST_LINE = 2**22


class Client(poplib.POP3):
    """The standard library's client over our own line, which takes long lines and keeps their ends."""

    def __init__(self, line: Line, *, tls: bool) -> None:
        self._line, self._tls = line, tls
        super().__init__(line.host, line.port, timeout=SILENCE_SECONDS)

    def _create_socket(self, timeout: float) -> Any:
        return self._line.open_tls() if self._tls else self._line.open()

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise poplib.error_proto("line too long")
        if not line.endswith(b"\n"):
            raise poplib.error_proto("-ERR EOF")
        return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail in the mailbox: its number in this session, its lasting name, its size in bytes."""

    number: int
    uidl: str
    size: int


class Pop3Server:
    """Somebody signed in."""

    def __init__(self, client: Client, line: Line) -> None:
        self._client, self._line = client, line

    def listing(self) -> list[Entry]:
        """Every mail there is, in the order of arrival."""
        with self._line.within(STEP_SECONDS):
            _, names, _ = self._client.uidl()
            _, lengths, _ = self._client.list()
        sizes = dict(row.split()[:2] for row in lengths)
        entries = []
        for row in names:
            number, uidl = row.split(None, 1)
            entries.append(Entry(int(number), uidl.decode("ascii", "replace").strip(), int(sizes[number])))
        return sorted(entries, key=lambda entry: entry.number)

    def head(self, number: int) -> bytes:
        """A mail's header, with the empty line that ends it."""
        with self._line.within(STEP_SECONDS):
            _, lines, _ = self._client.top(number, 0)
        return b"\r\n".join([*lines, b""]) if lines else b""

    def fetch(self, number: int) -> bytes:
        with self._line.within(STEP_SECONDS):
            _, lines, _ = self._client.retr(number)
        return b"\r\n".join([*lines, b""]) if lines else b""

    def delete(self, number: int) -> None:
        """Delete a mail, if the session ends well."""
        self._client.dele(number)

    def quit(self) -> None:
        """End the session; what was deleted is gone now."""
        with self._line.within(SIGN_IN_SECONDS):
            self._client.quit()


@contextmanager
def pop3_server(account: Account) -> Iterator[Pop3Server]:
    """The mailbox, open on its server; an exception in the block leaves every mail there.

    Raises MailboxUnreachable with the server's words, also for what fails inside the block.
    """
    line = Line(account.host, account.port)
    with explained(account):
        with line.within(SIGN_IN_SECONDS):
            client = Client(line, tls=account.security == Mailbox.Security.TLS)
        try:
            with line.within(SIGN_IN_SECONDS):
                if account.security == Mailbox.Security.STARTTLS:
                    client.stls(line)  # type: ignore[arg-type]  # see Line.wrap_socket
                _sign_in(client, account)
            server = Pop3Server(client, line)
            yield server
            server.quit()
        finally:
            # A line whose encryption failed is closed already.
            with suppress(OSError):
                client.close()


def _sign_in(client: Client, account: Account) -> None:
    with refused_sign_in(account):
        if account.token:
            # In two steps: Microsoft's server takes no initial response.
            client._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]  # poplib knows no AUTH
            said = f"user={account.username}\1auth=Bearer {account.token}\1\1"
            client._shortcmd(base64.b64encode(said.encode()).decode())  # type: ignore[attr-defined]
        else:
            client.user(account.username)
            client.pass_(account.password)


def arrival(head: bytes) -> Any:
    """When the mailbox's own server took a mail in, by the topmost Received; None where it does not say."""
    received = BytesHeaderParser().parsebytes(head).get("Received", "")
    try:
        moment = parsedate_to_datetime(str(received).rpartition(";")[2].strip())
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else None
