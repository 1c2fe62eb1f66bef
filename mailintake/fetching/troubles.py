"""Every way in which a server can fail us, as one exception that knows which it is."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from poplib import error_proto
from socket import gaierror

from imap_tools.errors import ImapToolsError

from core.network import ForbiddenAddress
from core.secrets import SecretUnreadable
from mailintake.enums import Trouble
from mailintake.fetching.accounts import Account

# Their servers refuse passwords of accounts, whatever they answer.
APP_PASSWORD_HOSTS = ("gmail.com", "googlemail.com", "yahoo.com", "me.com", "icloud.com")
SIGN_IN_HOSTS = ("office365.com", "outlook.com")
APP_PASSWORD = re.compile(r"application-specific|app(?:lication)?[- ]password", re.I)
# RFC 5530, RFC 3206 and RFC 2449 name these.
BUSY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|IN-USE|SYS/TEMP|LOGIN-DELAY)\]|too many", re.I)
NEEDS_TLS = re.compile(r"PRIVACYREQUIRED|LOGINDISABLED|plaintext authentication disallowed", re.I)
ANSWERS = (ImapToolsError, IMAP4.error, error_proto)


class MailboxUnreachable(Exception):
    """The server did not answer, or refused us: which trouble it is, and the server's own words."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble


@contextmanager
def explained(account: Account) -> Iterator[None]:
    """Turn whatever a connection raises into MailboxUnreachable."""
    try:
        yield
    except (OSError, SecretUnreadable, *ANSWERS) as error:
        raise MailboxUnreachable(trouble_of(error), account.hide(str(error) or type(error).__name__)) from error


@contextmanager
def refused_sign_in(account: Account) -> Iterator[None]:
    """Turn a server's No to our name and secret into MailboxUnreachable; other faults pass."""
    try:
        yield
    except IMAP4.abort:
        raise
    except ANSWERS as error:
        words = account.hide(str(error))
        raise MailboxUnreachable(_refusal(account, words), words) from error


def _refusal(account: Account, words: str) -> Trouble:
    """Why a server refuses to let us in, as far as it can be told."""
    if BUSY.search(words):
        return Trouble.BUSY
    if account.token:
        return Trouble.SIGN_IN_AGAIN
    if NEEDS_TLS.search(words):
        return Trouble.NEEDS_TLS
    if account.host.endswith(SIGN_IN_HOSTS):
        return Trouble.NEEDS_SIGN_IN
    if APP_PASSWORD.search(words) or account.host.endswith(APP_PASSWORD_HOSTS):
        return Trouble.APP_PASSWORD
    return Trouble.PASSWORD


KINDS: tuple[tuple[type[Exception], Trouble], ...] = (
    # The narrower before the wider.
    (ForbiddenAddress, Trouble.PRIVATE),
    (gaierror, Trouble.NO_SUCH_HOST),
    (ssl.SSLCertVerificationError, Trouble.CERTIFICATE),
    (ssl.SSLEOFError, Trouble.CUT),
    (ssl.SSLError, Trouble.TLS),
    (TimeoutError, Trouble.TIMEOUT),
    (ConnectionRefusedError, Trouble.REFUSED),
    (ConnectionError, Trouble.CUT),
    (OSError, Trouble.REFUSED),
    (IMAP4.abort, Trouble.CUT),
    (SecretUnreadable, Trouble.SECRET),
)


def trouble_of(error: Exception) -> Trouble:
    """Which trouble an exception of a connection means."""
    words = str(error)
    if isinstance(error, IMAP4.abort | error_proto) and "EOF" in words:
        return Trouble.CUT
    if isinstance(error, (IMAP4.error, error_proto)) and "TLS not supported" in words:
        return Trouble.NO_STARTTLS
    if BUSY.search(words):
        return Trouble.BUSY
    return next((trouble for kind, trouble in KINDS if isinstance(error, kind)), Trouble.OTHER)
