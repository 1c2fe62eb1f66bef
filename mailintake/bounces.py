"""What a bounce says: which addresses failed, whether for good, why, and which of our mails it is about.

Half of all real bounces are no delivery report in the sense of RFC 3464: qmail, old Exchange, many providers and
gateways write prose. Both kinds are read into the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailintake.addresses import normalise_email
from mailintake.decoding import decode
from mailintake.failures import AFTER_DATA, Failure, Reason, explain
from mailintake.headers import message_ids
from mailintake.parsing import ParsedMail

MAX_RECIPIENTS = 50
MAX_TEXT = 20_000
MAX_REPORT = 100_000
MAX_RETURNED = 50_000

DELIVERY = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
# RFC 3464, 2.3.3: the mail has arrived, or left for where no reports come from.
ARRIVED = frozenset({"delivered", "relayed", "expanded"})
FIELD = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]{2,40})[ \t]*:[ \t]*((?:.*)(?:\n[ \t]+\S.*)*)")
GROUP = re.compile(r"\n[ \t]*\n")
DIAGNOSTIC_TYPE = re.compile(r"\A\s*[\w-]{1,20}\s*;\s*")
# Where the prose ends and the mail that could not be delivered begins.
ORIGINAL_BELOW = re.compile(
    r"(?im)^[-_=*>\s]{0,20}(?:this is a copy of (?:the|your) message|below this line is a copy|original message\b|"
    r"(?:the )?headers? of the original message|message headers? (?:follow|are)|original (?:message|mail) "
    r"(?:follows|info|headers?)|below is a copy of the original|unsent message (?:below|follows)|"
    r"returned message follows|message contents? follow|copy of the original message|"
    r"received:[ \t]*(?:from|by|\(qmail)|return-path:|"
    r"-------original m|original mail as follows)"
)
ADDRESS = r"[^\s<>()\[\]\",:;@]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,190}[A-Za-z0-9]"
LABEL = (
    r"(?:recipient(?: address)?|(?:final|original)[ -]recipient|failed recipient|rcpt to|address|e-?mail|user|"
    r"vastaanottaja|mottagare|empfänger|destinatario|destinataire)"
)
# An address on a line of its own, or at its start with what happened behind it.
AT_LINE_START = re.compile(
    rf"(?im)^[ \t>*•-]{{0,12}}(?:[45]\d\d[ -])?(?:{LABEL}[ \t]*[:=][ \t]*(?:rfc822;[ \t]*)?)?"
    rf"[\"'<(]{{0,2}}({ADDRESS})[\"'>)]{{0,2}}"
    rf"(?=[ \t]*(?:$|[:;,]|\.\.\.|<mailto:| on \w{{3}},|\(|-| \[| (?:invalid|error|unknown|failed)\b))"
)
IN_PROSE = re.compile(
    rf"(?i)(?:delivering your mail to|(?:address|recipient|recipients|user|to|for|account)(?: was| is|:)?)\s+"
    rf"[\"'<]{{0,2}}({ADDRESS})"
)
DELAY = re.compile(
    r"(?i)warning message only|(?:has|have) (?:been delayed|not (?:yet )?been delivered)|delayed for more than|"
    r"not yet been delivered|delivery (?:is |has been )?delayed|(?:still|will) (?:keep|continue|be) (?:trying|retr)|"
    r"will be retried|delay reason|temporary failure report|could not send (?:mail|message) for past|"
    r"toimitus (?:on )?viivästy|försenad|verzögert|retardée|retrasad"
)


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One address of a bounce. `email` is empty when the bounce names none; `dsn` is the enhanced status code or "".

    `hard` means that mail to this address can never arrive: no such mailbox, no such domain, moved away.
    """

    email: str
    dsn: str
    hard: bool
    reason: Reason
    said: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """`is_delay`: nothing has failed yet; `is_success`: nothing has failed at all, and no recipient is given.

    `mail_ids` are the Message-IDs of the returned mail, without brackets.
    """

    recipients: tuple[FailedRecipient, ...]
    is_delay: bool
    is_success: bool
    mail_ids: tuple[str, ...]


def read_bounce(mail: ParsedMail) -> Bounce:
    """Read a mail that was ruled to be a bounce. At least one recipient, perhaps without a name."""
    prose, everyone = _prose(mail), list(_groups(mail))
    actions = {_action(group) for group in everyone} - {""}
    if actions and actions <= ARRIVED:
        return Bounce((), is_delay=False, is_success=True, mail_ids=_returned_ids(mail))
    groups = [group for group in everyone if _action(group) not in ARRIVED]
    recipients = [_from_group(group, prose) for group in groups]
    if not any(recipient.email for recipient in recipients):
        recipients = _from_prose(mail, prose, groups)
    is_delay = actions == {"delayed"} if actions else bool(DELAY.search(prose + "\n" + mail.subject))
    return Bounce(_once(recipients), is_delay, is_success=False, mail_ids=_returned_ids(mail))


def _action(group: dict[str, str]) -> str:
    return (group.get("action", "").lower().split() or [""])[0]


