"""Sixty agents at their desks for ten minutes while five mails a second come in: nothing fails; how long it takes.

The load comes from locust (bench/desk_day.py) in a process of its own on the same machine. VASTE_DESK_SECONDS shortens
it.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Membership
from accounts.scope import tenant_scope
from bench.fill import Filled, fill
from bench.fill_rows import COMMON, RARE
from bench.intake import letter
from bench.pages import open_numbers, serve
from helpdesk.embedded.layout import BASE_DIR
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import PRIORITY, PROCESS, store_raw
from tests.conftest import sign_in
from tests.e2e.parts import Installation, wait_until
from tickets.models import Queue

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]
AGENTS, TICKETS, MAILS_A_SECOND = 60, 20_000, 5
SECONDS = int(os.environ.get("VASTE_DESK_SECONDS", "600"))
SWEEPS = ("mailintake.tasks.sweep_inbound", "outbox.tasks.sweep_outgoing", "tickets.tasks.sweep_timers")
SWEEP_SECONDS = 5
# Two web processes of two threads each, one for what starts them, and a worker of two processes with their parent.
MOST_CONNECTIONS = 2 * (2 + 1) + 3
ADDRESS = "busy@acme.example"
Told = Callable[[str, object], None]


def sessions(filled: Filled) -> list[dict[str, str]]:
    """Cookies of as many browsers as there are agents; the filled desk has a third as many people, each with three."""
    with tenant_scope(filled.tenant.pk):
        people = list(Membership.objects.filter(roles__contains=[Role.AGENT]).select_related("user").order_by("pk"))
    found = []
    for number in range(AGENTS):
        client = Client(headers={"host": filled.tenant.host})
        sign_in(client, filled.tenant, people[number % len(people)])
        found.append({name: morsel.value for name, morsel in client.cookies.items()})
    return found


def day(filled: Filled, directory: Path) -> Path:
    """What the agents of locust need to know."""
    with tenant_scope(filled.tenant.pk):
        queues = [f"/queues/{pk}/" for pk in Queue.objects.order_by("pk").values_list("pk", flat=True)]
    lists = [*queues, "/my/", "/unassigned/", "/tickets/?priority=high&priority=urgent"]
    known = {
        "host": filled.tenant.host,
        "sessions": sessions(filled),
        "lists": lists,
        "words": [COMMON, RARE],
        "tickets": [f"/tickets/{number}/" for number in open_numbers(filled)],
    }
    path = directory / "day.json"
    path.write_text(json.dumps(known))
    return path


@contextmanager
def locust(port: int, told: Path, directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Its agents come within half a minute; the figures are written as CSV beside `told`."""
    command = [sys.executable, "-m", "locust", "-f", "bench/desk_day.py", "--headless", "--only-summary"]
    command += ["-u", str(AGENTS), "-r", "2", "-t", f"{SECONDS}s", "-H", f"http://127.0.0.1:{port}"]
    command += ["--csv", str(directory / "day")]
    environment = os.environ | {"DESK_DAY": str(told), "PYTHONWARNINGS": "ignore"}
    with (directory / "locust.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=BASE_DIR, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class Intake:
    """Mails at their pace and the sweeps at that of beat, for as long as somebody calls."""

    def __init__(self, place: Installation, filled: Filled) -> None:
        self.place, self.tenant = place, filled.tenant.pk
        self.began, self.sent, self.swept = time.monotonic(), 0, 0
        with tenant_scope(self.tenant):
            self.box = Mailbox.objects.create(address=ADDRESS, queue_id=filled.queue, mode="open")

    def go_on(self) -> None:
        passed = time.monotonic() - self.began
        while self.sent < passed * MAILS_A_SECOND:
            self._send()
        if passed >= self.swept * SWEEP_SECONDS:
            self.swept += 1
            self.place.ask(*SWEEPS, expires=SWEEP_SECONDS)

    def _send(self) -> None:
        raw, source = letter(self.sent, "plain", to=ADDRESS), f"smtp:busy-{self.sent}"
        with tenant_scope(self.tenant):
            row = store_raw(self.box, source=source, raw=raw, received_at=timezone.now(), recipient=ADDRESS)
        self.place.tasks.send_task(PROCESS, (self.tenant, row.pk), priority=PRIORITY, retry=False)
        self.sent += 1

    def waiting(self) -> int:
        with tenant_scope(self.tenant):
            return InboundMessage.objects.filter(state=InboundState.RECEIVED).count()


def connections() -> int:
    """To this database, but for the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found: int = cursor.fetchone()[0]
    return found


def figures(directory: Path) -> list[dict[str, str]]:
    """The rows of locust's statistics, the sum of all last."""
    with (directory / "day_stats.csv").open(newline="") as rows:
        return list(csv.DictReader(rows))


def test_sixty_agents_and_five_mails_a_second(
    installation: Installation, tmp_path: Path, record_property: Told
) -> None:
    filled = fill(TICKETS)
    told = day(filled, tmp_path)
    port, _server = serve(installation, "helpdesk.wsgi:application")
    installation.wait_for(installation.worker(concurrency=2))
    intake, most = Intake(installation, filled), 0
    with locust(port, told, tmp_path) as load:
        while load.poll() is None:
            intake.go_on()
            most = max(most, connections())
            time.sleep(0.1)
    behind = intake.waiting()

    def placed() -> bool:
        installation.ask(*SWEEPS, expires=SWEEP_SECONDS)
        return not intake.waiting()

    wait_until(placed, seconds=120, what="the last mails")
    rows = figures(tmp_path)
    for row in rows:
        record_property(
            "told",
            f"{row['Name']:28} {row['Request Count']:>6} asked, {row['Failure Count']} failed, "
            f"p50 {row['50%']} ms, p95 {row['95%']} ms",
        )
    record_property("told", f"{intake.sent} mails ({behind} waited at the end), at most {most} database connections")
    assert int(rows[-1]["Request Count"]) > SECONDS * AGENTS / 8 / 2
    assert [row["Name"] for row in rows if int(row["Failure Count"])] == [], (tmp_path / "locust.log").read_text()
    assert most <= MOST_CONNECTIONS
