"""Posting to an address that a tenant names: what may be called, and what is read of the answer (A26)."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import web
from core.network import ForbiddenAddress
from core.web import ForbiddenUrl, Uncertified, post, target
from tests.e2e.certificate import make_certificate

HOST, BODY = "127.0.0.1", b"{}"
INSIDE = [
    *("127.0.0.1", "[::1]", "0", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]", "10.0.0.5"),
    *("169.254.169.254", "[fd00::1]", "[fe80::1]", "localhost", "LOCALHOST.", "redis", "db.internal", "100.64.0.1"),
]


@pytest.fixture
def _outside(settings: Any) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False


@contextmanager
def server(
    answer: bytes, *, slowly: float = 0, secure: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """A server that reads one request, and answers with these bytes, one at a time where it is slow."""
    heard: list[bytes] = []
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            try:
                line = secure.wrap_socket(line, server_side=True) if secure else line
                heard.append(line.recv(65_536))
                while not heard[0].endswith(BODY):
                    heard[0] += line.recv(65_536)
                for piece in [answer[i : i + 1] for i in range(len(answer))] if slowly else [answer]:
                    line.sendall(piece)
                    time.sleep(slowly)
            except OSError:
                pass
            finally:
                line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(5)


@pytest.mark.usefixtures("_outside")
@pytest.mark.parametrize("host", INSIDE)
def test_no_host_of_our_own_network_is_taken(host: str) -> None:
    with pytest.raises(ForbiddenUrl):
        target(f"https://{host}/hook")


@pytest.mark.usefixtures("_outside")
@pytest.mark.parametrize(
    "url",
    [
        "http://pager.example/",
        "https://pager.example:22/",
        "https://pager.example:25/",
        "https://pager.example:6379/",
        "https://pager.example:99999/",
        "https://user:word@pager.example/",
        "https://pager.example@169.254.169.254/",
        "https://pager.example/#part",
        "https://pager.example/a b",
        "https://pager.example/a\r\nX: y",
        "https://pägeri.example/",
        "file:///etc/passwd",
        "gopher://pager.example/",
        "dict://pager.example:11211/",
        "https://",
        "pager.example",
        "",
    ],
)
def test_nothing_but_a_plain_public_address_is_taken(url: str) -> None:
    with pytest.raises(ForbiddenUrl):
        target(url)


@pytest.mark.usefixtures("_outside")
def test_a_plain_public_address_is_taken_apart() -> None:
    found = target("https://pager.example:8443/a/b?c=d")

    assert (found.host, found.port, found.path, found.authority) == (
        "pager.example",
        8443,
        "/a/b?c=d",
        "pager.example:8443",
    )
    assert target("https://pager.example").path == "/"


@pytest.mark.usefixtures("_outside")
def test_a_public_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it was public when it was looked at: the name is asked once, and that answer is called."""
    called: list[Any] = []

    def resolve(host: str, port: int, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr("core.network.socket.getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", lambda self, where: called.append(where))
    with pytest.raises(ForbiddenAddress):
        post("https://rebinding.example/", BODY, {})
    assert called == []


def test_of_an_answer_only_its_status_is_read() -> None:
    with server(b"HTTP/1.1 202 Fine\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 1000) as (port, heard):
        assert post(f"http://{HOST}:{port}/in?a=b", BODY, {"webhook-id": "1"}) == 202
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?a=b HTTP/1.1\r\n")
    assert f"Host: {HOST}:{port}".encode() in head
    assert body == BODY


def test_no_redirect_is_followed() -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (inside, heard):
        location = f"http://{HOST}:{inside}/".encode()
        with server(b"HTTP/1.1 307 Go\r\nLocation: " + location + b"\r\n\r\n") as (port, _):
            assert post(f"http://{HOST}:{port}/", BODY, {}) == 307
        assert heard == []
        socket.create_connection((HOST, inside)).close()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n", b"hello" * 10])
def test_a_server_that_takes_for_ever_is_left(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(web, "CALL_SECONDS", 0.3)
    with server(answer, slowly=0.05) as (port, _):
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            post(f"http://{HOST}:{port}/", BODY, {})
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 two\r\n\r\n"])
def test_what_is_no_answer_is_no_status(answer: bytes) -> None:
    with server(answer) as (port, _), pytest.raises(OSError, match=r"."):
        post(f"http://{HOST}:{port}/", BODY, {})


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    with server(b"HTTP/1.1 200 OK\r\n\r\n", secure=context) as (port, heard), pytest.raises(Uncertified):
        post(f"https://{HOST}:{port}/", BODY, {})
    assert heard == []


def test_a_certificate_that_holds_for_the_name_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with server(b"HTTP/1.1 204 Done\r\n\r\n", secure=context) as (port, _):
        assert post(f"https://{HOST}:{port}/", BODY, {}) == 204
