"""What promises cost: one deadline, one event, a whole log; and what a sweep reads among a million of them."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from sla.business_time import CalendarVersion, clock_of
from sla.evaluation import LadderStep, Replay
from sla.log import AgentReply, CustomerMessage, Event, Metric, Policy, PolicySet, Received
from sla.models import PolicyVersion, Timer
from tests.conftest import APP_ROLE, Cast

Told = Callable[[str, object], None]
START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOURS = CalendarVersion.from_json(
    {"tz": "Europe/Helsinki", "weekly": {str(day): [["08:00", "12:00"], ["13:00", "16:00"]] for day in range(5)}}
)
RULES = Policy(calendar="1", targets={Metric.FIRST_RESPONSE: 120, Metric.NEXT_REPLY: 240, Metric.RESOLUTION: 2400})
FEW, MANY, DUE = 10_000, 1_000_000, 500


def log_of(rounds: int) -> list[Event]:
    """Two events to begin with, and two in each round."""
    events: list[Event] = [Received(at=START, seq=0), PolicySet(at=START, seq=1, policy=RULES)]
    for number in range(rounds):
        at = START + timedelta(minutes=10 * (number + 1))
        events.append(CustomerMessage(at=at, seq=2 * number + 2))
        events.append(AgentReply(at=at + timedelta(minutes=5), seq=2 * number + 3))
    return events


def microseconds(act: Callable[[], object], times: int) -> float:
    """Of one act: the fastest of five rounds."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            act()
        best = min(best, time.perf_counter() - began)
    return best / times * 1e6


def replayed(log: list[Event]) -> Replay:
    return Replay(log, {"1": HOURS}, log[-1].at)


def increment(rounds: int) -> float:
    """One more event on a log of so many rounds, and when the next notice is due."""
    more = log_of(rounds + 200)[2 + 2 * rounds :]
    replay, began = replayed(log_of(rounds)), time.perf_counter()
    for event in more:
        replay.follow(event)
        replay.ladder(Metric.RESOLUTION, [LadderStep(100)])
    return (time.perf_counter() - began) / len(more) * 1e6


def test_a_log_costs_what_its_length_costs(record_property: Told) -> None:
    clock, one_hour = clock_of(HOURS), 3600
    due = microseconds(lambda: clock.add(START, 40 * one_hour), 2_000)
    short, long = log_of(99), log_of(999)
    replay, ten_times = (
        microseconds(lambda: replayed(short).cycles(), 5),
        microseconds(lambda: replayed(long).cycles(), 1),
    )
    event, late_event = min(increment(99) for _ in range(5)), min(increment(999) for _ in range(5))

    record_property("told", f"sla: a deadline {due:.1f} us, an event on a log of {len(short)} {event:.0f} us")
    record_property(
        "told",
        f"sla: replay of {len(short)} events {replay:.0f} us, of {len(long)} {ten_times:.0f} us, x "
        f"{ten_times / replay:.1f}; an event after {len(long)} {late_event:.0f} us, x {late_event / event:.1f}",
    )
    assert ten_times < 30 * replay
    assert late_event < 4 * event


def add_timers(cast: Cast, first: int, last: int) -> None:
    """Running timers that fall due in a month."""
    with cast.scope():
        version = PolicyVersion.objects.select_related("calendar").get()
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO sla_timer (tenant_id, subject, metric, cycle, state, started_at, due_at, target_seconds,
                    elapsed_seconds, paused_seconds, next_step, next_action_at, policy_version_id,
                    calendar_version_id)
                SELECT %s, number, 'resolution', 0, 'running', now(), now() + interval '30 days', 3600, 0, 0, '100',
                    now() + interval '30 days', %s, %s FROM generate_series(%s, %s) AS number
                """,
                [cast.tenant.pk, version.pk, version.calendar.current_id, first, last],
            )


def sweep_reads() -> tuple[int, int, float]:
    """Rows and pages that the sweep's own question touches, and its milliseconds; the second time, from memory."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("ANALYZE sla_timer")
        cursor.execute(f"SET ROLE {APP_ROLE}")
        for _ in range(2):
            before = index_rows(cursor)
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM door_due_timers(1000)")
            told: dict[str, Any] = json.loads(json.dumps(cursor.fetchone()[0]))[0]
            rows = index_rows(cursor) - before
    plan = told["Plan"]
    assert plan["Actual Rows"] == DUE
    return rows, int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"]), float(told["Execution Time"])


def index_rows(cursor: Any) -> int:
    """Rows of the table that this session has read, by whichever way."""
    cursor.execute("SELECT pg_stat_force_next_flush()")
    cursor.execute(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'sla_timer'"
    )
    return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_sweep_reads_what_is_due_and_no_more(acme: Cast, record_property: Told) -> None:
    add_timers(acme, 1, FEW)
    with acme.scope():
        ids = Timer.objects.order_by("pk").values_list("pk", flat=True)[:DUE]
        Timer.objects.filter(pk__in=list(ids)).update(next_action_at="2020-01-01T00:00:00Z")
    few_rows, few_pages, few_ms = sweep_reads()

    add_timers(acme, FEW + 1, MANY)
    many_rows, many_pages, many_ms = sweep_reads()

    record_property(
        "told",
        f"sweep: {DUE} due; among {FEW:,} timers {few_rows} rows, {few_pages} pages, {few_ms:.1f} ms; "
        f"among {MANY:,} {many_rows} rows, {many_pages} pages, {many_ms:.1f} ms: x {many_pages / few_pages:.2f}",
    )
    assert many_rows <= DUE + 1
    assert many_pages <= 2 * few_pages
