"""A mail to an SMTP server, in one transaction: each receiver gets an answer of their own."""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from core.network import connect
from outbox.answers import ABOUT_US, Answer, Answers, ServerFailing, for_all, judged, words
from outbox.delivery import Envelope
from outbox.enums import Fate
from outbox.models import Transport

TIMEOUT_SECONDS = 30
# After the mail's last line a server may think for long (RFC 5321, 4.5.3.2.6, asks for ten minutes): who hangs up
# sooner doubles mail. Shorter than tasks.STALE, after which another worker takes the mail for lost.
ANSWER_SECONDS = 300
# What can stand in RCPT without SMTPUTF8, which hardly a server has, and without ending the command.
PLAIN_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server mail is handed to."""

    host: str
    port: int
    security: str
    username: str
    password: str
    # Named by a tenant: it must lie outside our own network. The installation's own server may stand beside us.
    foreign: bool = False

    def hand_over(self, mail: Envelope) -> Answers:
        """Give it the mail for each of its receivers; an answer for each of them.

        Raises ServerFailing where it came to no mail at all.
        """
        taken = [address for address in mail.recipients if PLAIN_ADDRESS.fullmatch(address)]
        answers = for_all(mail.recipients, Answer(Fate.REFUSED, "The address has letters that no server takes."))
        if not taken:
            return answers
        connection = _reach(self)
        try:
            return answers | _transact(connection, mail, taken)
        finally:
            _hang_up(connection)


def _reach(server: Server) -> smtplib.SMTP:
    """A connection that the server would take mail on."""
    try:
        connection = _connect(server)
    except smtplib.SMTPResponseException as error:
        # Refused before it had seen the mail, such as by a wrong password: somebody's to mend, and all mail waits.
        raise ServerFailing(words(f"{error.smtp_code} {words(error.smtp_error)}")) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise ServerFailing(words(str(error) or type(error).__name__)) from error
    return connection


class _ForeignSmtp(smtplib.SMTP):
    """For a server that a tenant named: the connection goes to the address that was looked at, and to no other."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connect(host, port, timeout=timeout)


class _ForeignSmtps(smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = connect(host, port, timeout=timeout)
        return self.context.wrap_socket(line, server_hostname=host)


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.security == Transport.Security.TLS:
        secure = _ForeignSmtps if server.foreign else smtplib.SMTP_SSL
        connection = secure(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        plain = _ForeignSmtp if server.foreign else smtplib.SMTP
        connection = plain(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.security == Transport.Security.STARTTLS:
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, server.password)
        connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


def _transact(connection: smtplib.SMTP, mail: Envelope, receivers: list[str]) -> Answers:
    """Offer the mail to each receiver, and give it to those the server takes it for."""
    try:
        code, said = connection.mail(mail.sender)
        if code in ABOUT_US:
            raise ServerFailing(words(f"{code} {words(said)}"))
        opening = judged(code, said)
        if opening.fate is not Fate.ACCEPTED:
            return for_all(receivers, opening)
        answers = {address: judged(*connection.rcpt(address)) for address in receivers}
    except (OSError, smtplib.SMTPException) as error:
        return for_all(receivers, Answer(Fate.DELAYED, words(str(error) or type(error).__name__)))
    takers = [address for address, answer in answers.items() if answer.fate is Fate.ACCEPTED]
    return answers | for_all(takers, _give(connection, mail.content)) if takers else answers


def _give(connection: smtplib.SMTP, content: bytes) -> Answer:
    """The mail itself. Until its last line is out nobody has it; after that silence tells nothing."""
    try:
        code, said = connection.docmd("DATA")
        if code != 354:
            return judged(code, said)
        connection.sock.settimeout(ANSWER_SECONDS)  # type: ignore[union-attr]  # it has just answered
        connection.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Fate.DELAYED, words(str(error) or type(error).__name__))
    try:
        return judged(*connection.getreply())
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Fate.UNCERTAIN, words(f"No answer to the mail: {error or type(error).__name__}"))


def _hang_up(connection: smtplib.SMTP) -> None:
    """Say goodbye; whatever becomes of that changes nothing about the mail."""
    try:
        if connection.sock:
            connection.sock.settimeout(TIMEOUT_SECONDS)
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()
