"""A45: a canary in every secret that is stored, looked for wherever anybody may look; a new one joins by its name."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from accounts.models import TenantModel
from core.secrets import seal
from mailintake.models import Mailbox
from mailintake.services.polling import poll
from outbox.answers import ServerFailing
from outbox.delivery import Envelope
from outbox.transports import server_for
from tests.accounts.sign_in_support import confirmed
from tests.house.addresses import ADDRESSES
from tests.house.conftest import give_password
from tests.house.stock import Stock, fill
from tests.portal.conftest import rows

pytestmark = pytest.mark.django_db
CANARY = "canary-4711-{}"
TYPED = "canary-typed-0815"


def sealed_fields() -> list[tuple[type[TenantModel], str]]:
    """Every column of a tenant's tables that holds a secret."""
    tables = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    return [
        (model, field.name) for model in tables for field in model._meta.fields if field.name.startswith("sealed_")
    ]


@pytest.fixture
def stock(acme: Any) -> Stock:
    give_password(acme)
    made = fill(acme, writer="aino", worker="konsta", first_number=1000)
    with acme.scope():
        for number, (model, name) in enumerate(sealed_fields()):
            assert model.objects.update(**{name: seal(CANARY.format(number))}) > 0, model
        Mailbox.objects.update(host="127.0.0.1", port=9, security="none", username="support")
    return made


def test_the_secrets_are_these() -> None:
    found = {f"{model._meta.model_name}.{name}" for model, name in sealed_fields()}

    assert {"mailbox.sealed_password", "transport.sealed_password", "signingkey.sealed_private"} <= found
    assert len(found) >= 7


def fail_everywhere(stock: Stock) -> None:
    """What goes wrong with servers, whose words reach logs, rows and pages."""
    cast = stock.cast
    with cast.scope():
        box = Mailbox.objects.get()
    poll(cast.tenant.pk, box.pk)
    with cast.scope():
        server = server_for(cast.tenant, own=True)
        assert server is not None
        with pytest.raises(ServerFailing) as failure:
            server.hand_over(Envelope("a@acme.example", ("b@elsewhere.example",), b"x"))
    assert "canary" not in str(failure.value)


def type_wrongly(stock: Stock) -> list[str]:
    """The pages that come back when a form with a secret in it was filled in wrongly, or broke."""
    ada = confirmed(stock.cast, "ada")
    ada.raise_request_exception = False
    box = stock.ids["mailbox"]
    pages = [
        ada.post(reverse("mailintake:mailbox", args=[box]), {"password": TYPED, "port": "x"}),
        ada.post(reverse("outbox:transport"), {"password": TYPED, "kind": "smtp"}),
        ada.post(reverse("mailintake:mailbox_hook", args=[box]), {"kind": "none", "key": TYPED}),
    ]
    assert {page.status_code for page in pages} == {422}
    return [page.content.decode() for page in pages]


def crawl(stock: Stock) -> list[str]:
    """Every page as everybody who may open it."""
    found = []
    for who in ("ada", "liisa", "aino", "konsta", "fiona"):
        client = confirmed(stock.cast, who)
        for name, row in ADDRESSES.items():
            if "GET" in row.methods and (who in row.who or not row.who):
                answer = client.get(reverse(name, kwargs=row.kwargs(stock.ids)))
                found.append(answer.content.decode(errors="replace"))
    return found


def test_no_secret_shows_anywhere(stock: Stock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    fail_everywhere(stock)
    pages = type_wrongly(stock)
    pages += crawl(stock)
    assert len(pages) > 150
    # What a backup holds is these rows, and the files.
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        sessions = str(cursor.fetchall())
    texts = [*pages, caplog.text, str(rows(stock.cast)), sessions]

    assert [text[max(0, text.find("canary-") - 200) :][:300] for text in texts if "canary-" in text] == []


def test_a_fault_in_the_middle_shows_no_secret(
    stock: Stock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("mailintake.views.mailboxes.save_mailbox", broken)
    monkeypatch.setattr("outbox.views.transport.save_transport", broken)
    ada = confirmed(stock.cast, "ada")
    ada.raise_request_exception = False
    server = {"host": "mail.example", "port": 993, "security": "tls", "username": "desk", "password": TYPED}
    box = server | {"address": "support@acme.example", "queue": stock.ids["queue"], "mode": "open", "folder": "INBOX"}
    answers = [
        ada.post(reverse("mailintake:mailbox", args=[stock.ids["mailbox"]]), box | {"after_fetch": "seen"}),
        ada.post(reverse("outbox:transport"), server | {"kind": "smtp", "port": 587}),
    ]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert TYPED not in caplog.text + "".join(answer.content.decode() for answer in answers)
    assert "RuntimeError: broken" in caplog.text
