"""Two tenants with everything in them, and the count of attacks at the end of a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Customer, Requester, RequesterAddress
from core.tokens import new_token, token_hash
from portal.models import PortalSession
from tests.conftest import Cast, make_cast
from tests.house import tally
from tests.house.stock import Stock, fill

PEOPLE = {
    "ada": ("Ada Admin", [Role.ADMIN]),
    "liisa": ("Liisa Lead", [Role.LEAD]),
    "aino": ("Aino Agent", [Role.AGENT]),
    "konsta": ("Konsta Consultant", [Role.CONSULTANT]),
    "fiona": ("Fiona Finance", [Role.FINANCE]),
}
PASSWORD = "correct horse battery"
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture(autouse=True)
def _tell_refusals(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What this test adds to the tally, so that a run in several processes can add it up."""
    tally.refused.clear()
    yield
    if tally.refused:
        record_property("refused", dict(tally.refused))


@dataclass
class World:
    """Acme, whose host is attacked, and Globex, whose things are asked for there."""

    acme: Stock
    globex: Stock
    sessions: dict[str, str]
    files: Path
    visitors: dict[str, str]
    pages_of_nothing: dict[str, bytes] = field(default_factory=dict)

    def browser(self, who: str = "", **more: Any) -> Client:
        """A fresh browser at Acme's host with the session of `who`, of either tenant; nobody's without."""
        client = Client(headers={"host": self.acme.cast.tenant.host}, **more)
        if who in self.visitors:
            client.cookies["requester"] = self.visitors[who]
        elif who:
            client.cookies["session"] = self.sessions[who]
        return client


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Made once a module; each attack is rolled back by `attack`, and all of it at the end."""
    cache.clear()  # the tests before this module may have used up somebody's attempts
    files = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        acme = fill(make_cast("acme", PEOPLE), writer="aino", worker="konsta", first_number=1000)
        globex = fill(
            make_cast("globex", {"greta": ("Greta Stranger", [Role.ADMIN])}),
            writer="greta",
            worker="greta",
            first_number=5000,
        )
        casts = [acme.cast, globex.cast]
        give_password(*casts)
        sessions = {name: just_signed_in(cast, name) for cast in casts for name in cast.members}
        yield World(acme, globex, sessions, files, visitors_of(acme.cast))
        transaction.set_rollback(True)


def visitors_of(cast: Cast) -> dict[str, str]:
    """The secrets of four requesters' sessions at the portal: Otto, who asked, and three others."""
    with cast.scope():
        other = Customer.objects.create(name="Muu Oy", country="FI", office=cast.office, language="fi")
        people = {"otto": cast.requester}
        for name, company in (("oona", cast.customer), ("kaisa", cast.customer), ("vera", other)):
            person = Requester.objects.create(name=name.title(), customer=company, language="fi", sees_company=True)
            RequesterAddress.objects.create(requester=person, email=f"{name}@{cast.tenant.slug}-customers.example")
            people[name] = person
        Requester.objects.filter(pk=people["oona"].pk).update(sees_company=False)
        secrets = {name: new_token() for name in people}
        for name, person in people.items():
            facts = {"requester": person, "email": person.email, "secret_hash": token_hash(secrets[name])}
            PortalSession.objects.create(expires_at=timezone.now() + timedelta(days=1), **facts)
    return secrets


def give_password(*casts: Cast, password: str = PASSWORD) -> None:
    """One password for all, so that it is hashed once."""
    hashed = make_password(password)
    for member in (member for cast in casts for member in cast.members.values()):
        member.user.password = hashed
        member.user.save(update_fields=["password"])


def just_signed_in(cast: Cast, name: str) -> str:
    """The key of a session whose person has shown a moment ago that it is them."""
    browser = cast.client(name)
    answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return str(browser.cookies["session"].value)


class Statements:
    """What a block sends to PostgreSQL, in order: `with connection.execute_wrapper(statements)`."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.all.append(sql)
        return execute(sql, params, many, context)

    @property
    def writes(self) -> list[str]:
        """Those that changed a row of anything but sessions."""
        return [sql for sql in self.all if sql.lstrip().upper().startswith(WRITES) and "django_session" not in sql]

    @property
    def counted(self) -> list[str]:
        """Those that a budget counts: all but transaction control."""
        return [sql for sql in self.all if not sql.upper().startswith(CONTROL)]
