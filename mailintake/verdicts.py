"""What a mail is, before anyone asks which ticket it belongs to."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import Enum

from mailintake.parsing import ParsedMail

LOOP_HEADER = "x-vaste-tenant"
DELIVERY = frozenset({"delivery-status", "message/delivery-status", "message/global-delivery-status"})
OTHER_REPORTS = frozenset(
    {"feedback-report", "message/feedback-report", "disposition-notification", "message/disposition-notification"}
)
DAEMON = re.compile(
    r"(?:mailer-?daemon|post_?master|mail-?er|double-?bounce|bounces?|mmdf|uucp|listserv-bounces?|"
    r"mail(?:er)?[._-]?(?:delivery|subsystem|system)|mdaemon|mail-deliver|postmast|microsoftexchange\w*)(?:[+._=-].*)?@"
)
DAEMON_NAME = re.compile(r"(?i)mail delivery (?:sub)?system|mailer[ -]?daemon|postmaster|internet mail delivery")
FAILURE_SUBJECT = re.compile(
    r"(?i)^\W*(?:undeliver(?:able|ed)|undelivrable|returned mail|returned to sender|delivery (?:has )?(?:fail|status|"
    r"notification|report|problem|delay|error|final)|mail(?:er)? (?:delivery|system) (?:fail|error|warning|notif)|"
    r"mail delivery|failure notice|failed mail|failed delivery|failure delivery|non[ -]?(?:delivery|remis)|"
    r"message (?:delivery )?(?:delayed|fail|undeliver|could not)|message status|warning: (?:could not|message)|"
    r"could not send|unable to deliver|undelivered mail|mail could not|error sending|unzustellbar|nicht zustellbar|"
    r"zustellung|mail nicht|rücksendung|toimittaminen|ei voitu toimittaa|toimitusilmoitus|viestiä ei|"
    r"oleveransbar|olevererbar|kunde inte levereras|leveransfel|échec de|non remis|"
    r"no se (?:puede|ha podido) entregar|no se entregó|devolución|correo no entregado|user unknown|bounce|dsn:|"
    r"rejected mail|delayed mail|mail failed|delivery (?:to|of))"
)
FAILURE_TEXT = re.compile(
    r"(?i)(?:could not|cannot|can't|unable to) be delivered|undeliverable|not delivered|delivery (?:has )?failed|"
    r"does not exist|user unknown|unknown user|mailbox (?:is )?full|\b5[0-9]{2}[ -]5\.[0-9]\.[0-9]|error message"
)
FAILURE_TEXT_WITHIN = 3_000
FAILURE_HEADERS = ("x-failed-recipients", "x-mailer-daemon", "x-postfix-queue-id-failed")
# Alone or before a colon: a person may well write about an automatic reply or an absence.
AUTOMATIC_SUBJECT = re.compile(
    r"(?i)^\W*(?:auto(?:matic|matische|mated|matisch)?[ -]*(?:reply|response|antwort)|"
    r"out of (?:the )?office(?: (?:auto-?reply|reply|message|notice))?|ooo|"
    r"automaattinen (?:vastaus|poissaoloilmoitus)|automaattivastaus|"
    r"poissa(?:oloilmoitus|oloviesti| toimistosta)?|poissaolo|lomavastaus|autosvar|"
    r"automatiskt svar|frånvaro(?:meddelande)?|abwesenheits\w*|abwesend|respuesta autom[aá]tica|"
    r"fuera de (?:la )?oficina|réponse automatique|absence du bureau|absent du bureau|vacation reply)\s*(?::|$)"
)
SUPPRESSING = frozenset({"oof", "autoreply"})
BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})


class Verdict(Enum):
    """The outcome that decides the way of a mail. All but ACCEPT are never answered automatically.

    AUTO_REPLY and BULK (lists, newsletters, mail that asks for no automatic answer) may still be worth a ticket.
    BOUNCE belongs to a mail of ours, REPORT is a read receipt or a complaint, LOOP is our own mail come back.
    TOO_BIG was not read beyond its headers. NO_SENDER names nobody to answer, or two, and waits for a person.
    """

    ACCEPT = "accept"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    BOUNCE = "bounce"
    REPORT = "report"
    LOOP = "loop"
    TOO_BIG = "too_big"
    NO_SENDER = "no_sender"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and the evidence for it, fit to be shown."""

    verdict: Verdict
    reason: str


