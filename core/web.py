"""A POST to an address that a tenant names: public servers only, no redirects, of the answer only its status."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from core.lines import Line
from core.network import inside_allowed, is_forbidden_host

PORTS = frozenset({443, 8443})
# From dialling to the status of the answer.
CALL_SECONDS = 15


class ForbiddenUrl(ValueError):
    """Not an address that may be called."""


class Uncertified(OSError):
    """The server's certificate is not valid for its name."""


@dataclass(frozen=True, slots=True)
class Target:
    """A web address, taken apart."""

    host: str
    port: int
    path: str
    secure: bool

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def target(url: str) -> Target:
    """Take an address apart. Raises ForbiddenUrl where it is none, or may not be called; asks no network.

    https on its usual ports. On one machine, where servers inside may be named, also http and any port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ForbiddenUrl(str(error)) from error
    host = parts.hostname or ""
    if not (url.isascii() and url.isprintable() and " " not in url and host and _is_plain(parts)):
        raise ForbiddenUrl("not a plain address")
    if not inside_allowed() and (parts.scheme != "https" or port not in PORTS or is_forbidden_host(host)):
        raise ForbiddenUrl("not on the public internet")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, parts.scheme == "https")


def _is_plain(parts: SplitResult) -> bool:
    return parts.scheme in ("https", "http") and parts.username is None and not parts.fragment


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that the server answers with; nothing else of its answer is read. Never inside a tenant's scope.

    Raises ForbiddenUrl; and OSError, namely ForbiddenAddress, Uncertified, and TimeoutError after CALL_SECONDS.
    """
    to = target(url)
    line = Line(to.host, to.port)
    connection = HTTPConnection(to.host, to.port)
    try:
        with line.within(CALL_SECONDS):
            connection.sock = line.open_tls() if to.secure else line.open()
            connection.request("POST", to.path, body, {"Host": to.authority, "Connection": "close", **headers})
            return connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        raise Uncertified(str(error)) from error
    except (HTTPException, UnicodeError) as error:
        raise ConnectionError(type(error).__name__) from error
    finally:
        connection.close()
