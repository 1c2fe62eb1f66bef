"""A46, A26: whoever turns mail elsewhere has the right, shows who they are, and every admin hears of it."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.enums import Role
from accounts.services.tenants import change_roles
from mailintake.models import Mailbox
from mailintake.services.polling import poll
from outbox.delivery import Envelope
from outbox.models import OutgoingMail, Transport
from outbox.smtp import Server, ServerFailing
from tests.accounts.settings_support import form_of, new_actions
from tests.accounts.sign_in_support import password
from tests.conftest import Cast, make_cast
from tests.house.conftest import PEOPLE, give_password
from tests.house.stock import Stock, fill

pytestmark = pytest.mark.django_db
INSIDE = [
    *("127.0.0.1", "::1", "[::1]", "0", "2130706433", "0x7f.1", "017700000001", "::ffff:127.0.0.1", "10.0.0.5"),
    *("169.254.169.254", "fd00::1", "fe80::1", "localhost", "LOCALHOST.", "redis", "db.internal", "100.64.0.1"),
]
PORTS = [0, 22, 6379, 5432, 8000, 65536]
MAILBOX = {"mode": "triage", "port": 993, "security": "tls", "username": "support", "folder": "INBOX", "active": "on"}
MAILBOX |= {"after_fetch": "seen", "password": "pa55 word", "host": "imap.mail.example", "protocol": "imap"}
SERVER = {"kind": "smtp", "host": "smtp.mail.example", "port": 587, "security": "starttls", "username": "desk"}
SERVER |= {"password": "pa55 word"}


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Stock]:
    """Made once: a desk with everything in it takes longer than any of these tests."""
    own = {"MEDIA_ROOT": tmp_path_factory.mktemp("files"), "EMAIL_BACKEND": "outbox.backends.OutboxBackend"}
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**own):
        cast = make_cast("acme", PEOPLE)
        give_password(cast)
        with cast.scope():
            change_roles(cast.liisa, roles=[Role.LEAD, Role.ADMIN], by=cast.actor("ada"))
        yield fill(cast, writer="aino", worker="konsta", first_number=1000)
        transaction.set_rollback(True)


@pytest.fixture
def stock(kept: Stock, db: None) -> Stock:
    """The desk as it was made, whatever the test before has done to it."""
    return deepcopy(kept)


def mailbox_data(stock: Stock, **more: object) -> dict[str, object]:
    return MAILBOX | {"address": "support@acme.example", "queue": stock.ids["queue"]} | more


def queue_data(stock: Stock, **more: object) -> dict[str, object]:
    facts = {"name": "Desk", "address": "support@acme.example", "office": stock.ids["office"], "position": 0}
    return facts | more


def changes(stock: Stock) -> dict[str, tuple[str, dict[str, object]]]:
    """What turns mail elsewhere: (address of the page, what is posted), by the entry it leaves."""
    box, queue = stock.ids["mailbox"], stock.ids["queue"]
    return {
        "mailbox.changed": (reverse("mailintake:mailbox", args=[box]), mailbox_data(stock)),
        "mailbox.added": (reverse("mailintake:mailbox_add"), mailbox_data(stock, address="two@acme.example")),
        "mailbox.hook_opened": (reverse("mailintake:mailbox_hook", args=[box]), {"kind": "raw"}),
        "transport.changed": (reverse("outbox:transport"), SERVER),
        "webhook.added": (reverse("outbox:webhook_add"), {"name": "Night", "url": "https://pager.evil.example/"}),
        "webhook.changed": (
            reverse("outbox:webhook", args=[stock.ids["webhook"]]),
            {"name": "Pager", "url": "https://pager.evil.example/"},
        ),
        "transport.removed": (reverse("outbox:transport_remove"), {}),
        "queue.changed": (
            reverse("tickets:queue_settings", args=[queue]),
            queue_data(stock, address="eve@evil.example"),
        ),
    }


CHANGES = ["mailbox.changed", "mailbox.added", "mailbox.hook_opened", "transport.changed", "transport.removed"]
CHANGES += ["queue.changed", "webhook.added", "webhook.changed"]


def told(cast: Cast, since: int) -> list[str]:
    """Whom the installation has written to, by its own transport."""
    with cast.scope():
        mails = OutgoingMail.objects.filter(pk__gt=since, confidential=True).order_by("pk")
        return [address for mail in mails for address in mail.to]


def newest(cast: Cast) -> int:
    with cast.scope():
        return OutgoingMail.objects.latest("pk").pk


@pytest.mark.parametrize("action", CHANGES)
def test_mail_is_turned_elsewhere_with_an_entry_and_a_mail_to_all_admins(stock: Stock, action: str) -> None:
    cast, (path, data) = stock.cast, changes(stock)[action]
    ada, before = password(cast, "ada"), newest(cast)

    assert new_actions(cast, lambda: ada.post(path, data)) == [action]
    assert sorted(told(cast, before)) == ["ada@acme.example", "liisa@acme.example"]


@pytest.mark.parametrize("action", CHANGES)
def test_a_browser_left_open_is_asked_who_is_there(stock: Stock, action: str) -> None:
    cast, (path, data) = stock.cast, changes(stock)[action]
    ada, before = password(cast, "ada"), newest(cast)

    with time_machine.travel(timedelta(minutes=6)):
        assert new_actions(cast, lambda: asked(ada, path, data)) == []
    assert told(cast, before) == []


def asked(client: Client, path: str, data: dict[str, object]) -> None:
    answer = client.post(path, data)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("who", ["aino", "konsta", "fiona"])
def test_nobody_but_an_admin_turns_it(stock: Stock, action: str, who: str) -> None:
    path, data = changes(stock)[action]

    assert new_actions(stock.cast, lambda: password(stock.cast, who).post(path, data)) == ["member.signed_in"]


def test_the_end_of_a_web_address_is_told_too(stock: Stock) -> None:
    """It only stops mail, so nobody is asked for the password; the same holds for fetching at once, or older mail."""
    cast, box = stock.cast, stock.ids["mailbox"]
    ada, before = password(cast, "ada"), newest(cast)
    path = reverse("mailintake:mailbox_hook_end", args=[box])

    with time_machine.travel(timedelta(minutes=6)):
        assert new_actions(cast, lambda: ada.post(path)) == ["mailbox.hook_closed"]
        assert len(told(cast, before)) == 2
        older = reverse("mailintake:mailbox_older", args=[box])
        assert new_actions(cast, lambda: ada.post(older)) == ["mailbox.older_taken"]


@pytest.mark.parametrize("field", ["tenant", "sealed_password", "hook_hash", "hook_kind", "uid_validity", "last_uid"])
def test_a_field_that_no_form_has_is_not_taken(stock: Stock, field: str) -> None:
    cast, (path, data) = stock.cast, changes(stock)["mailbox.changed"]
    value = str(make_cast("globex", {}).tenant.pk) if field == "tenant" else "77"
    with cast.scope():
        kept = getattr(Mailbox.objects.get(), f"{field}_id" if field == "tenant" else field)

    ada = password(cast, "ada")
    assert ada.post(path, data | {field: value, f"{field}_id": value, "password": ""}).status_code in (302, 422)
    with cast.scope():
        assert getattr(Mailbox.objects.get(), f"{field}_id" if field == "tenant" else field) in (kept, None, 0)


@pytest.mark.parametrize("host", INSIDE)
def test_no_server_inside_is_taken_or_called(stock: Stock, settings: Any, host: str) -> None:
    """A26: by the forms; and where a row names it all the same, at the connection, without its answer on the page."""
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    cast, ada = stock.cast, password(stock.cast, "ada")
    paths = {name: changes(stock)[name] for name in ("mailbox.changed", "transport.changed")}
    for path, data in paths.values():
        answer = ada.post(path, data | {"host": host})
        assert (answer.status_code, list(form_of(answer).errors)) == (422, ["host"])
    with cast.scope():
        box = Mailbox.objects.get()
        Mailbox.objects.update(host=host.strip("[]"), username="x")
    poll(cast.tenant.pk, box.pk)
    with cast.scope():
        assert Mailbox.objects.get().trouble in ("private", "no_such_host")
    with pytest.raises(ServerFailing):
        Server(host.strip("[]"), 25, Transport.Security.NONE, "", "", foreign=True).hand_over(
            Envelope("a@acme.example", ("b@elsewhere.example",), b"x")
        )


@pytest.mark.parametrize("port", PORTS)
def test_no_port_but_those_of_mail_servers_is_taken(stock: Stock, settings: Any, port: int) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    ada = password(stock.cast, "ada")
    for name in ("mailbox.changed", "transport.changed"):
        path, data = changes(stock)[name]
        answer = ada.post(path, data | {"port": port})
        assert (answer.status_code, list(form_of(answer).errors)) == (422, ["port"])


@pytest.mark.parametrize(
    "value", ["https://imap.evil.example/", "user@imap.evil.example", "imap.evil.example:25", "a b.c"]
)
def test_an_address_with_more_than_a_host_in_it_is_not_called(stock: Stock, settings: Any, value: str) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    ada = password(stock.cast, "ada")
    for name in ("mailbox.changed", "transport.changed"):
        path, data = changes(stock)[name]
        answer = ada.post(path, data | {"host": value})
        assert (answer.status_code, list(form_of(answer).errors)) == (422, ["host"])
