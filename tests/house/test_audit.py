"""Each sensitive act, done once, leaves one entry: who, what, which; and nobody takes it out again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services.people import save_team
from tests.conftest import Cast
from tests.house.conftest import PASSWORD, give_password
from tests.house.stock import Stock, fill
from tickets.models import Ticket
from tickets.services import facts, lifecycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(acme: Cast) -> Stock:
    give_password(acme)
    return fill(acme, writer="aino", worker="konsta", first_number=1000)


def entries(cast: Cast, since: int) -> list[tuple[str, str]]:
    with cast.scope():
        return list(AuditEntry.objects.filter(pk__gt=since).order_by("pk").values_list("action", "actor_name"))


def last(cast: Cast) -> int:
    with cast.scope():
        return max(AuditEntry.objects.values_list("pk", flat=True), default=0)


def post(path: str, **values: Any) -> Callable[[Stock, Client], None]:
    """An act of Ada's through a page; the path names things of the stock."""

    def act(stock: Stock, ada: Client) -> None:
        filled = {
            name: value.format(**stock.ids) if isinstance(value, str) else value for name, value in values.items()
        }
        answer = ada.post(path.format(**stock.ids), filled)
        assert answer.status_code == 302, answer.content.decode()[:3000]

    return act


def confirm_password(ada: Client) -> None:
    """Some settings ask who is there once more."""
    ada.post("/account/reauthenticate/", {"password": PASSWORD})


PERSON = {"office": "{office}", "title": "", "phone": ""}
CUSTOMER = {"name": "Sellu Oy", "country": "FI", "office": "{office}", "language": "fi"}
ACTS: dict[str, Callable[[Stock, Client], None]] = {
    "member.added": post("/settings/people/new/", email="uusi@acme.example", name="Uusi", roles=["agent"], **PERSON),
    "member.roles": post("/settings/people/{member}/", roles=["consultant", "agent"], **PERSON),
    "member.changed": post("/settings/people/{member}/", roles=["consultant"], **(PERSON | {"title": "Expert"})),
    "member.ended": post("/settings/people/{member}/end/"),
    "ticket.closed_by_desk": post("/tickets/{ticket}/close/"),
    "mail.discarded": post("/triage/{mail}/discard/"),
    "mail.released": post("/mail/in/{spare_mail}/let-in/"),
    "customer.added": post("/customers/new/", **CUSTOMER),
    "product.changed": post("/settings/products/{product}/", name="PackLine 2", keywords="", expert=""),
    "worktype.added": post("/settings/work/new/", name="Chat", position="9"),
    "table.imported": post("/settings/import/{table}/", name="0"),
    "table.removed": post("/settings/import/{spare_table}/remove/"),
    "transport.removed": post("/settings/sending/remove/"),
}


@pytest.mark.parametrize("action", ACTS)
def test_an_act_on_a_page_leaves_one_entry(stock: Stock, action: str) -> None:
    ada = stock.cast.client("ada")
    confirm_password(ada)
    before = last(stock.cast)

    ACTS[action](stock, ada)

    assert entries(stock.cast, before) == [(action, "Ada Admin")]


def test_signing_in_leaves_one_entry_and_a_failed_try_none(acme: Cast) -> None:
    give_password(acme)
    before = last(acme)
    client = acme.client()
    client.post("/account/login/", {"login": "aino@acme.example", "password": "wrong"})
    assert entries(acme, before) == []

    client.post("/account/login/", {"login": "aino@acme.example", "password": PASSWORD})

    assert entries(acme, before) == [("member.signed_in", "Aino Agent")]


def test_acts_of_the_services_leave_one_entry_each(stock: Stock) -> None:
    cast, by = stock.cast, stock.cast.actor("liisa")
    with cast.scope():
        ticket = Ticket.objects.get(number=stock.ids["ticket"])
        acts: list[tuple[str, Callable[[], object]]] = [
            (
                "ticket.reception_corrected",
                lambda: facts.correct_reception(ticket, received_at=timezone.now() - timedelta(days=1), by=by),
            ),
            ("ticket.closed_by_desk", lambda: lifecycle.close(ticket, by=by)),
            ("ticket.reopened", lambda: lifecycle.reopen(ticket, by=by)),
            ("team.changed", lambda: save_team(cast.desk.team, name="Desk", lead=None, members=[], by=by)),
        ]
    for action, act in acts:
        before = last(cast)
        with cast.scope():
            act()
        assert entries(cast, before) == [(action, "Liisa Lead")]


def test_a_call_dated_back_by_hand_leaves_one_entry(stock: Stock) -> None:
    before = last(stock.cast)
    earlier = timezone.localtime() - timedelta(hours=3)
    call = {
        "title": "Soitto",
        "requester": stock.ids["requester"],
        "text": "Paine putoaa.",
        "queue": stock.ids["queue"],
        "priority": "normal",
        "kind": "fault",
        "received_at": earlier.strftime("%Y-%m-%dT%H:%M"),
    }
    answer = stock.cast.client("aino").post("/tickets/new/", call)

    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert entries(stock.cast, before) == [("ticket.received_by_hand", "Aino Agent")]


def test_a_mailbox_change_leaves_one_entry_without_its_password(stock: Stock) -> None:
    ada, cast = stock.cast.client("ada"), stock.cast
    confirm_password(ada)
    page = ada.get(f"/settings/mailboxes/{stock.ids['mailbox']}/")
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    before = last(cast)

    answer = ada.post(f"/settings/mailboxes/{stock.ids['mailbox']}/", values | {"password": "canary-4711"})

    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert entries(cast, before) == [("mailbox.changed", "Ada Admin")]
    with cast.scope():
        assert "canary-4711" not in str(list(AuditEntry.objects.values()))
    assert b"canary-4711" not in ada.get(f"/settings/mailboxes/{stock.ids['mailbox']}/").content


def test_the_last_admin_stays_and_the_try_leaves_no_entry(stock: Stock) -> None:
    cast = stock.cast
    before = last(cast)
    cast.client("ada").post(f"/settings/people/{cast.members['ada'].pk}/end/")

    assert entries(cast, before) == []
    with cast.scope():
        assert cast.members["ada"].refreshed().has_role(Role.ADMIN)


@pytest.mark.parametrize(
    "attack", ["UPDATE accounts_auditentry SET actor_name = 'x'", "DELETE FROM accounts_auditentry"]
)
def test_an_entry_stays_as_it_is(acme: Cast, attack: str) -> None:
    with (
        acme.scope(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(attack)
