"""Which servers a tenant may have us talk to: those of the public internet, and no machine behind our own walls.

A name is looked at before it is saved (`is_forbidden_host`, no network) and when it is resolved: `connect` goes to the
address that it has looked at, because a name may lead elsewhere the second time.
"""

import ipaddress
import socket
import time

from django.conf import settings

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class ForbiddenAddress(OSError):
    """The server lies inside our own network."""


def inside_allowed() -> bool:
    """Whether servers inside our own network may be named: in tests, and where a demo is tried out on one machine."""
    return bool(settings.DEBUG or settings.TESTING or settings.DEMO)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; addresses that wrap an IPv4 one are unwrapped first."""
    return _is_public(ipaddress.ip_address(address.partition("%")[0]))


def _is_public(ip: IpAddress) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return ip.is_global and not ip.is_multicast


def _literal(host: str) -> IpAddress | None:
    """The address that a host is, in any notation that the system's resolver takes (2130706433, 0x7f.1)."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def is_forbidden_host(host: str) -> bool:
    """Whether a host's writing alone says that it is none of the public internet; asks no network."""
    name = host.strip().lower().rstrip(".")
    address = _literal(name)
    if address is not None:
        return not _is_public(address)
    return "." not in name or name == "localhost" or name.endswith(LOCAL_ENDINGS)


def connect(host: str, port: int, *, timeout: float) -> socket.socket:
    """A connection to the very address that was looked at; whether a port inside our network is open shows nowhere.

    `timeout` is in seconds, for all of a host's addresses together. Raises ForbiddenAddress where any of them is not
    public, and OSError.
    """
    end = time.monotonic() + timeout
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not inside_allowed() and not all(is_public(str(target[0])) for *_, target in found):
        raise ForbiddenAddress("The server's name leads into a private network.")
    failure: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, target in found:
        if (left := end - time.monotonic()) <= 0:
            break
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(left)
            line.connect(target)
        except OSError as error:
            line.close()
            failure = error
        else:
            return line
    raise failure
