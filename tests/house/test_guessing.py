"""A07, A08: files and links of others are not there, and whoever tries one after another is soon not answered."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as CacheAway

from accounts import guessing
from accounts.models import AuditEntry
from tests.conftest import Cast
from tests.house.addresses import ADDRESSES
from tests.house.stock import Stock, fill
from tests.house.test_urls import body
from tickets.models import Attachment, Queue, Ticket

pytestmark = pytest.mark.django_db
FILES = [name for name in ADDRESSES if name.endswith(("attachment", "_file"))]


@pytest.fixture
def stock(acme: Cast) -> Stock:
    return fill(acme, writer="aino", worker="konsta", first_number=1000)


def ask(client: Client, path: str) -> tuple[int, bytes]:
    answer = client.get(path)
    return answer.status_code, body(answer)


def tokens() -> Iterator[str]:
    while True:
        yield secrets.token_urlsafe(24)


def numbers() -> Iterator[str]:
    yield from (str(number) for number in range(2_000_000, 3_000_000))


GUESSES: list[tuple[str, str, Any]] = [
    ("", "/l/{}/", tokens),
    ("", "/c/{}/", tokens),
    ("", "/b/{}/", tokens),
    ("", "/mail/post/{}/", tokens),
    ("", "/c/{confirm_token}/files/{}/", numbers),
    ("aino", "/tickets/{}/", numbers),
    ("konsta", "/attachments/{}/", numbers),
    ("aino", "/triage/{}/", numbers),
    ("ada", "/settings/people/{}/", numbers),
]


def test_the_files_are_these() -> None:
    own = ["tickets:side_file", "tickets:attachment", "accounts:two_step_codes_file"]
    assert [*own, "portal:work_file", "portal:confirm_file"] == FILES


def test_a_file_of_others_is_answered_as_one_that_is_not_there(stock: Stock, globex: Cast) -> None:
    theirs = fill(globex, writer="greta", worker="greta", first_number=5000)
    with stock.cast.scope():
        own = list(Attachment.objects.values_list("pk", flat=True))
    with globex.scope():
        foreign = list(Attachment.objects.values_list("pk", flat=True))
    work, confirm = f"/l/{stock.ids['work_token']}/files", f"/c/{stock.ids['confirm_token']}/files"
    for who, base, hidden in (
        ("", work, [*foreign, *(pk for pk in own if pk != stock.ids["work_file"])]),
        ("", confirm, [*foreign, *(pk for pk in own if pk != stock.ids["confirm_file"])]),
        ("aino", "/attachments", foreign),
        ("konsta", "/attachments", [*foreign, stock.ids["attachment"]]),
        ("aino", "/side-files", [theirs.ids["side_file"]]),
        ("konsta", "/side-files", [stock.ids["side_file"], theirs.ids["side_file"]]),
    ):
        client = stock.cast.client(who or None)
        missing = ask(client, f"{base}/999999999/")
        assert missing[0] == 404
        assert [ask(client, f"{base}/{pk}/") for pk in hidden] == [missing] * len(hidden)
    nobody = stock.cast.client()
    for pk in (*own, *foreign, 999_999_999):
        answer = nobody.get(f"/attachments/{pk}/")
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, reverse("account_login"))
    assert theirs.ids["attachment"] in foreign


def test_an_agent_who_loses_the_queue_loses_its_files_at_once(stock: Stock) -> None:
    client, pk = stock.cast.client("aino"), stock.ids["attachment"]
    assert ask(client, f"/attachments/{pk}/")[0] == 200
    with stock.cast.scope():
        elsewhere = Queue.objects.create(name="Payroll", address="payroll@acme.example", office=stock.cast.office)
        Ticket.objects.filter(number=stock.ids["ticket"]).update(queue=elsewhere)

    assert ask(client, f"/attachments/{pk}/") == ask(client, "/attachments/999999999/")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many in place of the real number, for what holds with any."""
    monkeypatch.setattr(guessing, "WRONG_GUESSES", 10)
    return 10


def test_the_limit_comes_before_two_hundred_guesses(stock: Stock) -> None:
    client = stock.cast.client()
    statuses = [client.get(f"/l/{token}/").status_code for token, _ in zip(tokens(), range(200), strict=False)]

    assert statuses == [404] * 100 + [429] * 100


@pytest.mark.parametrize(("who", "path", "guesses"), GUESSES)
def test_guesses_hit_nothing_and_end_soon(stock: Stock, few: int, who: str, path: str, guesses: Any) -> None:
    client, kind = stock.cast.client(who or None), "post" if "/post/" in path else "get"
    statuses = []
    for guess, _ in zip(guesses(), range(2 * few), strict=False):
        filled = path.replace("{confirm_token}", stock.ids["confirm_token"]).format(guess)
        statuses.append(getattr(client, kind)(filled).status_code)

    assert statuses == [404] * few + [429] * few


def test_who_is_stopped_sees_not_even_what_is_there(stock: Stock, few: int) -> None:
    guesser, other = stock.cast.client(), stock.cast.client()
    for token, _ in zip(tokens(), range(few), strict=False):
        guesser.get(f"/l/{token}/")
    real = f"/l/{stock.ids['work_token']}/"

    assert guesser.get(real).status_code == 429
    assert guesser.get("/account/login/").status_code == 200
    assert stock.cast.client("aino").get("/my/").status_code == 200
    assert other.get(real, REMOTE_ADDR="198.51.100.7").status_code == 200
    cache.clear()
    assert guesser.get(real).status_code == 200


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 404)])
def test_a_callers_own_word_of_its_address_counts_only_from_our_proxy(
    stock: Stock, settings: Any, few: int, proxies: int, status: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    client = stock.cast.client()
    for number in range(few):
        client.get("/l/nothing-of-ours/", headers={"x-forwarded-for": f"198.51.100.{number}"})

    assert client.get("/l/nothing-of-ours/", headers={"x-forwarded-for": "198.51.100.200"}).status_code == status


def test_a_path_that_leads_nowhere_is_no_guess(stock: Stock, few: int) -> None:
    client = stock.cast.client()

    assert [client.get(f"/favicon-{number}.ico").status_code for number in range(2 * few)] == [404] * 2 * few


def test_callers_without_an_address_are_one(stock: Stock, few: int) -> None:
    statuses = [stock.cast.client().get("/l/nothing/", REMOTE_ADDR="").status_code for _ in range(few + 1)]

    assert statuses == [404] * few + [429]


def test_without_a_cache_nobody_is_held_up(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise CacheAway

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(cache, name, away)

    assert stock.cast.client().get("/l/nothing-of-ours-0123456789/").status_code == 404


def test_guessing_writes_nothing(stock: Stock, few: int) -> None:
    with stock.cast.scope():
        before = AuditEntry.objects.count()
    for token, _ in zip(tokens(), range(few + 1), strict=False):
        stock.cast.client().get(f"/c/{token}/")
    with stock.cast.scope():
        assert AuditEntry.objects.count() == before
