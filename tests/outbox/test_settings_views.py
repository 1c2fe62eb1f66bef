"""The words of automatic mails, and the tenant's own server."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from outbox.enums import Purpose
from outbox.models import MailTemplate, OutgoingMail, Transport
from outbox.words import VARIABLES, words_for
from tests.accounts.settings_support import form_of, new_actions, words
from tests.accounts.sign_in_support import password
from tests.conftest import Cast
from tests.house.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings: Any) -> None:
    """As everywhere but in Django's own test environment."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"


ACK = ["acknowledgement", "fi"]


@pytest.mark.parametrize("purpose", list(VARIABLES))
@pytest.mark.parametrize("language", ["en", "fi"])
def test_each_mail_has_words_and_a_preview(acme: Cast, purpose: str, language: str) -> None:
    page = acme.client("ada").get(reverse("outbox:template", args=[purpose, language]))
    assert page.status_code == 200
    assert "{{title}}" not in page.context["preview"].subject
    for name in VARIABLES[purpose]:
        assert f"<code>{{{{{name}}}}}</code>" in words(page)


def test_mails_of_invoices_have_words_where_invoices_are_made(acme: Cast) -> None:
    address = reverse("outbox:template", args=["invoice", "fi"])
    assert address not in acme.client("ada").get(reverse("outbox:templates")).content.decode()
    acme.tenant.billing_on = True
    acme.tenant.save()
    assert address in acme.client("ada").get(reverse("outbox:templates")).content.decode()


def test_own_words_are_used_and_given_back(acme: Cast) -> None:
    url, client = reverse("outbox:template", args=ACK), acme.client("ada")
    data = {"subject": "Kiitos: {{title}}", "body": "Hei {{ requester }}"}
    assert new_actions(acme, lambda: client.post(url, data)) == ["mailtemplate.added"]
    with acme.scope():
        assert words_for(Purpose.ACKNOWLEDGEMENT, "fi").subject == "Kiitos: {{title}}"
    reset = reverse("outbox:template_reset", args=ACK)
    assert new_actions(acme, lambda: client.post(reset)) == ["mailtemplate.removed"]
    with acme.scope():
        assert not MailTemplate.objects.exists()
    assert client.post(reset).status_code == 404


def test_a_variable_that_nobody_fills_is_refused(acme: Cast) -> None:
    data = {"subject": "Thanks {{solution}}", "body": "Hello {{nobody}}"}
    answer = acme.client("ada").post(reverse("outbox:template", args=ACK), data)
    assert answer.status_code == 422
    assert form_of(answer).errors["subject"] == ["Nothing is known of {{solution}}."]
    assert form_of(answer).errors["body"] == ["Nothing is known of {{nobody}}."]
    assert "Hello {{nobody}}" in words(answer)


def test_a_preview_saves_nothing(acme: Cast) -> None:
    data = {"subject": "About {{title}}", "body": "<b>{{requester}}</b> {% now %}", "preview": "1"}
    page = acme.client("ada").post(reverse("outbox:template", args=["solution", "en"]), data)
    assert page.status_code == 200
    assert page.context["preview"].subject == "About The pump stops after start"
    assert "&lt;b&gt;Otto Oja&lt;/b&gt; {% now %}" in words(page)
    with acme.scope():
        assert not MailTemplate.objects.exists()


@pytest.mark.parametrize("args", [["reply", "en"], ["solution", "xx"], ["nothing", "en"]])
def test_what_has_no_words_is_not_there(acme: Cast, args: list[str]) -> None:
    assert acme.client("ada").get(reverse("outbox:template", args=args)).status_code == 404


SERVER = {
    "kind": "smtp",
    "host": "smtp.mail.example",
    "port": 587,
    "security": "starttls",
    "username": "desk",
    "password": "pa55 word",
}


def test_the_own_server_is_sealed_audited_and_told(acme: Cast) -> None:
    client, url = acme.client("ada"), reverse("outbox:transport")
    assert new_actions(acme, lambda: client.post(url, SERVER)) == ["transport.added"]
    with acme.scope():
        row = Transport.objects.get()
        assert row.password == "pa55 word"
        assert "pa55" not in row.sealed_password
        notice = OutgoingMail.objects.get()
        assert (notice.to, notice.confidential) == (["ada@acme.example"], True)
        assert "smtp.mail.example" in notice.text
        assert "pa55" not in notice.text
    assert "pa55" not in words(client.get(url))


def test_an_empty_password_is_kept_but_goes_to_no_other_server(acme: Cast) -> None:
    client, url = acme.client("ada"), reverse("outbox:transport")
    client.post(url, SERVER)
    assert new_actions(acme, lambda: client.post(url, SERVER | {"password": ""})) == []
    moved = client.post(url, SERVER | {"password": "", "host": "smtp.elsewhere.example"})
    assert moved.status_code == 422
    assert "password" in form_of(moved).errors
    with acme.scope():
        row = Transport.objects.get()
        assert (row.host, row.password) == ("smtp.mail.example", "pa55 word")


@pytest.mark.parametrize(("field", "value"), [("host", "127.0.0.1"), ("host", "redis"), ("port", 6379), ("port", 0)])
def test_servers_inside_are_refused(acme: Cast, settings: Any, field: str, value: object) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    answer = acme.client("ada").post(reverse("outbox:transport"), SERVER | {field: value})
    assert answer.status_code == 422
    assert list(form_of(answer).errors) == [field]
    assert "pa55" not in words(answer)


def test_who_has_a_password_shows_again_that_it_is_them(acme: Cast) -> None:
    acme.ada.user.set_password(PASSWORD)
    acme.ada.user.save()
    client, url = acme.client("ada"), reverse("outbox:transport")
    answer = client.post(url, SERVER)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert "pa55 word" not in str(dict(client.session))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(url, SERVER).headers["Location"] == url


def test_who_signed_in_just_now_is_not_asked_again_until_five_minutes_are_over(acme: Cast) -> None:
    acme.ada.user.set_password(PASSWORD)
    acme.ada.user.save()
    client, url = password(acme, "ada"), reverse("outbox:transport")
    assert client.post(url, SERVER).headers["Location"] == url
    with time_machine.travel(timedelta(minutes=5, seconds=1)):
        asked = client.post(url, SERVER)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_going_back_to_the_installations_server(acme: Cast) -> None:
    client = acme.client("ada")
    client.post(reverse("outbox:transport"), SERVER)
    removed = new_actions(acme, lambda: client.post(reverse("outbox:transport_remove")))
    assert removed == ["transport.removed"]
    with acme.scope():
        assert not Transport.objects.exists()
