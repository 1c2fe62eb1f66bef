"""What an agent does all day, for locust: `locust -f bench/desk_day.py`, with DESK_DAY naming a file of sessions.

Sixty of them at one installation, an action in eight seconds each. The sessions
are made by tests/e2e/test_busy_desk.py, which starts this.
"""

import itertools
import json
import os
import random
import re
from pathlib import Path

from locust import HttpUser, constant_pacing, task

DAY = json.loads(Path(os.environ["DESK_DAY"]).read_text())
SESSIONS = itertools.cycle(DAY["sessions"])
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PAUSE = 8


class Agent(HttpUser):
    """One agent with a session of their own, who opens what the lists show."""

    wait_time = constant_pacing(PAUSE)

    def on_start(self) -> None:
        self.client.cookies.update(next(SESSIONS))
        self.client.headers["Host"] = DAY["host"]
        self.chance = random.Random()
        self.seen: list[str] = []

    def look(self, path: str, name: str) -> str:
        """A page that must be there; what is refused counts as an error of the run."""
        with self.client.get(path, name=name, catch_response=True) as answer:
            if answer.status_code not in (200, 304):
                answer.failure(f"{answer.status_code} {path}")
        return str(answer.text)

    def one(self) -> str:
        """The address of a ticket of the last list."""
        return self.chance.choice(self.seen or DAY["tickets"])

    @task(4)
    def open_list(self) -> None:
        path = self.chance.choice(DAY["lists"])
        page = self.look(path, path.split("?")[0])
        self.seen = re.findall(r'href="(/tickets/\d+/)', page)

    @task(6)
    def open_ticket(self) -> None:
        self.look(self.one(), "/tickets/…/")

    @task(1)
    def search(self) -> None:
        self.look(f"/search/?q={self.chance.choice(DAY['words'])}", "/search/")

    @task(2)
    def reply(self) -> None:
        self.write("reply")

    @task(2)
    def note(self) -> None:
        self.write("note")

    def write(self, mode: str) -> None:
        """Read a ticket and write on it. A colleague who was faster is no error: the page comes back with the text."""
        path = self.one()
        token = TOKEN.search(self.look(path, "/tickets/…/"))
        if token is None:
            return
        form = {"csrfmiddlewaretoken": token[1], "mode": mode, "text": "Korjaamme tänään.", "minutes": ""}
        with self.client.post(
            f"{path}write/", form, name=f"write {mode}", allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code in (302, 409):
                answer.success()
            else:
                answer.failure(f"{answer.status_code} {path}")
