"""The cast, and the role: every test with a database runs as the application role, below row-level security.

Acme: Ada admin, Liisa team lead, Aino agent, Konsta consultant, Fiona finance; Otto asks, of Paperi Oy.
Globex: Greta admin, the stranger.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.actors import SYSTEM, Actor, member_actor
from accounts.enums import Role
from accounts.models import Customer, CustomerDomain, Membership, Office, Requester, RequesterAddress, Tenant
from accounts.scope import tenant_scope
from accounts.services.tenants import add_member, create_tenant, join_team
from tests.cast_rows import bring_back, keep_rows
from tickets.services.setup import Desk, prepare_desk

APP_ROLE = "vaste_app"
# One case each of these tests is one thing attacked; the run says how many.
ATTACKS = {
    "tables by plain SQL": "test_row_level_security.py::test_plain_sql_reads",
    "foreign keys": "test_keys.py::test_no_row_points_at_another_tenants",
    "managers": "test_keys.py::test_every_manager_asks_for_the_tenant",
    "operations without a scope": "test_scope.py::test_no_operation_works_without_a_scope",
}


class QuickHasher(PBKDF2PasswordHasher):
    """As the product's own, which the servers of browser tests read and renew, but for its half a second."""

    iterations = 1


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = [f"{QuickHasher.__module__}.{QuickHasher.__name__}"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Figures that a run is to show: what tests gave to `record_property("told", line)`, also from other processes."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    properties = [given for report in reports for given in getattr(report, "user_properties", [])]
    for line in dict.fromkeys(value for name, value in properties if name == "told"):
        terminalreporter.write_line(line)
    refused: Counter[str] = Counter()
    for name, value in properties:
        if name == "refused":
            refused.update(value)
    if refused:
        terminalreporter.write_line(f"walls: {len(refused)} URLs, {refused.total():,} requests refused")
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    stood = {what: sum(test in nodeid for nodeid in passed) for what, test in ATTACKS.items()}
    if any(stood.values()):
        terminalreporter.write_line("walls: " + ", ".join(f"{count} {what}" for what, count in stood.items()))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database is made and dropped by its owner; between, every connection takes the application's role."""
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["OPTIONS"]["options"] = f"-c role={APP_ROLE}"
    yield
    with django_db_blocker.unblock():
        connection.close()
        # Not there any more where bench/, which takes over these fixtures, has run as well.
        connection.settings_dict["OPTIONS"].pop("options", None)


@pytest.fixture(autouse=True)
def _owner_cleans_up(request: pytest.FixtureRequest) -> Iterator[None]:
    """Emptying the tables after a transactional test is the owner's to do, as is no other act of a test."""
    yield
    if "transactional_db" in request.fixturenames or _is_transactional(request):
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture(autouse=True)
def _role(request: pytest.FixtureRequest, _owner_cleans_up: None) -> None:
    if _is_transactional(request):
        request.getfixturevalue("transactional_db")
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP_ROLE}")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@dataclass
class Cast:
    """One tenant with its people; everything a test needs to begin."""

    tenant: Tenant
    office: Office
    desk: Desk
    members: dict[str, Membership]
    customer: Customer
    requester: Requester

    def __getattr__(self, name: str) -> Membership:
        try:
            # A copy that is being made has no members yet.
            return self.__dict__.get("members", {})[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def actor(self, name: str) -> Actor:
        return member_actor(self.members[name])

    def scope(self) -> Any:
        return tenant_scope(self.tenant.pk)

    def client(self, name: str | None = None) -> Client:
        """A browser at the tenant's host, signed in as a member."""
        client = Client(headers={"host": self.tenant.host})
        if name:
            sign_in(client, self.tenant, self.members[name])
        return client


def sign_in(client: Client, tenant: Tenant, member: Membership) -> None:
    """A session as a sign-in leaves it, without the way there."""
    client.force_login(member.user, backend="tickets.backends.DeskBackend")
    session = client.session
    session["tenant"] = tenant.pk
    session.save()


def make_cast(slug: str, people: dict[str, tuple[str, list[Role]]], **more: str) -> Cast:
    facts = {"language": "en", "time_zone": "Europe/Helsinki", "country": "FI"} | more
    tenant = create_tenant(slug=slug, name=slug.capitalize(), **facts)
    with tenant_scope(tenant.pk):
        office = Office.objects.get()
        desk = prepare_desk(office, address=f"support@{slug}.example", today=date(2026, 11, 2))
        members = {}
        for key, (name, roles) in people.items():
            member = add_member(email=f"{key}@{slug}.example", name=name, roles=roles, office=office, by=SYSTEM)
            members[key] = Membership.objects.select_related("user", "office").get(pk=member.pk)
            if not {Role.FINANCE, Role.CONSULTANT} & set(roles):
                join_team(desk.team, member)
        customer = Customer.objects.create(name="Paperi Oy", country="FI", office=office, language="fi")
        CustomerDomain.objects.create(customer=customer, domain=f"paperi-{slug}.example")
        requester = Requester.objects.create(name="Otto Oja", customer=customer, language="fi")
        RequesterAddress.objects.create(requester=requester, email=f"otto@paperi-{slug}.example")
    return Cast(tenant, office, desk, members, customer, requester)


PEOPLE = {
    "acme": {
        "ada": ("Ada Admin", [Role.ADMIN]),
        "liisa": ("Liisa Lead", [Role.LEAD]),
        "aino": ("Aino Agent", [Role.AGENT]),
        "konsta": ("Konsta Consultant", [Role.CONSULTANT]),
        "fiona": ("Fiona Finance", [Role.FINANCE]),
    },
    "globex": {"greta": ("Greta Stranger", [Role.ADMIN])},
}
_kept: dict[str, tuple[Cast, str]] = {}


def _cast(slug: str) -> Cast:
    """Made once in each process; later tests get the same rows again, in one statement instead of a hundred."""
    if slug in _kept:
        cast, rows = _kept[slug]
        bring_back(rows)
        return deepcopy(cast)
    cast = make_cast(slug, PEOPLE[slug])
    _kept[slug] = deepcopy(cast), keep_rows(cast.tenant)
    return cast


@pytest.fixture
def acme(db: None) -> Cast:
    return _cast("acme")


@pytest.fixture
def globex(db: None) -> Cast:
    return _cast("globex")


@pytest.fixture
def monday() -> datetime:
    """Monday, 2 November 2026, 10:00 in Helsinki: the desk is open."""
    return datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
