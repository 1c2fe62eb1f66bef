"""Connecting to servers that a tenant names: the address that was looked at is the one that is called (A26)."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core import network
from core.network import ForbiddenAddress, connect

HOST = "127.0.0.1"


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def _outside(settings: Any) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False


@pytest.mark.usefixtures("_outside")
@pytest.mark.parametrize(
    "host",
    [
        HOST,
        "localhost",
        "0",
        "2130706433",
        "0x7f.1",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fd00::1",
    ],
)
def test_no_address_of_our_own_network_is_called(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, target: called.append(target))

    with pytest.raises(OSError, match=r"private network|not known|not supported|No address") as refusal:
        connect(host, 993, timeout=1)
    assert called == []
    assert isinstance(refusal.value, ForbiddenAddress | socket.gaierror)


@pytest.mark.usefixtures("_outside")
def test_an_open_and_a_closed_port_inside_look_the_same(port: int) -> None:
    with pytest.raises(ForbiddenAddress) as first:
        connect(HOST, port, timeout=1)
    with pytest.raises(ForbiddenAddress) as second:
        connect(HOST, 1, timeout=1)

    assert str(first.value) == str(second.value)


@pytest.mark.usefixtures("_outside")
def test_a_name_that_changes_between_two_questions_is_asked_once(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when looked at, private when called."""
    answers = iter(["203.0.114.1", HOST, HOST])
    called: list[Any] = []

    def resolve(host: str, where: int, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), where))]

    monkeypatch.setattr(network.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", lambda self, target: called.append(target))
    connect("rebinding.example", port, timeout=1).close()

    assert called == [("203.0.114.1", port)]


@pytest.mark.usefixtures("_outside")
def test_one_private_address_among_public_ones_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 993)) for each in ("203.0.114.1", "10.0.0.1")]
    monkeypatch.setattr(network.socket, "getaddrinfo", lambda *arguments, **more: found)

    with pytest.raises(ForbiddenAddress):
        connect("both.example", 993, timeout=1)


def test_all_addresses_share_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, 993))] * 10

    def hang(line: socket.socket, target: Any) -> None:
        time.sleep(min(line.gettimeout() or 1, 0.2))
        raise TimeoutError("timed out")

    monkeypatch.setattr(network.socket, "getaddrinfo", lambda *arguments, **more: found)
    monkeypatch.setattr(socket.socket, "connect", hang)
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        connect("many.example", 993, timeout=0.5)
    assert time.monotonic() - begun < 1


def test_what_listens_is_reached(port: int) -> None:
    with connect(HOST, port, timeout=1) as line:
        assert line.getpeername()[1] == port