def judge(mail: ParsedMail, *, own_addresses: Set[str], tenant_key: str = "") -> Ruling:
    """Rule on one mail.

    `own_addresses` are the tenant's mailboxes in lower case, `tenant_key` is what our outgoing mail carries in
    X-Vaste-Tenant. Order matters: a bounce of our own mail is a bounce, and only then may anything be a loop.
    """
    if mail.too_big:
        return Ruling(Verdict.TOO_BIG, "The mail is larger than the limit.")
    for verdict, evidence in (
        (Verdict.BOUNCE, _bounce(mail)),
        (Verdict.REPORT, _report(mail)),
        (Verdict.LOOP, _loop(mail, own_addresses, tenant_key)),
        (Verdict.AUTO_REPLY, _automatic(mail)),
        (Verdict.BULK, _bulk(mail)),
    ):
        if evidence:
            return Ruling(verdict, evidence)
    if not mail.from_.email:
        return Ruling(Verdict.NO_SENDER, "From names no sender, or several.")
    return Ruling(Verdict.ACCEPT, "")


def _bounce(mail: ParsedMail) -> str:
    reports = _reports(mail)
    if reports & DELIVERY:
        return "delivery status notification"
    if reports & OTHER_REPORTS:
        return ""
    failed = next((name for name in FAILURE_HEADERS if name in mail.headers), "")
    if failed:
        return failed
    if mail.from_.email.startswith("mailer-daemon@"):
        return "written by a mail server"
    by_server = _is_daemon(mail)
    if (by_server or mail.envelope_from == "") and FAILURE_SUBJECT.match(mail.subject):
        return "subject and sender of a failure"
    return "text and sender of a failure" if by_server and FAILURE_TEXT.search(mail.text[:FAILURE_TEXT_WITHIN]) else ""


def _report(mail: ParsedMail) -> str:
    return next(iter(sorted(_reports(mail) & OTHER_REPORTS)), "")


def _reports(mail: ParsedMail) -> set[str]:
    return {mail.report_type, *(part.content_type for part in mail.attachments)} - {""}


def _is_daemon(mail: ParsedMail) -> bool:
    return bool(DAEMON.match(mail.from_.email) or DAEMON_NAME.search(mail.from_.name))


def _loop(mail: ParsedMail, own_addresses: Set[str], tenant_key: str) -> str:
    if tenant_key and tenant_key in mail.headers.all(LOOP_HEADER):
        return "X-Vaste-Tenant is our own"
    return "From is our own mailbox" if mail.from_.email in own_addresses else ""


def _automatic(mail: ParsedMail) -> str:
    fields = mail.headers
    submitted = _keyword(fields.get("auto-submitted"))
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    if "all" in _suppressed(mail):
        return "X-Auto-Response-Suppress: All"
    if _keyword(fields.get("precedence")) in {"auto_reply", "auto-reply"}:
        return "Precedence: auto_reply"
    for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply"):
        if _keyword(fields.get(name)) not in {"", "no"}:
            return name
    if mail.envelope_from == "":
        return "null return path"
    return "subject of an automatic reply" if AUTOMATIC_SUBJECT.match(mail.subject) else ""


def _bulk(mail: ParsedMail) -> str:
    precedence = _keyword(mail.headers.get("precedence"))
    if precedence in BULK:
        return f"Precedence: {precedence}"
    if _suppressed(mail) & SUPPRESSING:
        return "X-Auto-Response-Suppress"
    if "list-id" in mail.headers or "list-unsubscribe" in mail.headers:
        return "mailing list"
    return ""


def _suppressed(mail: ParsedMail) -> set[str]:
    return {word.strip().lower() for word in mail.headers.get("x-auto-response-suppress").split(",")}


def _keyword(value: str) -> str:
    return value.partition(";")[0].partition("(")[0].strip().lower()
