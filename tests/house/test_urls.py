"""Every address against everybody who has no business there: the stranger, the other tenant, the wrong role."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.house import tally
from tests.house.addresses import ADDRESSES, EVERYBODY, FORGEABLE, REQUESTERS, Row, names
from tests.house.conftest import Statements, World

METHODS = ("GET", "POST")
TOKENS = re.compile(rb'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"')


@pytest.fixture
def db() -> None:
    """In place of pytest-django's: the world holds the transaction, which that one would end after each test."""


@pytest.fixture(autouse=True)
def _files(settings: Any, world: World, _own_files: None) -> None:
    settings.MEDIA_ROOT = world.files


@pytest.fixture(autouse=True)
def _rolled_back(db: None, world: World) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, method: str, path: str) -> tuple[HttpResponse, list[str]]:
    """One request, undone afterwards: the answer, and what it wrote."""
    statements = Statements()
    with connection.execute_wrapper(statements), transaction.atomic():
        answer = client.generic(method, path) if method != "POST" else client.post(path)
        if answer.streaming:
            answer = HttpResponse(answer.getvalue(), status=answer.status_code, headers=answer.headers)
        transaction.set_rollback(True)
    return answer, statements.writes


def refused(name: str, client: Client, method: str, path: str, *wanted: int) -> HttpResponse:
    """Ask, and see it refused with one of the `wanted` statuses and without a trace in the tables."""
    answer, wrote = ask(client, method, path)
    assert answer.status_code in wanted, (name, method, path, answer.status_code)
    assert wrote == []
    tally.refused[name] += 1
    return answer


def body(answer: HttpResponse) -> bytes:
    """The page without what differs from one answer to the next."""
    return TOKENS.sub(b"", answer.content)


def page_of_nothing(world: World, who: str) -> bytes:
    """What stands at an address that is none; the world does not change, so it is asked for once."""
    if who not in world.pages_of_nothing:
        world.pages_of_nothing[who] = body(world.browser(who).get("/nowhere/"))
    return world.pages_of_nothing[who]


def path_of(name: str, world: World, swap: frozenset[str] = frozenset()) -> str:
    row = ADDRESSES[name]
    return reverse(name, kwargs=row.kwargs(world.acme.ids, world.globex.ids, swap))


def swaps(row: Row) -> list[frozenset[str]]:
    """Every way to put at least one of the other tenant's things into the address."""
    params = row.foreign_params
    return [frozenset(some) for size in range(1, len(params) + 1) for some in combinations(params, size)]


def is_public(name: str) -> bool:
    return not ADDRESSES[name].who


def test_every_address_has_a_row() -> None:
    assert sorted(names()) == sorted(ADDRESSES)


@pytest.mark.parametrize("name", [name for name in ADDRESSES if not is_public(name)])
@pytest.mark.parametrize("who", ["", "greta", "other"], ids=["nobody", "stranger", "other kind of session"])
def test_without_a_session_of_this_tenant_and_kind_one_is_asked_to_sign_in(world: World, name: str, who: str) -> None:
    """A requester's session opens nothing of the desk, and a member's nothing of the portal."""
    path, row = path_of(name, world), ADDRESSES[name]
    door = reverse("portal:sign_in" if row.is_portal else "account_login")
    session = ("ada" if row.is_portal else "kaisa") if who == "other" else who

    for method in METHODS:
        if method in row.methods:
            answer = refused(name, world.browser(session), method, path, 302)
            assert answer.headers["Location"].startswith(f"{door}?next=")


@pytest.mark.parametrize("name", [name for name in ADDRESSES if is_public(name)])
def test_a_strangers_session_is_worth_nothing_on_public_pages(world: World, name: str) -> None:
    path = path_of(name, world)

    for method in ADDRESSES[name].methods.split():
        nobody, _ = ask(world.browser(), method, path)
        stranger, _ = ask(world.browser("greta"), method, path)
        assert (stranger.status_code, stranger.headers.get("Location")) == (
            nobody.status_code,
            nobody.headers.get("Location"),
        )
        assert b"Greta" not in stranger.content
        tally.refused[name] += 1


@pytest.mark.parametrize("name", [name for name in ADDRESSES if ADDRESSES[name].foreign_params])
def test_the_other_tenants_things_are_not_there(world: World, name: str) -> None:
    row = ADDRESSES[name]

    for who in row.who or ("", "ada", "greta"):
        nowhere = page_of_nothing(world, who)
        for swap in swaps(row):
            for method in row.methods.split():
                answer = refused(name, world.browser(who), method, path_of(name, world, swap), 404)
                assert body(answer) == nowhere


@pytest.mark.parametrize("name", [name for name in ADDRESSES if not is_public(name)])
def test_each_role_gets_what_is_its_own(world: World, name: str) -> None:
    row = ADDRESSES[name]
    path = path_of(name, world)

    for who in REQUESTERS if row.is_portal else EVERYBODY:
        for method in row.methods.split():
            if who not in row.who:
                refused(name, world.browser(who), method, path, 404 if who in row.blind else 403)
                continue
            answer, wrote = ask(world.browser(who), method, path)
            assert answer.status_code in (200, 302, 409, 422), (who, method, answer.status_code)
            assert method != "GET" or wrote == []


@pytest.mark.parametrize("name", ADDRESSES)
def test_other_methods_are_refused(world: World, name: str) -> None:
    row = ADDRESSES[name]
    browser = world.browser(row.who[0] if row.who else "")

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        if method not in row.methods and not name.startswith("account_"):
            refused(name, browser, method, path_of(name, world), 405)


@pytest.mark.parametrize(
    "name", [name for name in ADDRESSES if "POST" in ADDRESSES[name].methods and name not in FORGEABLE]
)
def test_a_forged_form_is_refused(world: World, name: str) -> None:
    row = ADDRESSES[name]
    for who in row.who or ("", "ada"):
        refused(name, world.browser(who, enforce_csrf_checks=True), "POST", path_of(name, world), 403)


@pytest.mark.parametrize("token", ["", "null", "0", "undefined", "x" * 32, "%00", "\N{FULLWIDTH DIGIT ZERO}"])
def test_an_empty_or_made_up_token_opens_nothing(world: World, token: str) -> None:
    for path, name in ((f"/l/{token}/", "work"), (f"/c/{token}/", "confirm"), (f"/r/{token}/", "rate")):
        refused(f"portal:{name}", world.browser(), "GET", path, 404)


def test_a_links_token_is_exact_and_serves_one_purpose(world: World) -> None:
    work, confirm = world.acme.ids["work_token"], world.acme.ids["confirm_token"]

    for path in (f"/l/{work.swapcase()}/", f"/l/{confirm}/", f"/l/{work}x/", f"/l/{work[:-1]}/", f"/l/{work}%20/"):
        refused("portal:work", world.browser(), "GET", path, 404)
    for path in (f"/c/{confirm.swapcase()}/", f"/c/{work}/"):
        refused("portal:confirm", world.browser(), "GET", path, 404)
