"""A line to a server that a tenant names: public addresses only, checked certificates, no step that takes for ever."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from core.network import connect

CONNECT_SECONDS = 10
# Between two pieces of an answer. A server that sends a byte now and then never comes to it, hence the steps' limits.
SILENCE_SECONDS = 20
# From dialling to the greeting, and from there to the open mailbox. Short, because this is where dead servers hold a
# worker; those that are only slow at it are tried again.
SIGN_IN_SECONDS = 12
# Any other step; enough for the largest mail that is taken at 1.5 Mbit/s.
STEP_SECONDS = 200


class Line:
    """One connection to a server, which is cut when a step takes too long."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._socket: socket.socket | None = None

    def open(self) -> socket.socket:
        """Dial. Raises OSError, ForbiddenAddress among them."""
        self._socket = connect(self.host, self.port, timeout=CONNECT_SECONDS)
        self._socket.settimeout(SILENCE_SECONDS)
        return self._socket

    def open_tls(self) -> ssl.SSLSocket:
        """Dial, and shake hands with a server whose certificate is valid for its name."""
        return self.wrap_socket(self.open(), server_hostname=self.host)

    def wrap_socket(self, plain: socket.socket, *, server_hostname: str) -> ssl.SSLSocket:
        """Encrypt the line from now on.

        Has the name that imaplib and poplib call on an SSLContext, so that the line may stand where they take one:
        the handshake too is cut when it takes too long. Certificates must be valid, which neither insists on.
        """
        context = ssl.create_default_context()
        wrapped = context.wrap_socket(plain, server_hostname=server_hostname, do_handshake_on_connect=False)
        self._socket = wrapped
        try:
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the line if the block is not done in time; raises TimeoutError then."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._cut, [late])
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if late.is_set():
                raise TimeoutError(f"The server was not done within {seconds:g} seconds.") from error
            raise
        finally:
            timer.cancel()

    def _cut(self, late: threading.Event) -> None:
        late.set()
        if self._socket is not None:
            with suppress(OSError):
                # Not SSLSocket's own, which takes the ground from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
