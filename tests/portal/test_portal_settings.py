"""Settings of the portal, and the invitation by the desk."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Requester
from outbox.models import OutgoingMail
from portal.look import DARK, INK_ON_DARK, LIGHT, SOFT_DARK, SOFT_LIGHT, colour_of, contrast, hue_of
from portal.models import Portal
from tests.conftest import Cast
from tests.portal.conftest import open_portal
from tickets.models import Aftercare

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\nrest"


def given(cast: Cast, **more: Any) -> dict[str, Any]:
    facts = {"is_on": "on", "guests": "company", "queue": cast.desk.queue.pk, "kinds": ["fault", "request"]}
    return facts | {"colour": "#0b5d75", "welcome_en": "Hello", "welcome_fi": "Hei"} | more


def test_a_new_tenant_has_no_portal_and_one_form_opens_it(acme: Cast) -> None:
    client = acme.client("ada")
    assert client.get("/settings/portal/").status_code == 200
    assert acme.client().get("/portal/sign-in/").status_code == 404
    logo = SimpleUploadedFile("logo.png", PNG, "image/png")
    answer = client.post("/settings/portal/", given(acme, own_colour="on", colour="#8a2f6b", logo=logo))

    assert answer.status_code == 302
    assert acme.client().get("/portal/sign-in/").status_code == 200
    style, shown = acme.client().get("/portal/look.css"), acme.client().get("/portal/logo/")
    with acme.scope():
        assert str(Portal.objects.get().hue) in style.content.decode()
    assert (shown.content, shown.headers["Content-Type"]) == (PNG, "image/png")


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"0" * 300_000])
def test_a_logo_is_what_it_begins_with_and_small(acme: Cast, content: bytes) -> None:
    """A04: nothing that runs becomes part of a page."""
    logo = SimpleUploadedFile("logo.png", content, "image/png")

    assert acme.client("ada").post("/settings/portal/", given(acme, logo=logo)).status_code == 422


@pytest.mark.parametrize("colour", ["red", "#12345", "#zzzzzz", "url(//evil.example)", "#777777"])
def test_what_is_no_colour_leaves_the_products_own(acme: Cast, colour: str) -> None:
    acme.client("ada").post("/settings/portal/", given(acme, own_colour="on", colour=colour))

    assert acme.client().get("/portal/look.css").content == b""


def test_every_hue_keeps_the_contrast_of_all_words() -> None:
    for hue in range(360):
        light, dark = colour_of(hue, *LIGHT), colour_of(hue, *DARK)
        assert contrast(light, "#ffffff") >= 4.5
        assert contrast(light, colour_of(hue, *SOFT_LIGHT)) >= 4.5
        assert contrast(dark, colour_of(hue, *INK_ON_DARK)) >= 4.5
        assert contrast(dark, colour_of(hue, *SOFT_DARK)) >= 4.5
    assert abs((hue_of(colour_of(30)) or 0) - 30) <= 3


def test_what_follows_a_solution_is_one_form(acme: Cast) -> None:
    client = acme.client("ada")
    facts = {"is_on": "on", "remind_days": "7, 3", "close_days": "14", "reopen_days": "10"}
    assert client.post("/settings/aftercare/", facts).status_code == 302
    for wrong in ({"remind_days": "0"}, {"remind_days": "x"}, {"close_days": "7"}, {"reopen_days": "0"}):
        assert client.post("/settings/aftercare/", facts | wrong).status_code == 422

    with acme.scope():
        care = Aftercare.objects.get()
        assert (care.is_on, care.remind_days, care.close_days, care.reopen_days) == (True, [3, 7], 14, 10)
        begun = care.since
    client.post("/settings/aftercare/", facts | {"close_days": "20"})
    with acme.scope():
        assert Aftercare.objects.get().since == begun


def test_the_desk_makes_a_key_user_and_invites_them(acme: Cast) -> None:
    client, path = acme.client("liisa"), f"/settings/portal/people/{acme.requester.pk}/"
    client.post(f"{path}invite/")
    with acme.scope():
        assert not OutgoingMail.objects.exists()
    open_portal(acme)
    client.post(path, {"sees_company": "on"})
    client.post(f"{path}invite/")

    with acme.scope():
        assert Requester.objects.get().sees_company
        mail = OutgoingMail.objects.get(purpose="portal")
        assert (mail.to, mail.language) == (["otto@paperi-acme.example"], "fi")
        assert f"{acme.tenant.url('/portal/')}" in mail.text
