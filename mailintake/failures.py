"""Why a mail could not be delivered, from the words and codes of the many servers that refuse one.

Codes alone mislead: 5.1.1 is also said of full mailboxes, 550 of everything. So words come first, those about the
sender, the content and the passing state before those about the recipient, since the latter are often quoted in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -](?!\d{4}))")
MAX_CHARS = 8_000
REFUSING = ("5.2.0", "5.7.")
# What mail programs put before the words of the server that decided.
PREFIXES = re.compile(r"(?i)recipient address rejected:(?! access denied)|unknown address error")
AFTER_DATA = re.compile(r"(?i)in reply to end of data|after end of data|smtp command data\b|after i sent the message")


class Reason(Enum):
    """What is wrong, in the words of a person who has to do something about it."""

    NO_SUCH_ADDRESS = "no_such_address"
    NO_SUCH_DOMAIN = "no_such_domain"
    MOVED = "moved"
    TAKES_NO_MAIL = "takes_no_mail"
    MAILBOX_FULL = "mailbox_full"
    DISABLED = "disabled"
    TOO_BIG = "too_big"
    REFUSED_SENDER = "refused_sender"
    REFUSED_CONTENT = "refused_content"
    REFUSED = "refused"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


# Mail to such an address can never arrive. Everything else may work another day, or with another mail.
HARD = frozenset({Reason.NO_SUCH_ADDRESS, Reason.NO_SUCH_DOMAIN, Reason.MOVED, Reason.TAKES_NO_MAIL})


@dataclass(frozen=True, slots=True)
class Failure:
    """`dsn` is the enhanced status code as said (RFC 3463), or an empty string."""

    reason: Reason
    dsn: str

    @property
    def hard(self) -> bool:
        return self.reason in HARD


WHO = r"(?:user|recipient|mailbox|account|address|person|e-?mail|alias|inbox|name)(?: address| name)?"
NO = r"(?:unknown|no such|invalid|bad|illegal|non-?exist\w*|undefined)(?: local| virtual| e-?mail| final)*"
# One phrase a line, in the order of asking; WHO and NO stand for the words above.
SAID: tuple[tuple[Reason, str], ...] = (
    (
        Reason.TEMPORARY,
        r"""
        host not found, try again
        unexpected name server reply
        """,
    ),
    (
        Reason.REFUSED_SENDER,
        r"""
        sender (?:address |domain |e-?mail )*(?:is )?(?:rejected|refused|denied|invalid|unknown)
        sender (?:address |domain |e-?mail )*(?:is )?not (?:accepted|allowed|exist|found)
        domain of sender
        unroutable sender
        sender .{0,60}does not exist
        purported responsible
        \bspf\b
        \bdkim\b
        \bdmarc\b
        authentication (?:checks?|required|failed)
        unauthenticated
        reverse dns
        \brdns\b
        \bptr\b
        unverifiable sending
        sender verify failed
        authrequired
        not allowed to send
        sender id
        mail from .{0,120}(?:rejected|denied|refused)
        spoof
        impersonat
        not compliant
        my name was rejected
        multiple .{0,20}addresses in from
        """,
    ),
    (
        Reason.REFUSED_CONTENT,
        r"""
        \bspam\b
        \bube\b
        unsolicited
        bulk mail
        virus
        malware
        content (?:rejected|denied|filter)
        message (?:content )?(?:was )?(?:rejected|blocked|refused) (?:due to|because of|as|for|by)
        (?:policy|security) (?:violation|reasons?|restriction)
        attachment (?:type )?not allowed
        prohibited
        """,
    ),
    (
        Reason.REFUSED,
        r"""
        black ?list
        block ?list
        \brbl\b
        dnsbl
        client host (?:rejected|blocked)
        bad reputation
        reputation
        blocked (?:by|for|using)
        (?:ip|address|host) .{0,60}(?:is |was )?(?:blocked|banned|listed)
        relay(?:ing)? (?:access )?(?:denied|prohibited|not permitted)
        not permitted to relay
        too many (?:connections|recipients|messages|emails)
        rate limit
        throttl
        not allowed
        restricted
        not authori[sz]ed
        you are not permitted
        syntax error
        improper sequence
        aup#
        google groups
        5\d\d:? : user unknown
        network not allowed
        access to this .{0,30}denied
        greylist
        adresse ip source bloqu
        """,
    ),
    (
        Reason.TOO_BIG,
        r"""
        (?:message|mail|e-?mail|size|length) .{0,40}(?:too (?:big|large)|exceed\w*)
        exceed\w* .{0,40}(?:size|length|administrative) limit
        too (?:big|large)
        maximum (?:message )?size
        recipsizelimit
        """,
    ),
    (
        Reason.MAILBOX_FULL,
        r"""
        (?:mail)?box (?:is )?(?:over|full|exceed)
        (?:over|exceed\w*|out of|insufficient|not enough) .{0,40}(?:quota|storage|disk|space)
        quota .{0,40}(?:exceed|full|reached)
        disk quota
        out of storage
        overquota
        over quota
        user is full
        inbox is full
        mailfolder is full
        boîte .{0,40}pleine
        postilaatikko on täynnä
        brevlådan är full
        postfach .{0,20}voll
        buzón .{0,20}lleno
        """,
    ),
    (
        Reason.MOVED,
        r"""
        has moved
        user .{0,40}moved
        no longer on (?:the )?server
        has been (?:replaced|changed) to
        address (?:has )?changed
        please try <
        """,
    ),
    (
        Reason.DISABLED,
        r"""
        (?:account|mailbox|user|recipient|address|e-?mail).{0,50}(?:disabled|suspended|locked|frozen|deactivated)
        (?:account|mailbox|user|recipient|address|e-?mail).{0,50}(?:inactive|is not active|est bloqu|is blocked)
        disabled (?:recipient|mailbox|user)
        not active
        dormant
        """,
    ),
    (
        Reason.TAKES_NO_MAIL,
        r"""
        (?:does|do) not accept (?:any )?(?:e-?)?mail
        not accepting (?:network )?messages
        null ?mx
        domain .{0,60}does not (?:accept|receive)
        accepts no mail
        smtp protocol is not supported
        couldn't find a mail exchanger
        indicated no smtp service
        """,
    ),
    (
        Reason.NO_SUCH_DOMAIN,
        r"""
        (?:host|domain)(?: or domain)?(?: name)? (?:is )?(?:unknown|(?:not |does not )(?:found|exist)|invalid)
        unknown (?:host|domain)
        no such (?:host|domain)
        host not found
        domain .{0,80}(?:not found|does ?n[o']t exist|couldn't be found|not reachable|is not valid)
        unrout(?:e)?able (?:mail )?domain
        couldn't find any host
        nxdomain
        invalid domain
        illegal host
        bad destination system
        dns error.{0,80}not found
        unresolvable
        recipient domain .{0,40}not
        """,
    ),
    (
        Reason.NO_SUCH_ADDRESS,
        r"""
        NO (?:user|recipient|mailbox|address|account|alias|person)
        NO (?:destination |local[ -]?part|delivery)
        WHO .{0,80}?(?:unknown|not (?:found|exist|known|listed|recogni[sz]ed|valid|be found))
        WHO .{0,80}?(?:invalid|n[o']t (?:exist|found)|doesn't (?:exist|have)|does not (?:exist|have))
        WHO .{0,80}?(?:not a valid|wasn.t found|no longer (?:exists?|valid|in use|available))
        WHO .{0,80}?(?:could(?:n.t| not) be found|undeliverable|unavailable|rejected: access denied)
        user unknown
        unknown or illegal
        recip(?:ient)?notfound
        not (?:our|a) (?:customer|local)
        this (?:user|account) doesn.t
        no mailbox (?:here|by that)
        unrouteable address
        not a known user
        not listed in
        no user
        address rejected
        inactive email
        \bno account\b
        deleted
        destinataire (?:inconnu|invalide)
        unbekannt
        existiert nicht
        ei (?:ole olemassa|löydy)
        tuntematon
        okänd
        finns inte
        no existe
        desconocid
        n'existe pas
        does ?n[o']t like recipient
        not known at this
        sconosciuto
        宛先不明
        見つかりません
        """,
    ),
    (
        Reason.TEMPORARY,
        r"""
        time[d ]?[- ]?out
        expired
        retry (?:time|limit)
        temporar
        try (?:again )?later
        connection (?:refused|reset|timed|lost|closed|dropped)
        network (?:error|unreachable|is unreachable)
        no route
        socket error
        name service error
        name server
        unable to (?:connect|contact)
        wasn't able to establish
        did not accept our requests to connect
        delayed
        deferred
        mail loop
        too many hops
        loops? back
        queue too long
        failing for a long time
        server (?:error|busy)
        resources
        not responding
        all hosts
        """,
    ),
)


def _phrases(said: str) -> re.Pattern[str]:
    lines = said.replace("WHO", WHO).replace("NO ", f"{NO} ").strip().splitlines()
    return re.compile("|".join(line.strip() for line in lines), re.IGNORECASE)


WORDS = tuple((reason, _phrases(said)) for reason, said in SAID)
HARD_CODES = {
    "5.1.1": Reason.NO_SUCH_ADDRESS,
    "5.1.2": Reason.NO_SUCH_DOMAIN,
    "5.1.3": Reason.NO_SUCH_ADDRESS,
    "5.1.6": Reason.MOVED,
    "5.1.10": Reason.NO_SUCH_ADDRESS,
    "5.1.351": Reason.NO_SUCH_ADDRESS,
    "5.3.2": Reason.TAKES_NO_MAIL,
    "5.4.4": Reason.NO_SUCH_DOMAIN,
}
SOFT_CODES = {
    "2.1": Reason.DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "1.8": Reason.REFUSED_SENDER,
    "1.7": Reason.REFUSED_SENDER,
    "4.7": Reason.TEMPORARY,
}


def explain(words: str, *, status: str = "") -> Failure:
    """The reason behind a refusal. `words` is what the servers said, on one line; `status` a DSN's field."""
    words = PREFIXES.sub(" ", words[:MAX_CHARS])
    dsn = _code(words, status)
    reason = next((reason for reason, pattern in WORDS if pattern.search(words)), Reason.UNKNOWN)
    if reason is Reason.UNKNOWN:
        return Failure(_by_code(dsn), dsn)
    if reason in HARD and dsn.startswith("4.") and not dsn.startswith(("4.0.", "4.1.")):
        return Failure(Reason.TEMPORARY, dsn)
    if reason in HARD and (dsn.startswith(REFUSING) or AFTER_DATA.search(words)):
        # A server that has taken the recipient, or says that it refuses by policy, only pretends not to know them.
        return Failure(Reason.REFUSED, dsn)
    return Failure(reason, dsn)


def _code(words: str, status: str) -> str:
    """The most telling code: one with detail, the server's own words before the report's summary."""
    codes = [*ENHANCED.findall(words), *ENHANCED.findall(status)]
    telling = [code for code in codes if not code.endswith((".0.0", ".5.0"))]
    return next(iter(telling or codes), "")


def _by_code(dsn: str) -> Reason:
    if dsn in HARD_CODES:
        return HARD_CODES[dsn]
    detail = dsn.partition(".")[2]
    if detail in SOFT_CODES:
        return SOFT_CODES[detail]
    if dsn.startswith("4."):
        return Reason.TEMPORARY
    return Reason.REFUSED if detail.startswith("7.") else Reason.UNKNOWN
