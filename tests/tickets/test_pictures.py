"""Pictures that came inside a mail: shown in their places in the mail as sent, and no files below the message."""

import base64

import pytest

from tests.conftest import Cast
from tests.mailintake.post import OTTO, arrive, open_box

pytestmark = pytest.mark.django_db
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40).decode()
PARTS = {
    "logo": f"image/png; name=logo.png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\n{PNG}",
    "scan": f"image/tiff; name=scan.tif\nContent-ID: <scan@x>\nContent-Transfer-Encoding: base64\n\n{PNG}",
    "photo": "image/png; name=photo.png\nContent-Disposition: inline\n\nx",
    "invoice": "application/pdf; name=invoice.pdf\n\nx",
}


def written(html: str, *names: str) -> bytes:
    parts = [f"text/html\n\n{html}", *(PARTS[name] for name in names)]
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts)
    head = f"From: {OTTO}\nTo: support@acme.example\nSubject: Lift\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"
    return f"{head}Content-Type: multipart/related; boundary=b\n\n{body}--b--\n".encode()


def test_what_the_mail_shows_is_no_file_below_it(acme: Cast) -> None:
    open_box(acme)
    html = '<p>See</p><img src="cid:logo@x"><img src="cid:scan@x">'
    ticket = arrive(acme, written(html, "logo", "scan", "photo", "invoice")).ticket
    assert ticket is not None
    aino = acme.client("aino")

    page = aino.get(f"/tickets/{ticket.number}/").content.decode()
    assert [name in page for name in ("logo.png", "scan.tif", "photo.png", "invoice.pdf")] == [False, True, True, True]

    with acme.scope():
        message = ticket.messages.get()
        assert [file.name for file in message.listed_files] == ["scan.tif", "photo.png", "invoice.pdf"]
        assert list(message.shown_pictures) == ["logo@x"]
    shown = aino.get(f"/tickets/{ticket.number}/messages/{message.pk}/original/").content.decode()
    assert shown.count(f"data:image/png;base64,{PNG}") == 1


def test_a_picture_that_the_shown_mail_leaves_out_is_listed(acme: Cast) -> None:
    """The place was in a style, which no page of ours keeps."""
    open_box(acme)
    ticket = arrive(acme, written('<div style="background:url(cid:logo@x)">See</div>', "logo")).ticket
    assert ticket is not None
    with acme.scope():
        assert [file.name for file in ticket.messages.get().listed_files] == ["logo.png"]
