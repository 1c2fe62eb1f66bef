"""Mails that break the rules, or use old ones: what intake takes from each, on purpose and not by accident."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from mailintake.addresses import claimed_email, sender
from mailintake.parsing import ParsedMail, UnreadableMail, parse
from mailintake.quotes import split
from mailintake.record import record_of
from mailintake.verdicts import Verdict, judge

AGENT = "agent@vaste.example"


def told(mail: ParsedMail) -> tuple[str, str, str]:
    """(sender, subject, first line of the text)."""
    return mail.from_.email, mail.subject, mail.text.partition("\n")[0]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"From: a@x.example\nodd line\nSubject: s\n\nbody", ("a@x.example", "", "odd line")),
        (b"Subject: s\r\nodd line: no\r\nFrom: a@x.example\r\n\r\nbody", ("", "s", "odd line: no")),
        (b"From: a@x.example\nSubject: s\nHei,\nmoi\n\nbody", ("a@x.example", "s", "Hei,")),
        (b"From: a@x.example\nSubject: cut\nin two\nTo: b@x.example\n\nbody", ("a@x.example", "cut", "in two")),
        (b"From: a@x.example\n\xe4\xe4: x\nSubject: s\n\nbody", ("a@x.example", "", "ää: x")),
        (b"From: a@x.example\nSubject: s\n \n\tmore\nTo: b@x.example\n\nbody", ("a@x.example", "s more", "body")),
        (b"HELO x\nMAIL FROM:<>\nFrom: a@x.example\nSubject: s\n\nbody", ("a@x.example", "s", "body")),
        (b"From a@x.example Mon Feb  2 10:00:00 2026\nSubject: s\n\nbody", ("", "s", "body")),
        (b"From : a@x.example\nSubject : s\n\nbody", ("a@x.example", "s", "body")),
        (b"Subject\t: s\nFrom: a@x.example\n\nbody", ("a@x.example", "s", "body")),
        (b"Subject    : s\nFrom: a@x.example\n\nbody", ("a@x.example", "", "body")),
        (b"From: a@x.example\nSubject    : s\n\nbody", ("a@x.example", "", "Subject    : s")),
        (b"From    : a@x.example\nSubject : s\n\nbody", ("", "s", "body")),
        (b"From   a table\nTo      : b@x.example\nMatter  : s\n\nbody", ("", "", "To      : b@x.example")),
    ],
)
def test_a_head_ends_at_the_first_line_that_is_no_field(raw: bytes, expected: tuple[str, str, str]) -> None:
    assert told(parse(raw)) == expected


@pytest.mark.parametrize("raw", [b"From the beginning", b"To    : a\nFrom  : b\n\nbody", b"no field\n\nbody"])
def test_text_without_a_field_is_no_mail(raw: bytes) -> None:
    with pytest.raises(UnreadableMail):
        parse(raw)


def test_a_sender_below_the_end_of_the_head_is_not_believed() -> None:
    """Whoever checks the sender reads no further either."""
    mail = parse(f"From: eve@evil.example\nX\nFrom: {AGENT}\n\nbody".encode())
    assert (mail.from_.email, mail.headers.all("from")) == ("eve@evil.example", ("eve@evil.example",))


def test_words_at_the_top_of_a_part_are_its_text() -> None:
    part = "--b\nSoita minulle\nPuhelin: 040 123\n\nkiitos\n--b--\n"
    mail = parse(f"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n{part}".encode())
    assert mail.text.split() == ["Soita", "minulle", "Puhelin:", "040", "123", "kiitos"]


def test_a_long_head_of_odd_lines_costs_no_time() -> None:
    """Ten times the lines cost some ten times the time; a hundred times would be what a hostile mail is after."""

    def cost(raw: bytes) -> float:
        started = time.process_time()
        record_of(raw)
        return time.process_time() - started

    for line, count in ((b"x\n", 50_000), (b"x" * 150 + b"\n", 5_000), (b"y" * 190 + b"\n", 5_000)):
        once = cost(b"From: a@x.example\n" + line * count)
        assert cost(b"From: a@x.example\n" + line * count * 10) < 30 * max(once, 0.01)


@pytest.mark.parametrize(
    ("values", "claimed"),
    [
        (("Big Bug bb@bug.example",), "big bug bb@bug.example"),
        (("bb@bug.example Big Bug",), "bb@bug.example big bug"),
        (("Big  Bug\tbb@bug.example (home)",), "big bug bb@bug.example"),
        (('"Doug" <doug@x.example>', '"Ignored" <test@x.example>'), "doug@x.example"),
        (("doug@x.example", "Big Bug bb@bug.example"), "doug@x.example"),
        ((f"eve@evil.example, {AGENT}",), ""),
        ((f"agents:{AGENT},eve@evil.example;",), ""),
        ((f'"{AGENT}" eve@evil.example',), f'"{AGENT}" eve@evil.example'),
        (("Anna Virtanen",), ""),
        (("",), ""),
        ((), ""),
    ],
)
def test_a_claim_is_shown_where_no_sender_is_believed(values: tuple[str, ...], claimed: str) -> None:
    assert sender(values).email == ""
    assert claimed_email(values) == claimed


def test_a_claim_is_only_for_reading() -> None:
    raw = f"From: {AGENT}\nFrom: eve@evil.example\nSubject: s\n\nbody".encode()
    record, mail = record_of(raw), parse(raw)
    assert (record["from"]["email"], record["verdict"]) == (AGENT, "no_sender")
    assert "sender unclear" in record["defects"]
    assert (mail.from_.email, judge(mail, own_addresses=frozenset()).verdict) == ("", Verdict.NO_SENDER)


TEXT = "text/plain\n\nHei"
STATUS = "message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed"
RETURNED = "message/rfc822\n\nSubject: Lasku\n\nx"
PICTURE = "image/jpg\n{}\n/9j/"


def files_of(kind: str, *parts: str) -> list[str]:
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts) + "--b--\n"
    raw = f"From: a@x.example\nContent-Type: multipart/{kind}; boundary=b\n\n{body}".encode()
    record: dict[str, Any] = record_of(raw)
    assert record["attachments"] == len(record["attachment_names"])
    return list(record["attachment_names"])


@pytest.mark.parametrize(
    ("kind", "parts", "files"),
    [
        ("report", (TEXT, STATUS, RETURNED), ["Lasku.eml"]),
        ("report", (TEXT, STATUS, "text/rfc822-headers\n\nSubject: x"), []),
        ("report", (STATUS, STATUS, RETURNED), ["attachment.txt", "attachment.txt", "Lasku.eml"]),
        ("report", (TEXT, "message/delivery-status; name=status.txt\n\nAction: failed"), ["status.txt"]),
        ("related", (TEXT, PICTURE.format("Content-Disposition: \n")), []),
        ("related", (TEXT, PICTURE.format("Content-Location: a.jpg\n")), []),
        ("related", (TEXT, PICTURE.format("Content-ID: <1@x>\n")), ["attachment.jpg"]),
        ("related", (TEXT, PICTURE.format("Content-Disposition: inline\n")), ["attachment.jpg"]),
        ("related", (TEXT, "image/png; name=logo.png\n\nx"), ["logo.png"]),
        ("related", (TEXT, "application/pdf\n\nx"), ["attachment.pdf"]),
        ("mixed", (TEXT, PICTURE.format("")), ["attachment.jpg"]),
    ],
)
def test_parts_that_nobody_looks_for_are_no_files(kind: str, parts: tuple[str, ...], files: list[str]) -> None:
    assert files_of(kind, *parts) == files


def test_no_part_is_lost_by_being_no_file() -> None:
    body = f"--b\nContent-Type: {TEXT}\n--b\nContent-Type: {PICTURE.format('')}\n--b--\n"
    mail = parse(f"From: a@x.example\nContent-Type: multipart/related; boundary=b\n\n{body}".encode())
    assert [(part.content_type, part.content, part.is_file) for part in mail.parts] == [("image/jpg", b"/9j/", False)]


@pytest.mark.parametrize(
    ("html", "head", "inline"),
    [
        ('<img src="cid:1@x">', "Content-ID: <1@x>", True),
        ('<img src="cid:1@x">', "Content-ID: <1@x>\nContent-Disposition: attachment", True),
        ("<p>x</p>", "Content-ID: <1@x>", False),
        ("<p>x</p>", "Content-Disposition: inline", False),
    ],
)
def test_only_a_picture_that_the_html_shows_is_inline(html: str, head: str, *, inline: bool) -> None:
    body = f"--b\nContent-Type: text/html\n\n{html}\n--b\nContent-Type: image/png; name=a.png\n{head}\n\nx\n--b--\n"
    [part] = parse(f"From: a@x.example\nContent-Type: multipart/related; boundary=b\n\n{body}".encode()).attachments
    assert part.inline == inline


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Thu, 13 Feb 1969 23:32:54 -0330", datetime(1969, 2, 14, 3, 2, 54, tzinfo=UTC)),
        ("Thu, 1 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("Tue, 31 Dec 1968 23:00:00 +0000", None),
        ("Mon, 1 Jan 2103 00:00:00 +0000", None),
    ],
)
def test_a_date_is_what_the_mail_says_since_there_is_mail(value: str, expected: datetime | None) -> None:
    assert parse(f"From: a@x.example\nDate: {value}\n\nx".encode()).date == expected


ANNOUNCED = "On 3.2.2026 Tuki wrote:"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (f"Hei\n\nLähetetty iPhonesta\n\n{ANNOUNCED}\n> x", "Hei\n\nLähetetty iPhonesta"),
        (f"Hei\n\n-- \nMatti\n\n{ANNOUNCED}\n\n> x\n> y", "Hei\n\n--\nMatti"),
        (f"Hei\n\n{ANNOUNCED}\n> x\n\n-- \nMatti", "Hei"),
        ("Hei\n\nSent from my iPhone\n\nFrom: a\nSent: 3.2.2026 10:00\nTo: b\nSubject: c\n\nx", "Hei"),
        ("Hei\n\n-- \nMatti", "Hei"),
        (f"{ANNOUNCED}\n> x\n\nHei", "Hei"),
        ("> From: x\n> y\n\nHei", "> From: x\n> y\n\nHei"),
        ("Otsikko\n\n> y\n\nHei", "Otsikko\n\n> y\n\nHei"),
    ],
)
def test_a_reply_loses_none_of_its_words(text: str, new: str) -> None:
    assert split(text).new == new


def test_a_record_of_an_odd_mail_is_json() -> None:
    record = record_of(b"From  b@x.example\nTo  : \xff\xfe\n\xe4\n\n\x00body")
    assert json.loads(json.dumps(record))["error"] is None
