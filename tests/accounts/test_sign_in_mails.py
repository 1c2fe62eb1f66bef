"""Links for a new password and mailed codes: who gets them tells nobody who works here, and each opens once."""

import re
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts import middleware
from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.services.tenants import add_member
from tests.accounts.sign_in_support import (
    CODE,
    LOGIN,
    is_in,
    mails_to,
    mann_whitney,
    same_words,
)
from tests.conftest import Cast
from tests.house.conftest import PASSWORD, give_password

pytestmark = pytest.mark.django_db
RESET, ASK, CONFIRM = "/account/password/reset/", "/account/login/code/", "/account/login/code/confirm/"
KNOWN, UNKNOWN, ELSEWHERE = "aino@acme.example", "nobody@acme.example", "greta@globex.example"
NEW = "another horse, another battery"
# Longer than the work of any of these requests, so that the wait decides.
STEADY_SECONDS = 0.1
ENOUGH = 0.01
GUESSES = ["", "null", "BCDF-GHJK", "x", "y"]
NO_KEYS = ["", "-", "null", "0-0", "false", "set-password", "undefined-undefined", "%00", "１-１"]


@pytest.fixture(autouse=True)
def _real(acme: Cast, globex: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    settings.VASTE_STEADY_SECONDS = 0
    give_password(acme, globex)


def ask_for_link(cast: Cast, address: str) -> str:
    """The path in the mail that follows."""
    assert cast.client().post(RESET, {"email": address}).status_code == 302
    (link,) = re.findall(r"https?://\S+", mails_to(cast, address)[-1])
    return urlsplit(link).path


def choose(client: Client, path: str, password: str = NEW) -> HttpResponse:
    """Open the link and fill in the page behind it."""
    opened = client.get(path)
    page = opened.headers.get("Location", path)
    return client.post(page, {"password1": password, "password2": password})


def can_sign_in(cast: Cast, password: str, address: str = KNOWN) -> bool:
    client = cast.client()
    client.post(LOGIN, {"login": address, "password": password})
    return is_in(client)


@pytest.mark.parametrize("path", [RESET, ASK])
def test_every_answer_is_alike_for_known_unknown_and_strangers(acme: Cast, path: str) -> None:
    seen = []
    for address in (KNOWN, UNKNOWN, ELSEWHERE):
        client = acme.client()
        answer = client.post(path, {"email": address})
        pages = [client.get(answer.headers["Location"])]
        if path == ASK:
            pages += [client.post(CONFIRM, {"action": "resend"}, follow=True)]
            pages += [client.post(CONFIRM, {"code": code}, follow=True) for code in GUESSES]
        seen.append(
            [
                (answer.status_code, answer.headers["Location"], sorted(answer.cookies)),
                *((page.status_code, page.request["PATH_INFO"], same_words(page)) for page in pages),
            ]
        )
        assert not is_in(client)

    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("path", [RESET, ASK])
def test_only_members_of_this_tenant_are_written_to(acme: Cast, path: str) -> None:
    for address in (KNOWN, UNKNOWN, ELSEWHERE):
        acme.client().post(path, {"email": address})

    assert [len(mails_to(acme, address)) for address in (KNOWN, UNKNOWN, ELSEWHERE)] == [1, 0, 0]


def times(cast: Cast, path: str, each: int) -> tuple[list[float], list[float]]:
    """Seconds to the answers for a known and an unknown address, asked in turns."""
    seconds: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for turn in range(2 * each + 4):
        address = (KNOWN, UNKNOWN)[turn % 2]
        client = cast.client()
        begun = time.perf_counter()
        client.post(path, {"email": address})
        if turn >= 4:
            seconds[address].append(time.perf_counter() - begun)
    return seconds[KNOWN], seconds[UNKNOWN]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [RESET, ASK])
