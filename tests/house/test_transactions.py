"""One request, one transaction: an answer that failed has written nothing, and no scope outlives its request."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import path

from accounts.models import Product
from accounts.scope import current_tenant_id
from tests.conftest import APP_ROLE, Cast
from tests.house.catalogue import ask

SETTING = "SELECT coalesce(current_setting('app.tenant_id', true), '')"


def write_and_raise(request: HttpRequest) -> HttpResponse:
    Product.objects.create(name="lost")
    raise ZeroDivisionError


def write_and_fail(request: HttpRequest) -> HttpResponse:
    Product.objects.create(name="lost")
    return HttpResponse("no", status=503)


def write_and_refuse(request: HttpRequest) -> HttpResponse:
    Product.objects.create(name="kept")
    return HttpResponse("invalid", status=422)


def lose_the_database(request: HttpRequest) -> HttpResponse:
    Product.objects.create(name="lost")
    raise OperationalError("server closed the connection unexpectedly: canary")


def stream(request: HttpRequest) -> HttpResponseBase:
    def body() -> Iterator[str]:
        yield f"{current_tenant_id()} {ask(SETTING)[0][0]};"
        yield from Product.objects.order_by("name").values_list("name", flat=True)

    return StreamingHttpResponse(body())


def stream_and_raise(request: HttpRequest) -> HttpResponseBase:
    def body() -> Iterator[str]:
        Product.objects.create(name="lost")
        yield "begun"
        raise ZeroDivisionError

    return StreamingHttpResponse(body())


urlpatterns = [
    path("raise/", write_and_raise),
    path("fail/", write_and_fail),
    path("away/", lose_the_database),
    path("refuse/", write_and_refuse),
    path("stream/", stream),
    path("stream-raise/", stream_and_raise),
]
handler500 = "core.failures.server_error"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def names(cast: Cast) -> list[str]:
    with cast.scope():
        return list(Product.objects.order_by("name").values_list("name", flat=True))


def browser(cast: Cast) -> Client:
    return Client(headers={"host": cast.tenant.host}, raise_request_exception=False)


def nothing_in_force() -> bool:
    return current_tenant_id() is None and ask(SETTING) == [("",)] and not connection.in_atomic_block


@pytest.mark.parametrize(("address", "status"), [("/raise/", 500), ("/fail/", 503), ("/away/", 503)])
@pytest.mark.filterwarnings("ignore")
def test_a_failed_answer_has_written_nothing(acme: Cast, address: str, status: int) -> None:
    answer = browser(acme).get(address)

    assert answer.status_code == status
    assert names(acme) == []
    assert nothing_in_force()


@pytest.mark.filterwarnings("ignore")
def test_a_database_that_is_away_is_told_as_that_and_nothing_of_it(acme: Cast) -> None:
    answer = browser(acme).get("/away/")

    assert answer.headers["Retry-After"] == "10"
    page = answer.content.decode()
    assert "The database does not answer right now" in page
    assert "canary" not in page
    assert acme.tenant.name not in page


def test_a_refused_form_keeps_what_the_view_wrote_on_purpose(acme: Cast) -> None:
    assert browser(acme).get("/refuse/").status_code == 422

    assert names(acme) == ["kept"]
    assert nothing_in_force()


def test_a_body_that_streams_reads_in_a_scope_of_its_own(acme: Cast, globex: Cast) -> None:
    for cast, name in ((acme, "PackLine"), (globex, "Roller")):
        with cast.scope():
            Product.objects.create(name=name)

    first, second = browser(acme).get("/stream/"), browser(globex).get("/stream/")
    assert nothing_in_force()
    assert b"".join(second.streaming_content) == f"{globex.tenant.pk} {globex.tenant.pk};Roller".encode()
    assert b"".join(first.streaming_content) == f"{acme.tenant.pk} {acme.tenant.pk};PackLine".encode()
    assert nothing_in_force()


def test_a_body_that_breaks_off_has_written_nothing(acme: Cast) -> None:
    answer = browser(acme).get("/stream-raise/")
    with pytest.raises(ZeroDivisionError):
        b"".join(answer.streaming_content)

    assert names(acme) == []
    assert nothing_in_force()


def test_requests_that_run_at_once_on_their_own_connections_do_not_meet(acme: Cast, globex: Cast) -> None:
    for cast in (acme, globex):
        with cast.scope():
            Product.objects.create(name=cast.tenant.slug)
    wrong: list[Any] = []

    def many(cast: Cast) -> None:
        for _ in range(20):
            body = b"".join(browser(cast).get("/stream/").streaming_content)
            if body != f"{cast.tenant.pk} {cast.tenant.pk};{cast.tenant.slug}".encode():
                wrong.append(body)
            browser(cast).get("/fail/")
        connection.close()

    in_threads([lambda: many(acme), lambda: many(globex)] * 2)

    assert wrong == []
    assert (names(acme), names(globex)) == (["acme"], ["globex"])


def in_threads(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_connection_serves_one_tenant_after_the_other(acme: Cast, globex: Cast) -> None:
    assert ask("SELECT current_user") == [(APP_ROLE,)]
    with acme.scope():
        Product.objects.create(name="PackLine")
    before = ask("SELECT pg_backend_pid()")

    for cast, found in ((acme, b"PackLine"), (globex, b""), (acme, b"PackLine")):
        body = b"".join(browser(cast).get("/stream/").streaming_content)
        assert body.partition(b";")[2] == found
        assert nothing_in_force()
    assert ask("SELECT pg_backend_pid()") == before
