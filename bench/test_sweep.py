"""What a sweep reads must not grow with the promises that are not due."""

import json
from typing import Any

import pytest
from django.db import connection

from sla.models import PolicyVersion, Timer
from tests.conftest import Cast

FEW, MANY, DUE = 10_000, 200_000, 50


def add_timers(cast: Cast, first: int, last: int) -> None:
    """Running timers that fall due in a month."""
    with cast.scope():
        version = PolicyVersion.objects.select_related("calendar").get()
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO sla_timer (tenant_id, subject, metric, cycle, state, started_at, due_at, target_seconds,
                    elapsed_seconds, next_step, next_action_at, policy_version_id, calendar_version_id)
                SELECT %s, number, 'resolution', 0, 'running', now(), now() + interval '30 days', 3600, 0, 100,
                    now() + interval '30 days', %s, %s FROM generate_series(%s, %s) AS number
                """,
                [cast.tenant.pk, version.pk, version.calendar.current_id, first, last],
            )


def pages_read() -> int:
    """Buffers that the sweep's own question touches."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM door_due_timers(500)")
        plan: dict[str, Any] = json.loads(json.dumps(cursor.fetchone()[0]))[0]["Plan"]
    assert plan["Actual Rows"] == DUE
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


@pytest.mark.django_db
def test_a_sweep_reads_what_is_due_and_no_more(
    acme: Cast, record_property: Any, django_assert_max_num_queries: Any
) -> None:
    add_timers(acme, 1, FEW)
    with acme.scope():
        ids = Timer.objects.values_list("pk", flat=True)[:DUE]
        Timer.objects.filter(pk__in=list(ids)).update(next_action_at="2020-01-01T00:00:00Z")
    pages_read()
    few = pages_read()

    add_timers(acme, FEW + 1, MANY)
    pages_read()
    many = pages_read()

    record_property("told", f"sweep: {few} pages among {FEW:,} timers, {many} among {MANY:,}: x {many / few:.2f}")
    assert many <= 2 * few
