"""One mail as a flat record for people and scripts: what `manage.py parse_mail` prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.html import html_to_text
from mailintake import quotes, tnef
from mailintake.addresses import Address, claimed_email
from mailintake.bounces import Bounce
from mailintake.decoding import decode
from mailintake.parsing import ParsedMail, UnreadableMail, parse
from mailintake.verdicts import Verdict, judge

Record = dict[str, Any]
# Mail that no person wrote, and that nobody may answer automatically.
AUTOMATIC = frozenset({Verdict.AUTO_REPLY, Verdict.BOUNCE, Verdict.DELAY, Verdict.COMPLAINT, Verdict.REPORT})
BOUNCES = frozenset({Verdict.BOUNCE, Verdict.DELAY})
HTML = re.compile(r"(?is)\s*<(?:!doctype|\?xml|html|head|meta|body|div|p|table|span|br)\b")
LISTS = (
    *("to", "cc", "reply_to", "in_reply_to", "references", "attachment_names", "attachment_sizes"),
    *("attachment_labels", "inline", "bounce_recipients", "bounced_ids", "defects"),
)
NOBODY = {"email": "", "name": ""}


def record_of(raw: bytes) -> Record:
    """The record of a mail as received, or of a bare winmail.dat.

    `from.email` is what the topmost From field says; where intake believes in no sender, `defects` has "sender
    unclear" and the verdict is no_sender. `error` says why the bytes are no mail; the other keys are then empty.
    """
    if raw.startswith(tnef.SIGNATURE):
        raw = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n" + raw
    try:
        return _of_mail(parse(raw))
    except UnreadableMail as unreadable:
        return failure(unreadable.reason)


def record_of_text(raw: bytes) -> Record:
    """The record of a bare body without any header, HTML or plain: its text and what of it is new."""
    text = decode(raw).replace("\r\n", "\n").replace("\r", "\n")
    if HTML.match(text):
        text = html_to_text(text)
    split = quotes.split(text)
    return {**_empty(), "text": text, "reply_text": split.new, "quoted_text": split.quoted}


def failure(reason: str) -> Record:
    """The record of a file that could not be read."""
    return {**_empty(), "error": reason}


def _of_mail(mail: ParsedMail) -> Record:
    ruling = judge(mail, own_addresses=frozenset())
    return {
        "from": {"email": mail.from_.email or claimed_email(mail.headers.all("from")), "name": mail.from_.name},
        "to": _emails(mail.to),
        "cc": _emails(mail.cc),
        "reply_to": _emails(mail.reply_to),
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "reply_text": mail.new_text,
        "quoted_text": mail.quoted_text,
        **_files(mail),
        "is_auto_reply": ruling.verdict in AUTOMATIC,
        "is_bounce": ruling.verdict in BOUNCES,
        **_failures(ruling.bounce),
        "is_feedback_report": ruling.verdict is Verdict.COMPLAINT,
        "verdict": ruling.verdict.value,
        "why": ruling.reason,
        "defects": list(mail.defects),
        "error": None,
    }


def _failures(bounce: Bounce | None) -> Record:
    return {
        "bounce_recipients": [
            {"address": one.email, "dsn": one.dsn, "hard": one.hard, "reason": one.reason.value, "said": one.said}
            for one in (bounce.recipients if bounce else ())
        ],
        "bounced_ids": list(bounce.mail_ids) if bounce else [],
    }


def _emails(people: Iterable[Address]) -> list[str]:
    return [address.email for address in people]


def _files(mail: ParsedMail) -> Record:
    return {
        "attachments": len(mail.attachments),
        "attachment_names": [part.filename for part in mail.attachments],
        "attachment_sizes": [len(part.content) for part in mail.attachments],
        "attachment_labels": [part.label.value for part in mail.attachments],
        "inline": [part.filename for part in mail.attachments if part.inline],
    }


def _empty() -> Record:
    return {
        "from": dict(NOBODY),
        "subject": "",
        "date": None,
        "message_id": None,
        "text": "",
        "html": None,
        "reply_text": "",
        "quoted_text": "",
        "attachments": 0,
        "is_auto_reply": False,
        "is_bounce": False,
        "is_feedback_report": False,
        "verdict": "",
        "why": "",
        "error": None,
        **{name: [] for name in LISTS},
    }
