"""A tenant that requires the second step: a session without it reaches no page of the desk, and mail links go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.house import tally
from tests.house.addresses import ADDRESSES
from tests.house.conftest import World
from tests.house.test_urls import ask, path_of

# What one needs to sign in, to set the second step up, and to sign out.
OWN = ("account_", "mfa_", "accounts:two_step")
DESK = [name for name, row in ADDRESSES.items() if row.who and not row.is_portal and not name.startswith(OWN)]
PORTAL = [name for name, row in ADDRESSES.items() if name.startswith("portal:") and not row.who]


@pytest.fixture
def db() -> None:
    """In place of pytest-django's: the world holds the transaction."""


@pytest.fixture(autouse=True)
def _required(settings: Any, db: None, world: World, _own_files: None) -> Iterator[None]:
    settings.MEDIA_ROOT = world.files
    tenant = world.acme.cast.tenant
    with transaction.atomic():
        type(tenant).objects.filter(pk=tenant.pk).update(require_two_step=True)
        yield
        transaction.set_rollback(True)


def test_there_is_a_desk_to_close() -> None:
    assert len(DESK) > 60
    assert len(PORTAL) > 5


@pytest.mark.parametrize("name", DESK)
def test_a_session_without_the_second_step_reaches_no_page_of_the_desk(world: World, name: str) -> None:
    path = path_of(name, world)

    for who in ADDRESSES[name].who:
        for method in ADDRESSES[name].methods.split():
            answer, wrote = ask(world.browser(who), method, path)
            assert (answer.status_code, answer.headers["Location"]) == (302, reverse("accounts:two_step_on"))
            assert (answer.content, wrote) == (b"", [])
            tally.refused[name] += 1


@pytest.mark.parametrize("name", PORTAL)
def test_mail_links_work_as_before(world: World, name: str) -> None:
    path = path_of(name, world)

    for method in ADDRESSES[name].methods.split():
        nobody, _ = ask(world.browser(), method, path)
        member, _ = ask(world.browser("aino"), method, path)
        assert (member.status_code, member.headers.get("Location")) == (
            nobody.status_code,
            nobody.headers.get("Location"),
        )
        assert reverse("accounts:two_step") not in member.headers.get("Location", "")


def test_pages_without_a_right_show_nothing_of_the_desk(world: World) -> None:
    """The error pages and those of the set-up stand outside the desk's frame, which counts its tickets."""
    for path in ("/nowhere/", reverse("accounts:two_step_on"), reverse("accounts:two_step")):
        page = world.browser("aino").get(path).content.decode()
        assert world.acme.cast.desk.queue.name not in page
        assert "v-nav" not in page