def _prose(mail: ParsedMail) -> str:
    text = mail.text[:MAX_TEXT]
    found = ORIGINAL_BELOW.search(text)
    # What stands at the very top cannot be the end of the report.
    return text[: found.start()] if found and text[: found.start()].strip() else text


def _groups(mail: ParsedMail) -> Iterator[dict[str, str]]:
    """The fields of each recipient, names in lower case (RFC 3464, 2.3): from the report's own part, or from the text
    where a program has forgotten to say that it is one."""
    texts = [decode(part.content[:MAX_REPORT]) for part in mail.parts if part.content_type in DELIVERY]
    for raw in texts or [mail.text[:MAX_REPORT]]:
        text = raw.replace("\r\n", "\n").replace("\r", "\n")
        for block in GROUP.split(text)[: MAX_RECIPIENTS + 1]:
            fields = {name.lower(): value for name, value in reversed(FIELD.findall(block))}
            is_group = fields.keys() >= {"final-recipient", "action"} or (texts and "action" in fields)
            if is_group:
                yield fields


def _from_group(group: dict[str, str], prose: str) -> FailedRecipient:
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    email = next((found for name in names if (found := _mailbox(group.get(name, "")))), "")
    final = _mailbox(group.get("final-recipient", ""))
    said, about, status = _diagnostic(group), _about(final or email, prose), group.get("status", "")
    if not said or AFTER_DATA.search(about):
        said = f"{said} {about}"
    failure = explain(_folded(said), status=status)
    if failure.reason is Reason.UNKNOWN:
        failure = _better(failure, explain(about, status=status))
    return FailedRecipient(final or email, failure.dsn, failure.hard, failure.reason, _folded(said)[:500])


def _better(first: Failure, second: Failure) -> Failure:
    chosen = second if first.reason is Reason.UNKNOWN else first
    return replace(chosen, dsn=first.dsn or second.dsn)


def _from_prose(mail: ParsedMail, prose: str, groups: list[dict[str, str]]) -> list[FailedRecipient]:
    """The addresses that the prose announces, each with the words up to the next one."""
    status = next((group["status"] for group in groups if group.get("status")), "")
    said = " ".join(map(_diagnostic, groups))
    own = {address.email for address in mail.to}
    found = [place for place in _announced(prose) if place[0] not in own] or _announced(prose)
    named = [email for name in mail.headers.all("x-failed-recipients") for email in _mailboxes(name)]
    if named:
        found = [place for place in found if place[0] in named] or [(email, prose) for email in named]
    if not found:
        email = next((_mailbox(match[1]) for match in IN_PROSE.finditer(prose)), "")
        found = [(email, prose)]
    return [_failed(email, _folded(f"{said} {words}"), status, prose) for email, words in found[:MAX_RECIPIENTS]]


def _failed(email: str, words: str, status: str, prose: str) -> FailedRecipient:
    failure = explain(words, status=status)
    if failure.reason is Reason.UNKNOWN:
        failure = _better(failure, explain(_folded(prose), status=status))
    return FailedRecipient(email, failure.dsn, failure.hard, failure.reason, words[:500])


def _announced(prose: str) -> list[tuple[str, str]]:
    places = [(match, _mailbox(match[1])) for match in AT_LINE_START.finditer(prose)]
    places = [(match, email) for match, email in places if email]
    ends = [match.start() for match, _ in places[1:]] + [len(prose)]
    words: dict[str, str] = {}
    for (match, email), end in zip(places, ends, strict=False):
        words[email] = words.get(email, "") + prose[match.end() : end] + "\n"
    return list(words.items())


def _about(email: str, prose: str) -> str:
    """The words of the prose on this address; all of it when it is not named."""
    announced = dict(_announced(prose))
    return _folded(announced.get(email) or prose)


def _mailbox(value: str) -> str:
    return next(iter(_mailboxes(value)), "")


def _mailboxes(value: str) -> list[str]:
    return [email for word in re.findall(ADDRESS, value)[:MAX_RECIPIENTS] if (email := normalise_email(word))]


def _once(recipients: list[FailedRecipient]) -> tuple[FailedRecipient, ...]:
    """Each address once, as first told."""
    first: dict[str, FailedRecipient] = {}
    for recipient in recipients:
        first.setdefault(recipient.email, recipient)
    return tuple(first.values())[:MAX_RECIPIENTS]


def _returned_ids(mail: ParsedMail) -> tuple[str, ...]:
    texts = [decode(part.content[:MAX_RETURNED]) for part in mail.parts if part.content_type in RETURNED]
    below = ORIGINAL_BELOW.search(mail.text[:MAX_TEXT])
    texts.append(mail.text[below.start() : below.start() + MAX_RETURNED] if below else "")
    values = re.findall(r"(?im)^message-id[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,500}>)", "\n".join(texts))
    return message_ids(" ".join(values[:5]), last=5)


def _diagnostic(group: dict[str, str]) -> str:
    """What the server said, without the name of its protocol in front (RFC 3464, 2.3.6)."""
    return DIAGNOSTIC_TYPE.sub("", group.get("diagnostic-code", ""))


def _folded(text: str) -> str:
    return " ".join(text.split())
