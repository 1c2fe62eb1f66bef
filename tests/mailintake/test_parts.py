"""Which leaves of a mail people see as files, and by what names."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake import uuencode
from mailintake.bodies import flow
from mailintake.parsing import ParsedMail, parse
from mailintake.parts import Label


def mixed(*parts: str, kind: str = "mixed") -> ParsedMail:
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts) + "--b--\n"
    return parse(f"From: a@x.example\nContent-Type: multipart/{kind}; boundary=b\n\n{body}".encode())


def names(mail: ParsedMail) -> list[str]:
    return [part.filename for part in mail.attachments]


TEXT = "text/plain\n\nHei"
IN_REPORT = "message/delivery-status\n\nAction: failed"


@pytest.mark.parametrize(
    ("part", "files", "label"),
    [
        (IN_REPORT, [], Label.REPORT),
        ("text/rfc822-headers\n\nSubject: x", [], Label.REPORT),
        ("application/pgp-signature\n\nx", [], Label.SIGNATURE),
        ("application/pgp-signature; name=signature.asc\n\nx", ["signature.asc"], Label.SIGNATURE),
        ("application/pkcs7-signature; name=smime.p7s\n\nx", ["smime.p7s"], Label.SIGNATURE),
        ("application/pkcs7-mime\n\nx", ["attachment.p7m"], Label.ENCRYPTED),
        ("text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR", ["invite.ics"], Label.INVITE),
        ("message/rfc822\n\nSubject: =?utf-8?q?H=C3=A4iri=C3=B6?=\n\nx", ["Häiriö.eml"], Label.MAIL),
        ("message/rfc822\n\nFrom: x@y.example\n\nx", ["attachment.eml"], Label.MAIL),
        ("image/png\n\nx", ["attachment.png"], Label.FILE),
    ],
)
def test_a_part_without_a_name_is_a_file_if_people_read_it(part: str, files: list[str], label: Label) -> None:
    mail = mixed(TEXT, part)
    assert names(mail) == files
    assert [found.label for found in mail.parts] == [label]


def test_an_invitation_for_programs_gives_way_to_the_one_for_people() -> None:
    mail = mixed(TEXT, "text/calendar\n\nBEGIN:VCALENDAR", "application/ics; name=kokous.ics\n\nBEGIN:VCALENDAR")
    assert names(mail) == ["kokous.ics"]


def test_a_picture_is_inline_when_the_html_shows_it() -> None:
    picture = "image/png; name={}\nContent-ID: <{}>\n\nx"
    mail = mixed('text/html\n\n<img src="cid:1@x">', picture.format("a.png", "1@x"), picture.format("b.png", "2@x"))
    assert [(part.filename, part.inline) for part in mail.attachments] == [("a.png", True), ("b.png", False)]


def test_a_document_that_wants_to_be_inline_stays_a_file() -> None:
    mail = mixed(TEXT, "application/pdf; name=a.pdf\nContent-Disposition: inline\n\nx")
    assert [(part.filename, part.inline) for part in mail.attachments] == [("a.pdf", False)]


def test_a_mail_that_only_passes_on_says_what_it_passes_on() -> None:
    assert mixed("message/rfc822\n\nSubject: x\n\nLinja seis").text == "Linja seis"
    assert "Action: failed" in mixed(IN_REPORT, kind="report").text


def _uuencoded(name: str, content: bytes) -> str:
    lines = (binascii.b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45))
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_files_in_the_text_are_taken_out() -> None:
    mail = parse(f"From: a@x.example\n\nYlle.\n{_uuencoded('a b.txt', b'sisus' * 30)}Alle.".encode())
    assert (mail.text, names(mail)) == ("Ylle.\nAlle.", ["a b.txt"])
    assert mail.attachments[0].content == b"sisus" * 30


@pytest.mark.parametrize(
    "text", ["begin 644 x\n", "begin 644 a.txt\nnot code at all, but prose\nend\n", "begin at 644\nend"]
)
def test_text_that_only_looks_like_a_file_stays(text: str) -> None:
    assert uuencode.extract(text) == (text, [])


@given(st.binary(min_size=1, max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_a_file_in_any_text_comes_out_whole(content: bytes, above: str, below: str) -> None:
    above, below = above.replace("begin", ""), below.replace("begin", "")
    text, files = uuencode.extract(f"{above}\n{_uuencoded('x', content)}{below}")
    assert (text, files) == (f"{above}\n{below}", [("x", content)])


def test_a_part_in_uuencode_is_decoded() -> None:
    block = _uuencoded("a.doc", b"\x00\x01doc")
    mail = mixed(TEXT, f"application/msword; name=a.doc\nContent-Transfer-Encoding: x-uuencode\n\n{block}")
    assert mail.attachments[0].content == b"\x00\x01doc"


def test_flowed_lines_are_joined_at_their_depth() -> None:
    text = "eka \ntoka\n> lainaus \n> jatkuu\n>> syvä \n> matala\n  sisennys\n-- \nMatti"
    assert flow(text) == "eka toka\n> lainaus jatkuu\n>> syvä \n> matala\n sisennys\n-- \nMatti"
    assert flow("yh \ndessä", delete_space=True) == "yhdessä"


@given(st.text(alphabet="ab >\n", max_size=80))
def test_flowing_loses_no_word(text: str) -> None:
    assert "".join(flow(text).replace(">", "").split()) == "".join(text.replace(">", "").split())
