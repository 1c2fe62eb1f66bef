"""A40: mails built to be expensive, each read in a process that is measured; and normal mail beside them."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk.embedded.layout import BASE_DIR
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.house.hostile import SHARED
from tests.mailintake.post import arrive, open_box, write
from tests.mailintake.test_parsing import BOMBS
from tickets.models import Ticket

SECONDS, MEGABYTES = 30, 512
FINAL = {InboundState.LINKED, InboundState.TRIAGE, InboundState.QUARANTINED, InboundState.DUPLICATE}
CORPUS = sorted(path for pattern in ("bomb-*", "redos-*") for path in SHARED.glob(f"{pattern}.eml"))
# Reads one file as a worker does and tells its peak in kB; ru_maxrss would also know the process that started it.
READ = """
import re, sys
from mailintake.record import record_of
record_of(open(sys.argv[1], "rb").read())
print(re.search("VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def cost(path: Path) -> tuple[float, float]:
    """(seconds of the processor, peak in megabytes) of reading a file in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run([sys.executable, "-c", READ, str(path)], cwd=BASE_DIR, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, int(told.stdout) / 1024


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_stays_below_a_workers_limits(name: str, tmp_path: Path) -> None:
    (path := tmp_path / "bomb.eml").write_bytes(BOMBS[name]())
    seconds, megabytes = cost(path)

    assert (seconds < SECONDS, megabytes < MEGABYTES) == (True, True), (seconds, megabytes)


@pytest.mark.skipif(not CORPUS, reason="VASTE_SHARED does not name the shared mail corpus")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_bomb_of_the_corpus_stays_below_them_too(path: Path) -> None:
    seconds, megabytes = cost(path)

    assert (seconds < SECONDS, megabytes < MEGABYTES) == (True, True), (seconds, megabytes)


@pytest.mark.django_db
def test_normal_mails_are_all_in_within_a_minute_of_bombs(acme: Cast) -> None:
    open_box(acme)
    begun = time.monotonic()
    for number, bomb in enumerate(BOMBS.values()):
        for normal in range(8):
            arrive(acme, write(f"a{number}-{normal}@elsewhere.example", text=f"{number} {normal}\n"))
        arrive(acme, bomb())
    spent = time.monotonic() - begun

    with acme.scope():
        assert {row.state for row in InboundMessage.objects.defer("raw")} <= FINAL
        assert Ticket.objects.count() >= len(BOMBS) * 8
    assert spent < 60
