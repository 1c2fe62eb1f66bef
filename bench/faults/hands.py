"""Who sends mail and who presses pages while something is broken: each keeps a history of what was acknowledged."""

import http.client
import random
import smtplib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.conftest import Cast
from tests.e2e.waiting import HOST

CSRF = "c" * 32


class Sender(threading.Thread):
    """Hands in mails one after the other, each again and again until it is taken, as a mail server does.

    What is refused for good (5xx) stays with the sender, who has been told.
    """

    def __init__(self, hand_in: Callable[[int], None], numbers: Iterable[int], *, pause: float = 0.0) -> None:
        super().__init__(daemon=True)
        self._hand_in, self._numbers, self._pause = hand_in, numbers, pause
        self.refused = 0
        self.returned: list[int] = []
        self.start()

    def run(self) -> None:
        for number in self._numbers:
            while not self._is_taken(number):
                self.refused += 1
                time.sleep(0.2)
            time.sleep(self._pause)

    def _is_taken(self, number: int) -> bool:
        try:
            self._hand_in(number)
        except smtplib.SMTPDataError as refusal:
            if refusal.smtp_code >= 500:
                self.returned.append(number)
            return refusal.smtp_code >= 500
        except (OSError, smtplib.SMTPException):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page answered, when it was asked (monotonic) and after how many seconds. Status 0: nothing at all."""

    status: int
    begun: float
    seconds: float
    body: bytes


@dataclass
class Desk:
    """Members who press the pages of one ticket all the time: they read lists, and write notes or replies."""

    cast: Cast
    port: int
    ticket: int
    chance: random.Random
    mode: str = "note"
    answers: list[Answer] = field(default_factory=list)
    # Texts that a page said it has kept.
    kept: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    people: list[threading.Thread] = field(default_factory=list)

    def open(self, people: int, name: str = "aino") -> None:
        """Sit down so many members, each with a session of their own."""
        for number in range(people):
            session = self.cast.client(name).cookies["session"].value
            dice = random.Random(self.chance.random())
            person = threading.Thread(target=self._work, args=(number, session, dice), daemon=True)
            self.people.append(person)
            person.start()

    def close(self) -> None:
        self.closed.set()
        for person in self.people:
            person.join()

    def statuses(self) -> dict[int, int]:
        """How often each status was answered."""
        found = sorted({answer.status for answer in self.answers})
        return {status: sum(answer.status == status for answer in self.answers) for status in found}

    def _work(self, number: int, session: str, dice: random.Random) -> None:
        presses = 0
        while not self.closed.wait(dice.uniform(1, 5)):
            presses += 1
            if dice.random() < 0.5:
                self.press(session, dice.choice(["/my/", "/unassigned/", f"/tickets/{self.ticket}/"]))
                continue
            text = f"{self.mode} {number}.{presses}."
            form = {"mode": self.mode, "text": text, "csrfmiddlewaretoken": CSRF}
            if self.press(session, f"/tickets/{self.ticket}/write/", form).status == 302:
                self.kept.append(text)

    def press(self, session: str, path: str, form: dict[str, str] | None = None) -> Answer:
        """One request, as a browser sends it; its answer is kept."""
        headers = {"Host": self.cast.tenant.host, "Cookie": f"session={session}; csrf={CSRF}"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        begun, status, body = time.monotonic(), 0, b""
        line = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            line.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
            response = line.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        self.answers.append(Answer(status, begun, time.monotonic() - begun, body))
        return self.answers[-1]
