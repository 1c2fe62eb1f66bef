"""What pages cost at a million tickets, beside bare Django views on the same rows, and beside ten thousand tickets.

Both are served by granian with two workers and production settings, as the application's role below row-level
security; one after the other, so that a noisy machine is noisy for both. Ratios are of medians. The figures of other
desks that the limits come from are theirs on a tenth of this. Run by `make bench T=bench/pages.py`; VASTE_TICKETS for
fewer than a million.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.db import connection
from django.test import Client

from bench.fill import Filled, fill, owner_url
from bench.fill_rows import COMMON, RARE
from bench.plans import badly_planned
from bench.words import PLAIN
from helpdesk.embedded.layout import BASE_DIR
from helpdesk.embedded.programs import ONE_HEAP
from tests.conftest import APP_ROLE, sign_in
from tests.e2e.parts import Installation, Process, free_port, wait_until
from tests.house.conftest import Statements

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY = 10_000, int(os.environ.get("VASTE_TICKETS", "1000000"))
ROUNDS, WARM = int(os.environ.get("VASTE_ROUNDS", "60")), 8
MOST_PSS_MB, MOST_GROWTH, MOST_FILL_SECONDS = 110, 1.5, 20 * 60
Told = Callable[[str, object], None]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True, slots=True)
class Limit:
    """What a page may cost: statements, bytes, and how many times its bare view."""

    queries: int
    times: float
    size: int = 10_000_000


LIST, SEARCH = Limit(8, 3, 60_000), Limit(12, 8)
LIMITS = {
    "list": LIST,
    "list, filtered": LIST,
    "list, finished": LIST,
    "list, last page": LIST,
    "ticket, 5 messages": Limit(14, 8),
    "ticket, 100 messages": Limit(14, 3),
    "ticket, 100 unfolded": Limit(14, 8),
    "search, 1 %": SEARCH,
    "search, rare": SEARCH,
    "reply": Limit(20, 20),
}
# By page: the median in milliseconds among FEW tickets.
_before: dict[str, float] = {}


@dataclass
class Browser:
    """One line to one server, kept open, with its cookies."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def close(self) -> None:
        self._line.close()

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[float, bytes]:
        """Milliseconds to the last byte, and the bytes; an answer of 400 and above is a failure."""
        headers = {"Host": self.host, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode(form) if form else None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._line.request("POST" if form else "GET", path, body, headers)
        answer = self._line.getresponse()
        page = answer.read()
        took = (time.perf_counter() - began) * 1000
        for given in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = given.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        assert answer.status < 400, (path, answer.status, page[:2000])
        return took, page


@dataclass(frozen=True, slots=True)
class Pair:
    """A page of the product, the bare view beside it, and how to ask the product's in this process."""

    name: str
    path: str
    bare: str
    form: Callable[[], tuple[str, dict[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    p50: float
    p95: float
    bare: float
    size: int
    queries: int

    @property
    def times(self) -> float:
        return self.p50 / self.bare


def serve(place: Installation, application: str, workers: int = 2, **more: str) -> tuple[int, Process]:
    """A server of the installation with production settings; its port and process."""
    port = free_port()
    environment = {name: value for name, value in place.environment.items() if name != "VASTE_TESTING"}
    environment |= {"VASTE_PUBLIC_PORT": str(port), "PYTHONWARNINGS": "ignore"} | ONE_HEAP | more
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "2", "--log-level", "warning", application]
    if application == "helpdesk.wsgi:application":
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
        subprocess.run(collect, env=environment, cwd=BASE_DIR, check=True)
    process = Process(command, environment, place.directory / f"{application}.log")
    place.processes.append(process)
    process.start()

    def up() -> bool:
        with closing(Browser(port, "localhost")) as browser, suppress(OSError, http.client.HTTPException):
            return bool(browser.ask("/healthz"))
        return False

    wait_until(up, seconds=60, what=application)
    return port, process


def pss_of(process: Process) -> float:
    """MB of the largest worker of a server, shared pages counted by share."""
    assert process.popen is not None
    children = Path(f"/proc/{process.popen.pid}/task/{process.popen.pid}/children").read_text().split()
    sizes = []
    for pid in children:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        sizes.append(int(re.search(r"(?m)^Pss: +(\d+) kB", rollup)[1]) / 1024)  # type: ignore[index]
    return max(sizes)


def session(filled: Filled) -> Client:
    client = Client(headers={"host": filled.tenant.host})
    sign_in(client, filled.tenant, filled.agent)
    return client


def last_page(queue: int) -> str:
    """The address of the last page of a queue's finished tickets, by the key of the row before it."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "SELECT received_at, id FROM tickets_ticket WHERE queue_id = %s AND status_class IN ('resolved', 'closed')"
            " ORDER BY received_at, id LIMIT 1 OFFSET 50",
            [queue],
        )
        received_at, pk = cursor.fetchone()
        cursor.execute(f"SET ROLE {APP_ROLE}")
    return f"/queues/{queue}/?" + urlencode({"status": "finished", "after": json.dumps([received_at.isoformat(), pk])})


def paths(filled: Filled) -> dict[str, str]:
    """The addresses of the pages that are only looked at."""
    queue = f"/queues/{filled.queue}/"
    return {
        "list": queue,
        "list, filtered": "/tickets/?priority=normal&priority=high",
        "list, finished": f"{queue}?status=finished",
        "list, last page": last_page(filled.queue),
        "ticket, 5 messages": f"/tickets/{filled.short}/",
        "ticket, 100 messages": f"/tickets/{filled.long}/",
        "ticket, 100 unfolded": f"/tickets/{filled.long}/?whole=1",
        "search, 1 %": f"/search/?q={quote(COMMON)}",
        "search, rare": f"/search/?q={quote(RARE)}",
    }


def pairs(filled: Filled, browser: Browser) -> list[Pair]:
    # Each twice: the first reply of a ticket also settles its promises.
    numbers = iter([number for number in open_numbers(filled) for _ in range(2)])

    def reply() -> tuple[str, dict[str, str]]:
        number = next(numbers)
        page = browser.ask(f"/tickets/{number}/")[1].decode()
        token = TOKEN.search(page)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "mode": "reply", "text": "Korjaamme tänään.", "minutes": ""}
        return f"/tickets/{number}/write/", form

    bare_list = f"/list/?queue={filled.queue}"
    pages = [
        Pair(name, path, bare_list if name.startswith("list") else path.removesuffix("?whole=1"))
        for name, path in paths(filled).items()
    ]
    return [*pages, Pair("reply", "", f"/tickets/{filled.short}/reply/", reply)]


def open_numbers(filled: Filled) -> list[int]:
    """Tickets that are worked on, each to be answered once, in no order of theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "SELECT number FROM tickets_ticket WHERE tenant_id = %s AND status_class = 'open' "
            "AND assignee_id IS NOT NULL ORDER BY md5(id::text) LIMIT %s",
            [filled.tenant.pk, 4 * (ROUNDS + WARM)],
        )
        found = [number for (number,) in cursor.fetchall()]
        cursor.execute(f"SET ROLE {APP_ROLE}")
    return found


def measure(pair: Pair, browser: Browser, bare: Browser, client: Client) -> Figure:
    """The page and its bare view by turns, ROUNDS times after WARM that do not count."""
    ours, theirs, size = [], [], 0
    for _ in range(WARM + ROUNDS):
        path, form = pair.form() if pair.form else (pair.path, None)
        took, page = browser.ask(path, form)
        ours.append(took)
        theirs.append(bare.ask(pair.bare)[0])
        size = len(page)
    ours, theirs = ours[WARM:], theirs[WARM:]
    return Figure(median(ours), quantiles(ours, n=20)[-1], median(theirs), size, statements(pair, client))


def statements(pair: Pair, client: Client) -> int:
    """What the page asks of PostgreSQL while it is asked for again and again.

    The least of three: now and then one of them counts anew for everybody what is kept for some seconds.
    """
    counted = []
    for _ in range(4):
        path, form = pair.form() if pair.form else (pair.path, None)
        seen = Statements()
        with connection.execute_wrapper(seen):
            answer = client.post(path, form) if form else client.get(path)
        assert answer.status_code in (200, 302), path
        counted.append(len(seen.counted))
    return min(counted[1:])


@contextmanager
def plain_index() -> Iterator["psycopg.Connection[tuple[int]]"]:
    """PostgreSQL's own full text over messages, for whoever owns the tables."""
    with psycopg.connect(owner_url(), autocommit=True) as line:
        line.execute("SET maintenance_work_mem = '1GB'")
        line.execute("DROP INDEX IF EXISTS plain_words")
        line.execute("CREATE INDEX plain_words ON tickets_message USING gin (to_tsvector('simple', text))")
        line.execute("ANALYZE tickets_message")
        yield line


def plain_ms(line: "psycopg.Connection[tuple[int]]", filled: Filled, word: str) -> float:
    """The median of the bare statement alone, as the owner."""
    taken = []
    for _ in range(WARM + ROUNDS):
        began = time.perf_counter()
        line.execute(PLAIN, [filled.tenant.pk, word]).fetchall()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken[WARM:])


@pytest.mark.parametrize("tickets", sorted({FEW, MANY}))
def test_pages(tickets: int, installation: Installation, record_property: Told) -> None:
    filled = fill(tickets)
    parts = ", ".join(f"{name} {seconds:.0f}" for name, seconds in filled.steps.items())
    record_property("told", f"fill: {tickets:,} tickets in {filled.seconds:.0f} s ({parts})")
    figures, memory = measured(filled, installation, record_property)
    tell(record_property, tickets, figures, memory)
    broken = [*above(figures)]
    if filled.seconds > MOST_FILL_SECONDS:
        broken.append(f"filled in {filled.seconds:.0f} s")
    if memory > MOST_PSS_MB:
        broken.append(f"memory {memory:.0f} MB")
    if tickets == FEW:
        _before.update({name: figure.p50 for name, figure in figures.items()})
    else:
        # Of few rows PostgreSQL may well read and sort them all.
        broken += badly_planned(session(filled), paths(filled))
        broken += [f"{n} grew" for n, f in figures.items() if n in _before and f.p50 > MOST_GROWTH * _before[n]]
    assert not broken, "\n".join(broken)


def measured(filled: Filled, place: Installation, record_property: Told) -> tuple[dict[str, Figure], float]:
    """Every page's figure, and what a worker has taken in the end, in MB."""
    port, server = serve(place, "helpdesk.wsgi:application")
    bare_port, _ = serve(place, "bench.bare:application", VASTE_BENCH_TENANT=str(filled.tenant.pk))
    client = session(filled)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with (
        closing(Browser(port, filled.tenant.host, cookies)) as browser,
        closing(Browser(bare_port, "localhost")) as bare,
        plain_index() as line,
    ):
        figures = {pair.name: measure(pair, browser, bare, client) for pair in pairs(filled, browser)}
        for name, word in (("1 %", COMMON), ("rare", RARE)):
            alone = plain_ms(line, filled, word)
            ours = figures[f"search, {name}"].p50
            record_property("told", f"search, {name}: plain SQL alone {alone:.1f} ms, page x {ours / alone:.1f}")
    return figures, pss_of(server)


def tell(record_property: Told, tickets: int, figures: dict[str, Figure], memory: float) -> None:
    record_property(
        "told",
        f"{f'{tickets:,} tickets':24} {'p50 ms':>8} {'p95 ms':>8} {'bare ms':>8} {'x bare':>7} {'SQL':>4} "
        f"{'bytes':>8} {'grown':>6}",
    )
    for name, figure in figures.items():
        grown = f"{figure.p50 / _before[name]:.2f}" if name in _before else ""
        record_property(
            "told",
            f"{name:24} {figure.p50:8.1f} {figure.p95:8.1f} {figure.bare:8.1f} {figure.times:7.1f} "
            f"{figure.queries:4} {figure.size:8,} {grown:>6}",
        )
    record_property("told", f"worker: {memory:.0f} MB PSS")


def above(figures: dict[str, Figure]) -> Iterator[str]:
    """The limits that are not kept."""
    for name, figure in figures.items():
        limit = LIMITS[name]
        if figure.queries > limit.queries:
            yield f"{name}: {figure.queries} statements"
        if figure.times > limit.times:
            yield f"{name}: x {figure.times:.1f}"
        if figure.size > limit.size:
            yield f"{name}: {figure.size} bytes"