@pytest.mark.parametrize("address", [KNOWN, UNKNOWN])
def test_an_answer_takes_its_fixed_time(acme: Cast, settings: Any, path: str, address: str) -> None:
    """The clock stands still but for the wait itself, so that what is measured is the wait and not the machine."""
    settings.VASTE_STEADY_SECONDS = STEADY_SECONDS
    waits: list[float] = []
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(middleware, "time", SimpleNamespace(monotonic=lambda: 1000.0, sleep=waits.append))
        acme.client().post(path, {"email": address})

    assert waits == [pytest.approx(STEADY_SECONDS)]


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [RESET, ASK])
def test_the_time_of_a_thousand_answers_does_not_tell(acme: Cast, settings: Any, path: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.VASTE_STEADY_SECONDS = STEADY_SECONDS

    assert mann_whitney(*times(acme, path, 1000)) > ENOUGH


@pytest.mark.django_db(transaction=True)
def test_the_measurement_would_notice(acme: Cast, settings: Any) -> None:
    """Without the wait a mail to a known address takes its time, and the same test sees it."""
    settings.ACCOUNT_RATE_LIMITS = False

    assert mann_whitney(*times(acme, RESET, 60)) < ENOUGH


def test_the_rank_sum_is_that_of_the_textbooks() -> None:
    men, women = [19, 22, 16, 29, 24], [20, 11, 17, 12]

    assert mann_whitney(men, women) == mann_whitney(women, men) == pytest.approx(0.1113, abs=0.0001)
    assert mann_whitney(men, men) == mann_whitney([1.0] * 9, [1.0] * 9) == 1.0
    assert mann_whitney(range(60), range(60, 120)) < 1e-9


def test_a_link_works_once(acme: Cast) -> None:
    path = ask_for_link(acme, KNOWN)
    assert choose(acme.client(), path).status_code == 302
    assert can_sign_in(acme, NEW)

    assert choose(acme.client(), path, PASSWORD).status_code == 200
    assert not can_sign_in(acme, PASSWORD)


def test_only_the_newest_link_works(acme: Cast) -> None:
    older, newer = ask_for_link(acme, KNOWN), ask_for_link(acme, KNOWN)
    assert older != newer

    choose(acme.client(), older)
    assert not can_sign_in(acme, NEW)
    choose(acme.client(), newer)
    assert can_sign_in(acme, NEW)


@pytest.mark.parametrize(("minutes", "works"), [(29, True), (31, False)])
def test_a_link_works_for_half_an_hour(acme: Cast, minutes: int, works: bool) -> None:
    path = ask_for_link(acme, KNOWN)

    with time_machine.travel(timedelta(minutes=minutes)):
        choose(acme.client(), path)
        assert can_sign_in(acme, NEW) is works


def test_a_page_left_open_does_not_outlive_its_link(acme: Cast) -> None:
    client, path = acme.client(), ask_for_link(acme, KNOWN)
    page = client.get(path).headers["Location"]
    assert client.get(page).status_code == 200

    with time_machine.travel(timedelta(minutes=31)):
        client.post(page, {"password1": NEW, "password2": NEW})
        assert not can_sign_in(acme, NEW)


def test_a_link_works_at_the_host_of_its_tenant_only(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        add_member(email=KNOWN, name="Aino", roles=[Role.AGENT], office=globex.office, by=SYSTEM)
    path = ask_for_link(acme, KNOWN)

    choose(globex.client(), path)
    assert not can_sign_in(acme, NEW)
    choose(acme.client(), path)
    assert can_sign_in(acme, NEW)


def test_a_link_is_for_one_person(acme: Cast) -> None:
    path = ask_for_link(acme, KNOWN)
    mine, its = re.search(r"key/([0-9a-z]+)-(.+)/$", path).groups()  # type: ignore[union-attr]
    (theirs,) = re.findall(r"key/([0-9a-z]+)-", ask_for_link(acme, "liisa@acme.example"))
    assert mine != theirs

    choose(acme.client(), path.replace(f"{mine}-{its}", f"{theirs}-{its}"))
    assert not can_sign_in(acme, NEW, "liisa@acme.example")


@pytest.mark.parametrize("key", NO_KEYS)
def test_an_empty_or_made_up_link_opens_nothing(acme: Cast, key: str) -> None:
    ask_for_link(acme, KNOWN)
    pk = acme.members["aino"].user.pk
    for path in (f"{RESET}key/{key}/", f"{RESET}key/{pk}-{key}/"):
        client = acme.client()
        assert client.get(path).status_code in (200, 404)
        assert client.post(path, {"password1": NEW, "password2": NEW}).status_code in (200, 404)

    assert not can_sign_in(acme, NEW)


def test_a_link_is_exact(acme: Cast) -> None:
    path = ask_for_link(acme, KNOWN)
    key = path.removeprefix(f"{RESET}key/").removesuffix("/")
    for wrong in (key.upper(), key[:-1], f"{key}a"):
        choose(acme.client(), f"{RESET}key/{wrong}/")

    assert not can_sign_in(acme, NEW)


def ask_for_code(cast: Cast, client: Client) -> str:
    client.post(ASK, {"email": KNOWN})
    (code,) = CODE.findall(mails_to(cast, KNOWN)[-1])
    return str(code)


def test_only_the_newest_code_works_and_only_once(acme: Cast) -> None:
    client = acme.client()
    older = ask_for_code(acme, client)
    client.post("/account/logout/")
    newer = ask_for_code(acme, client)
    assert older != newer

    client.post(CONFIRM, {"code": older})
    assert not is_in(client)
    client.post(CONFIRM, {"code": newer})
    assert is_in(client)
    client.post("/account/logout/")
    client.post(CONFIRM, {"code": newer})
    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (11, False)])
def test_a_code_works_for_ten_minutes(acme: Cast, minutes: int, works: bool) -> None:
    client = acme.client()
    code = ask_for_code(acme, client)

    with time_machine.travel(timedelta(minutes=minutes)):
        client.post(CONFIRM, {"code": code})
        assert is_in(client) is works


def test_a_code_works_in_the_browser_and_at_the_host_that_asked(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        add_member(email=KNOWN, name="Aino", roles=[Role.AGENT], office=globex.office, by=SYSTEM)
    own, other, abroad = acme.client(), acme.client(), globex.client()
    code = ask_for_code(acme, own)
    other.post(ASK, {"email": KNOWN})
    abroad.post(ASK, {"email": KNOWN})
    carried = globex.client()
    carried.cookies["session"] = own.cookies["session"].value

    for client in (other, abroad, carried):
        client.post(CONFIRM, {"code": code})
        assert not is_in(client)
    own.post(CONFIRM, {"code": code})
    assert is_in(own)


def test_a_code_bears_three_guesses(acme: Cast) -> None:
    client = acme.client()
    code = ask_for_code(acme, client)
    for guess in ("BCDF-GHJK", "BCDF-GHJL", "BCDF-GHJM"):
        client.post(CONFIRM, {"code": guess})

    client.post(CONFIRM, {"code": code})
    assert not is_in(client)
