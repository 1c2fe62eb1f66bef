"""An IMAP server in memory that can be told to misbehave: as much of RFC 3501 as fetching needs."""

import contextlib
import re
import socketserver
import threading
import time
from collections.abc import Callable

from tests.e2e.waiting import HOST

DATE = '"22-Nov-2026 08:00:00 +0000"'
Send = Callable[[bytes], None]


class RudeImap:
    """Takes any password. `mails` maps UIDs to bytes.

    `manners` decides how a mail is given: "" well, "cut" mid-literal, "short" as a whole literal that is too small,
    "nil", "gone" (expunged while it is read), "other" (another mail's bytes come first), "slow" (a byte a second).
    `refuses` answers the sign-in with these words. `silent` never says a word. `trickles` greets a byte a second.
    """

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.manners = ""
        self.refuses = ""
        self.silent = self.trickles = False
        self.validity, self.next_uid = 1, 1
        self.date = DATE
        self.seen: set[int] = set()
        self.visits = 0
        rude = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                rude.visits += 1
                with contextlib.suppress(OSError, ValueError):
                    rude.talk(self)

        self._server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, raw: bytes) -> int:
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.mails[uid] = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        if self.silent:
            line.rfile.read()
            return
        for piece in (
            [b"* OK IMAP4rev1 ready\r\n"] if not self.trickles else [bytes([b]) for b in b"* OK" + b" " * 900]
        ):
            line.wfile.write(piece)
            time.sleep(1 if self.trickles else 0)
        while asked := line.rfile.readline().decode():
            tag, command, *rest = asked.split(None, 2)
            done = self._answer(command.upper(), rest[0].strip() if rest else "", line.wfile.write)
            line.wfile.write(f"{tag} {done}\r\n".encode())
            if command.upper() == "LOGOUT":
                return

    def _answer(self, command: str, rest: str, send: Send) -> str:
        if command == "LOGIN" and self.refuses:
            return f"NO {self.refuses}"
        if command == "CAPABILITY":
            send(b"* CAPABILITY IMAP4rev1\r\n")
        elif command == "SELECT":
            if "INBOX" not in rest:
                return "NO [NONEXISTENT] Unknown mailbox"
            send(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] fine\r\n".encode())
        elif command == "STATUS":
            send(f'* STATUS "INBOX" (UIDVALIDITY {self.validity} UIDNEXT {self.next_uid})\r\n'.encode())
        elif command == "LOGOUT":
            send(b"* BYE\r\n")
        elif command == "UID":
            verb, _, rest = rest.partition(" ")
            getattr(self, f"_{verb.lower()}")(rest, send)
        return "OK done"

    def _search(self, rest: str, send: Send) -> None:
        wanted = list(self.mails)
        if found := re.search(r"UID (\d+):(\d+|\*)", rest):
            last = int(found[2]) if found[2] != "*" else max(self.mails, default=0)
            low, high = sorted((int(found[1]), last))
            wanted = [uid for uid in wanted if low <= uid <= high]
        if "UNSEEN" in rest:
            wanted = [uid for uid in wanted if uid not in self.seen]
        send(("* SEARCH" + "".join(f" {uid}" for uid in wanted) + "\r\n").encode())

    def _store(self, rest: str, send: Send) -> None:
        self.seen.add(int(rest.split(maxsplit=1)[0]))

    def _fetch(self, rest: str, send: Send) -> None:
        uids, _, what = rest.partition(" ")
        for uid in [int(each) for each in uids.split(",")]:
            if uid not in self.mails:
                continue
            facts = f"UID {uid} INTERNALDATE {self.date} RFC822.SIZE {len(self.mails[uid])}"
            if "BODY" not in what:
                send(f"* {uid} FETCH ({facts})\r\n".encode())
            else:
                self._give(uid, facts, send)

    def _give(self, uid: int, facts: str, send: Send) -> None:
        raw = self.mails[uid]
        if self.manners == "nil":
            send(f"* {uid} FETCH ({facts} BODY[] NIL)\r\n".encode())
        elif self.manners == "gone":
            del self.mails[uid]
            send(f"* {uid} EXPUNGE\r\n".encode())
        elif self.manners == "cut":
            send(f"* {uid} FETCH ({facts} BODY[] {{{len(raw)}}}\r\n".encode() + raw[: len(raw) // 2])
            raise ConnectionError
        else:
            if self.manners == "other":
                send(b"* 99 FETCH (UID 99 BODY[] {5}\r\nwrong)\r\n")
            given = raw[: len(raw) // 2] if self.manners == "short" else raw
            send(f"* {uid} FETCH ({facts} BODY[] {{{len(given)}}}\r\n".encode())
            for start in range(0, len(given), 1 if self.manners == "slow" else len(given)):
                send(given[start : start + (1 if self.manners == "slow" else len(given))])
                time.sleep(1 if self.manners == "slow" else 0)
            send(b")\r\n")
