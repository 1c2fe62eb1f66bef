"""The attack mails of the shared corpus: each file, the outcome that is wanted, and what reading it does.

What a page shows, what is answered and where a mail is placed are tests of those parts; here stands what the reading
alone decides. A file without a row fails, so that none is forgotten.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.html import sanitise_mail
from mailintake.authentication import prove_sender
from mailintake.parsing import Limits, ParsedMail, UnreadableMail, parse
from mailintake.verdicts import Verdict, judge

ATTACKS = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "mail" / "attacks"
needs_corpus = pytest.mark.skipif(not ATTACKS.is_dir(), reason="VASTE_SHARED does not name the shared mail corpus")
AGENT = "agent@vaste.example"
ACTIVE = re.compile(
    r"(?i)<(?:script|iframe|form|meta|base|link|style|svg|math|object|embed)|\son\w+=|javascript:|data:text|\bhx-|\bx-"
)


@dataclass(frozen=True, slots=True)
class Case:
    """`happened` describes the outcome of a parsed mail in the words of `wanted`."""

    wanted: str
    happened: Callable[[ParsedMail], str]


def read(name: str) -> ParsedMail:
    raw = (ATTACKS / f"{name}.eml").read_bytes()
    for place, value in ((b"{TENANT_A}", b"vaste.example"), (b"{AGENT_LOCAL}", b"agent")):
        raw = raw.replace(place, value)
    return parse(raw)


def file_names(mail: ParsedMail) -> str:
    names = [part.filename for part in mail.attachments]
    clean = all(len(name.encode()) <= 255 and not re.search(r"[\x00-\x1f/\\\u202a-\u202e]", name) for name in names)
    return f"{len(names)} clean" if clean else f"unclean {names}"


def shown(mail: ParsedMail) -> str:
    html = sanitise_mail(mail.html or "").html
    active = ACTIVE.search(html)
    remote = re.search(r"""(?i)src\s*=\s*["']?(?!cid:)[^"'\s>]""", html)
    return f"active {active.group()}" if active else (f"remote {remote.group()}" if remote else "inert")


def identity(mail: ParsedMail) -> str:
    proven = prove_sender(mail, trusted=frozenset({"mx.vaste.example"})).passed
    is_agent = mail.from_.email == AGENT
    return "the agent" if is_agent and proven else ("claims the agent, unproven" if is_agent else "not the agent")


def verdict(mail: ParsedMail) -> str:
    return judge(mail, own_addresses=frozenset(), tenant_key="t-1").verdict.value


def one_line(mail: ParsedMail) -> str:
    fields = [mail.subject, mail.from_.name, *(address.name + address.email for address in mail.reply_to)]
    return "one line each" if not any(re.search(r"[\r\n\x00]", field) for field in fields) else f"broken {fields}"


def no_nul(mail: ParsedMail) -> str:
    told = mail.subject + mail.text + (mail.html or "") + mail.from_.email + mail.from_.name + (mail.message_id or "")
    return "stripped" if "\x00" not in told + "".join(part.filename for part in mail.parts) else "NUL left"


FILE = Case("1 clean", file_names)
INERT = Case("inert", shown)
NOT_AGENT = Case("not the agent", identity)
PERSONAL = Case("accept", verdict)
ONE_LINE = Case("one line each", one_line)
TABLE: dict[str, Case] = {
    **dict.fromkeys(("att-html", "att-long", "att-nul", "att-traversal", "bomb-zip", "att-empty"), FILE),
    **dict.fromkeys(("xss-alpine", "xss-dangling", "xss-data", "xss-math", "xss-meta", "xss-nested"), INERT),
    **dict.fromkeys(("xss-script", "xss-svg", "html-hidden", "pdf-attachment-ref", "redos-html", "redos-url"), INERT),
    **dict.fromkeys(("from-encoded2", "from-encodedword", "from-group", "from-list", "from-percent"), NOT_AGENT),
    "from-utf7": NOT_AGENT,
    "spoof-authres": Case("claims the agent, unproven", identity),
    **dict.fromkeys(("spoof-forged-msgid", "ticket-trick-cc", "xtenant-subject", "msgid-xtenant"), PERSONAL),
    **dict.fromkeys(("dup-msgid-a", "dup-msgid-b", "loop-noheaders", "smuggle"), PERSONAL),
    **dict.fromkeys(
        ("xss-subject", "xss-fromname", "inject-subject-crlf", "inject-replyto", "bidi-subject"), ONE_LINE
    ),
    "bounce-null": Case("bounce", verdict),
    "loop-auto": Case("auto_reply", verdict),
    "nul-everywhere": Case("stripped", no_nul),
    "date-9999": Case("no date", lambda mail: "a date" if mail.date else "no date"),
    "date-year0": Case("no date", lambda mail: "a date" if mail.date else "no date"),
    "headers-only": Case("empty", lambda mail: mail.text or "empty"),
    "external-local": Case("not read", lambda mail: "read" if "root:" in mail.text else "not read"),
    "charset-unknown": Case("words", lambda mail: "words" if mail.text.strip() else "nothing"),
    "charset-zip": Case("words", lambda mail: "words" if mail.text.strip() else "nothing"),
    "bomb-header-2mb": PERSONAL,
    "bomb-nest-60": Case("too deep", lambda mail: "too deep" if "nested too deeply" in mail.defects else "whole"),
    "bomb-nest-3000": Case("too deep", lambda mail: "too deep" if "nested too deeply" in mail.defects else "whole"),
    "bomb-references-50000": Case("capped", lambda m: "capped" if len(m.references) <= Limits().references else "all"),
}
UNREADABLE = {"binary", "empty"}


@needs_corpus
def test_every_attack_has_a_row() -> None:
    assert {path.stem for path in ATTACKS.glob("*.eml")} == {*TABLE, *UNREADABLE}


@needs_corpus
@pytest.mark.parametrize("name", TABLE)
def test_an_attack_ends_as_wanted(name: str) -> None:
    started = time.process_time()
    mail = read(name)
    spent = time.process_time() - started

    assert TABLE[name].happened(mail) == TABLE[name].wanted
    assert spent < 2


@needs_corpus
@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_is_no_mail_goes_to_quarantine(name: str) -> None:
    with pytest.raises(UnreadableMail):
        read(name)


@needs_corpus
def test_no_attack_is_answered_as_if_it_were_a_bounce_or_proven() -> None:
    expected = json.loads((ATTACKS.parent / "expectations.json").read_text())
    for name in TABLE:
        mail = read(name)
        assert not prove_sender(mail, trusted=frozenset()).passed, name
        is_bounce = "is_bounce" in expected[f"attacks/{name}.eml"]["expect"]
        assert (judge(mail, own_addresses=frozenset()).verdict is Verdict.BOUNCE) == is_bounce, name
