"""Files behind a mail link: downloads of this ticket, never pages, and a note's files only for the consultant."""

import pytest
from django.test import Client

from tests.conftest import Cast
from tickets.models import Attachment, Ticket


@pytest.fixture
def ids(acme: Cast, ticket: Ticket) -> dict[str, int]:
    with acme.scope():
        return dict(Attachment.objects.filter(ticket=ticket).values_list("name", "pk"))


def test_a_download(browser: Client, work: str, ids: dict[str, int]) -> None:
    page = browser.get(work).content.decode()
    path = f"{work}files/{ids['käyrä.png']}/"
    assert f'href="{path}"' in page

    answer = browser.get(path)

    assert answer.content == b"\x89PNG fake"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''k%C3%A4yr%C3%A4.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")


def test_a_notes_file_is_the_consultants_only(acme: Cast, browser: Client, work: str, ids: dict[str, int]) -> None:
    path = f"{work}files/{ids['salaisuus.html']}/"

    assert browser.get(path).status_code == 404
    answer = acme.client("konsta").get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")


def test_the_requesters_files(browser: Client, solved: str, ids: dict[str, int]) -> None:
    assert browser.get(f"{solved}files/{ids['käyrä.png']}/").status_code == 200
    assert browser.get(f"{solved}files/{ids['salaisuus.html']}/").status_code == 404
    assert browser.get(f"{solved}files/999999/").status_code == 404
