"""Bounces: who failed, for good or for now, why, and which mail of ours it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake.bounces import Bounce, read_bounce
from mailintake.failures import HARD, Reason, explain
from mailintake.parsing import parse

HEAD = "From: MAILER-DAEMON@mx.example\nTo: tuki@vaste.example\nSubject: failure notice\nReturn-Path: <>\n"


def bounce_of(body: str, *, head: str = "") -> Bounce:
    return read_bounce(parse(f"{HEAD}{head}\n{body}".encode()))


def report(*groups: str, prose: str = "It failed.", returned: str = "") -> Bounce:
    parts = [
        f"\n{prose}\n",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns;mx\n\n" + "\n\n".join(groups),
    ]
    parts += [f"Content-Type: text/rfc822-headers\n\n{returned}"] if returned else []
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return bounce_of(body, head="Content-Type: multipart/report; report-type=delivery-status; boundary=b\n")


def told(bounce: Bounce) -> list[tuple[str, str, bool]]:
    return [(one.email, one.dsn, one.hard) for one in bounce.recipients]


def test_each_recipient_of_a_report_is_told_apart() -> None:
    bounce = report(
        "Final-Recipient: rfc822; eino@x.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 No such user",
        "Final-Recipient: rfc822;anna@x.example\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 5.2.2 Mailbox\n full",
        returned="Message-ID: <90.c3d4@vaste.example>\n",
    )

    assert told(bounce) == [("eino@x.example", "5.1.1", True), ("anna@x.example", "5.2.2", False)]
    assert [one.reason for one in bounce.recipients] == [Reason.NO_SUCH_ADDRESS, Reason.MAILBOX_FULL]
    assert (bounce.is_delay, bounce.is_success, bounce.mail_ids) == (False, False, ("90.c3d4@vaste.example",))


def test_one_who_failed_and_one_who_got_it() -> None:
    group = "Final-Recipient: rfc822; {}@x.example\nAction: {}\nStatus: {}"
    bounce = report(group.format("eino", "failed", "5.1.1"), group.format("anna", "delivered", "2.0.0"))

    assert told(bounce) == [("eino@x.example", "5.1.1", True)]


def test_what_the_server_said_comes_without_the_name_of_its_protocol() -> None:
    group = "Final-Recipient: rfc822; eino@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: {}"

    for code in ("smtp; 550 5.1.1 No such user; bye", "X-Unix;550 5.1.1 No such user; bye"):
        assert [one.said for one in report(group.format(code)).recipients] == ["550 5.1.1 No such user; bye"]


def test_a_delay_and_a_success_are_no_failures() -> None:
    group = "Final-Recipient: rfc822; eino@x.example\nAction: {}\nStatus: {}"

    delayed = report(group.format("delayed", "4.4.1"))
    assert (delayed.is_delay, told(delayed)) == (True, [("eino@x.example", "4.4.1", False)])
    delivered = report(group.format("delivered", "2.0.0"))
    assert (delivered.is_success, delivered.recipients) == (True, ())


PROSE = {
    "postfix": ("<eino@x.example>: host mx.x.example said: 550 5.1.1 User unknown", "5.1.1", True),
    "postfix wrapped": ("<eino@x.example>: host mx.x.example said:\n    550 5.1.1 User unknown", "5.1.1", True),
    "qmail": ("<eino@x.example>:\nSorry, I couldn't find any host named x.example. (#5.1.2)", "5.1.2", True),
    "exim": (
        (
            "The following address failed:\n\n  eino@x.example\n    SMTP error from remote mail server after RCPT TO:"
            "<eino@x.example>:\n    host mx [192.0.2.1]: 550 5.7.1 Message rejected as spam"
        ),
        "5.7.1",
        False,
    ),
    "exchange": (
        (
            "Your message did not reach the following recipient(s):\n\neino@x.example on Thu, 29 Apr 2010 00:00:00\n"
            "    The recipient name is not recognized"
        ),
        "",
        True,
    ),
    "gmail": (
        (
            "Delivery to the following recipient failed permanently:\n\n     eino@x.example\n\nTechnical details:\n"
            "The email account that you tried to reach does not exist. 550-5.1.1"
        ),
        "5.1.1",
        True,
    ),
    "gmx": (
        '"eino@x.example":\nSMTP error from remote server:\n5.2.2 <eino@x.example>... Mailbox Full',
        "5.2.2",
        False,
    ),
    "sendmail 5": ("550 <eino@x.example>... User unknown", "", True),
    "one sentence": (
        "There was an error delivering your mail to <eino@x.example>.\n452 4.2.2 over quota",
        "4.2.2",
        False,
    ),
}


@pytest.mark.parametrize("name", PROSE)
def test_a_server_that_writes_prose_is_understood(name: str) -> None:
    words, dsn, hard = PROSE[name]
    below = "\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <tuki@vaste.example>\n"
    bounce = bounce_of(f"Sorry.\n\n{words}{below}To: other@y.example\nMessage-ID: <9.a@vaste.example>\n\nHei")

    assert told(bounce) == [("eino@x.example", dsn, hard)]
    assert bounce.mail_ids == ("9.a@vaste.example",)


def test_a_header_names_the_recipients() -> None:
    bounce = bounce_of(
        "Message could not be delivered. 550 5.1.1", head="X-Failed-Recipients: a@x.example, b@x.example\n"
    )
    assert told(bounce) == [("a@x.example", "5.1.1", True), ("b@x.example", "5.1.1", True)]


def test_a_bounce_without_any_address_still_has_a_recipient() -> None:
    assert told(bounce_of("Mailbox full.")) == [("", "", False)]


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        ("550 5.1.1 <a@x.example>: Recipient address rejected: User unknown", "5.1.1", Reason.NO_SUCH_ADDRESS),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1", Reason.NO_SUCH_ADDRESS),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "5.1.10", Reason.NO_SUCH_ADDRESS),
        ("Host or domain name not found", "5.4.4", Reason.NO_SUCH_DOMAIN),
        ("Host not found, try again", "", Reason.TEMPORARY),
        ("550 5.1.6 recipient no longer on server", "5.1.6", Reason.MOVED),
        ("556 5.1.10 Recipient domain does not accept mail", "", Reason.TAKES_NO_MAIL),
        ("552 Postilaatikko on täynnä", "", Reason.MAILBOX_FULL),
        ("550 Mailbox is frozen", "5.0.0", Reason.DISABLED),
        ("550 5.7.26 DMARC policy", "5.7.26", Reason.REFUSED_SENDER),
        ("553 5.1.8 Domain of sender address does not exist", "5.1.8", Reason.REFUSED_SENDER),
        ("554 5.7.1 Message content rejected, UBE", "5.7.1", Reason.REFUSED_CONTENT),
        ("554 blocked using dnsbl.example", "", Reason.REFUSED),
        ("550 unknown user (in reply to end of DATA command)", "", Reason.REFUSED),
        ("550 5.7.1 User unknown", "5.7.1", Reason.REFUSED),
        ("User unknown", "4.4.7", Reason.TEMPORARY),
        ("message size exceeds limit", "5.3.4", Reason.TOO_BIG),
        ("421 4.4.2 Connection timed out", "4.4.2", Reason.TEMPORARY),
        ("", "5.1.1", Reason.NO_SUCH_ADDRESS),
        ("", "5.2.2", Reason.MAILBOX_FULL),
        ("", "", Reason.UNKNOWN),
    ],
)
def test_a_refusal_has_a_reason(words: str, status: str, reason: Reason) -> None:
    failure = explain(words, status=status)
    assert failure.reason is reason
    assert failure.hard == (reason in HARD)


@given(st.text(max_size=400), st.text(max_size=60))
def test_no_words_break_the_reading(body: str, subject: str) -> None:
    bounce = read_bounce(parse(f"From: postmaster@x.example\nSubject: {subject}\n\n{body}".encode("utf-8", "replace")))
    assert bounce.recipients or bounce.is_success
