"""A POP3 server in memory that can be told to misbehave."""

import contextlib
import socketserver
import threading

from tests.e2e.waiting import HOST


class RudePop3:
    """Takes any password. `mails` maps the name (UIDL) of each mail to its bytes."""

    def __init__(self) -> None:
        self.mails: dict[str, bytes] = {}
        # Give only so many bytes of each mail; say that each has so many more; break off instead of saying goodbye.
        self.cut_to: int | None = None
        self.overstates = 0
        self.breaks_at_quit = False
        rude = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    rude.talk(self)

        self._server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        names, gone = [*self.mails], set[str]()
        line.wfile.write(b"+OK\r\n")
        while asked := line.rfile.readline().decode().split():
            command, arguments = asked[0].upper(), asked[1:]
            if command == "QUIT":
                if self.breaks_at_quit:
                    return
                for name in gone:
                    del self.mails[name]
            elif command == "DELE":
                gone.add(names[int(arguments[0]) - 1])
            line.wfile.write(b"+OK\r\n")
            if command in ("UIDL", "LIST"):
                for number, name in enumerate(names, 1):
                    what = name if command == "UIDL" else str(len(self.mails[name]) + self.overstates)
                    line.wfile.write(f"{number} {what}\r\n".encode())
                line.wfile.write(b".\r\n")
            elif command in ("RETR", "TOP"):
                mail = self.mails[names[int(arguments[0]) - 1]]
                given = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if command == "TOP" else mail[: self.cut_to]
                body = b"\r\n".join(b"." + row if row.startswith(b".") else row for row in given.split(b"\r\n"))
                line.wfile.write(body.removesuffix(b"\r\n") + b"\r\n.\r\n")
            if command == "QUIT":
                return
