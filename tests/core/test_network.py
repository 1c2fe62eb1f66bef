"""Servers inside our own network are refused, however their address is written."""

import pytest

from core.network import is_forbidden_host, is_public

INSIDE = [
    "127.0.0.1",
    "::1",
    "0.0.0.0",  # an address to be refused, none to listen on
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "fd00::1",
    "fe80::1%eth0",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "224.0.0.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address: str) -> None:
    assert not is_public(address)
    assert is_forbidden_host(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909"])
def test_addresses_outside(address: str) -> None:
    assert is_public(address)
    assert not is_forbidden_host(address)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "mail", "2130706433", "0x7f.1", "0", "[::1]", "db.internal", "a.localhost", ""]
)
def test_hosts_that_are_refused_by_their_writing(host: str) -> None:
    assert is_forbidden_host(host)


def test_a_name_outside_is_not_refused_by_its_writing() -> None:
    assert not is_forbidden_host("imap.mail.example")
