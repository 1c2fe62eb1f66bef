"""An import that is killed and begun again, as often as that happens, brings what one that is left alone brings."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Customer, Requester
from helpdesk.embedded.layout import BASE_DIR
from tests.conftest import APP_ROLE, Cast
from tests.e2e.parts import database_url
from tests.imports import zammad_export
from tests.imports.digest import counts, digests
from tickets.enums import EventKind
from tickets.models import Message, Origin, Ticket, TicketEvent

PROVE = bool(os.environ.get("VASTE_PROVE"))
# Of the small one each twentieth ticket is broken, so that there are some.
TICKETS, KILLS, BROKEN_EACH = (50_000, 5, 1_000) if PROVE else (300, 2, 20)
MOST_SECONDS = 1_200
FILLED = "tickets_ticket, tickets_ticketcounter, tickets_tag, accounts_auditentry"

pytestmark = [pytest.mark.django_db(transaction=True), *([pytest.mark.prove] if PROVE else [])]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    zammad_export.write(tmp_path / "zammad", TICKETS, broken_each=BROKEN_EACH)
    return tmp_path / "zammad"


class Runs:
    """Imports as processes of the product, as the application role, on the test's database."""

    def __init__(self, directory: Path, export: Path) -> None:
        self.directory, self.export = directory, export
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        files = {"VASTE_DATA_DIR": str(directory), "VASTE_FAULT_FILE": str(directory / "fault")}
        self.environment = kept | files | {"DATABASE_URL": database_url(), "VASTE_TESTING": "1"}

    def start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "import_tickets", "acme", str(self.export)]
        return subprocess.Popen(
            command, cwd=BASE_DIR, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def to_the_end(self) -> str:
        process = self.start()
        told, _ = process.communicate(timeout=MOST_SECONDS)
        assert process.returncode == 0, told
        return told

    def killed_at(self, point: str) -> None:
        """kill -9 where the code names a point."""
        (self.directory / "fault").write_text(point)
        process = self.start()
        process.communicate(timeout=MOST_SECONDS)
        assert process.returncode == -signal.SIGKILL

    def killed_behind(self, cast: Cast, many: int, dice: Random) -> None:
        """kill -9 at any instant after so many tickets are there."""
        process = self.start()
        while here(cast) < many:
            assert process.poll() is None
            time.sleep(0.2)
        time.sleep(dice.random() * 2)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL


def here(cast: Cast) -> int:
    with cast.scope():
        return Origin.objects.count()


def empty(keeps: dict[type, int]) -> None:
    """Take out all that an import has brought; only the owner can."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(f"TRUNCATE {FILLED} CASCADE")
        cursor.execute("DELETE FROM accounts_requesteraddress WHERE requester_id > %s", [keeps[Requester]])
        cursor.execute("DELETE FROM accounts_requester WHERE id > %s", [keeps[Requester]])
        cursor.execute("DELETE FROM accounts_customer WHERE id > %s", [keeps[Customer]])
        cursor.execute(f"SET ROLE {APP_ROLE}")


def test_killed_and_begun_again_equals_one_run(
    acme: Cast, export: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    keeps: dict[type, int] = {Requester: acme.requester.pk, Customer: acme.customer.pk}
    runs, dice = Runs(tmp_path, export), Random(7)  # noqa: S311  # not a secret
    began = timezone.now()
    started = time.monotonic()
    told = runs.to_the_end()
    seconds = time.monotonic() - started
    with acme.scope():
        once, whole = digests(began), facts(began)
    empty(keeps)

    began = timezone.now()
    if PROVE:
        for kill in range(KILLS):
            runs.killed_behind(acme, (kill * 2 + 1) * TICKETS // (2 * KILLS), dice)
    else:
        runs.killed_at("in-import-batch")
        assert here(acme) == 0
        runs.killed_at("after-import-batch")
        assert 0 < here(acme) < TICKETS - TICKETS // BROKEN_EACH
    runs.to_the_end()

    with acme.scope():
        assert digests(began) == once
        assert facts(began) == whole
        assert counts() == dict.fromkeys(counts(), 0)
        assert Ticket.objects.count() == TICKETS - TICKETS // BROKEN_EACH
        assert (
            sum(once[name][0] for name in ("messages", "log")) == Message.objects.count() + TicketEvent.objects.count()
        )
    assert f"{TICKETS // BROKEN_EACH} refused" in told
    rows = sum(count for count, _ in once.values())
    record_property(
        "told",
        f"import: {TICKETS:,} tickets, {once['messages'][0]:,} messages, {once['log'][0]:,} entries of the log "
        f"in {seconds:.0f} s, {rows / seconds:,.0f} rows/s; killed {KILLS} times and begun again: the same",
    )


def facts(began: datetime) -> dict[str, object]:
    """What is right of the whole, however it was brought: nothing twice, nothing half."""
    ids = Origin.objects.values_list("external_id", flat=True)
    assert len(set(ids)) == len(ids) == Ticket.objects.count()
    assert not Ticket.objects.filter(status_class="merged", merged_into=None).exists()
    assert TicketEvent.objects.filter(kind=EventKind.IMPORTED, recorded_at__gte=began).count() == len(ids)
    return {
        "statuses": sorted(Ticket.objects.values_list("status_class", flat=True).distinct()),
        "merged": Ticket.objects.filter(status_class="merged").count(),
        "last": Ticket.objects.order_by("-number").values_list("number", flat=True).first(),
    }


@pytest.mark.skipif(PROVE, reason="seen on the small export")
def test_a_newer_export_adds_what_is_new(acme: Cast, export: Path, tmp_path: Path) -> None:
    runs = Runs(tmp_path, export)
    told = runs.to_the_end()
    # What the dice of the first seed made of it.
    assert "15 refused" in told
    assert "$: cannot" not in told
    assert "$.received_at: is no date and time" in told
    zammad_export.go_on(export, 7, "2026-01-05T08:00:00Z", "Vielä yksi asia.")
    page = json.loads((export / "tickets" / "page-00001.json").read_text())
    (export / "tickets" / "page-00001.json").write_text(json.dumps([{**row, "title": "Muu"} for row in page]))

    told = runs.to_the_end()

    assert "0 tickets, 1 messages" in told
    assert "1 tickets went on" in told
    with acme.scope():
        assert Message.objects.get(text="Vielä yksi asia.").ticket.origins.get().external_id == "7"
        assert not Ticket.objects.filter(title="Muu").exists()
        pictured = Message.objects.filter(html__contains="cid:logo.").prefetch_related("attachments")
        assert pictured
        assert all(message.shown_pictures for message in pictured)
        assert {file.name for message in pictured for file in message.listed_files} == {"raportti.txt"}
