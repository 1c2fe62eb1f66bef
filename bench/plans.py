"""How PostgreSQL goes about what pages ask of it: as the application's role, below row-level security.

Every statement of a page is explained where it is asked, in the page's own transaction. No large table may be read
from one end to the other, and nothing longer than a page may be sorted.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test import Client

from tickets.views.ticket import RECENT

LARGE = {
    "tickets_ticket",
    "tickets_message",
    "tickets_ticketevent",
    "tickets_ticketwords",
    "tickets_attachment",
    "sla_timer",
    "accounts_requester",
    "accounts_requesteraddress",
}
# What the largest page shows: the conversation of a ticket.
MOST_SORTED = RECENT
Plan = dict[str, Any]


class Explained:
    """An execute wrapper that explains each question before it is asked."""

    def __init__(self) -> None:
        self.plans: list[tuple[str, Plan]] = []
        self._explaining = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self._explaining and sql.startswith("SELECT ") and " FROM " in sql:
            self._explaining = True
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                told = cursor.fetchone()[0]
            self._explaining = False
            rows = json.loads(told) if isinstance(told, str) else told
            self.plans.append((sql, rows[0]["Plan"]))
        return execute(sql, params, many, context)


def badly_planned(client: Client, paths: dict[str, str]) -> Iterator[str]:
    """What is wrong with the plans of some pages, after a first visit that fills caches."""
    for name, path in paths.items():
        client.get(path)
        seen = Explained()
        with connection.execute_wrapper(seen):
            assert client.get(path).status_code == 200
        for sql, plan in seen.plans:
            for trouble in troubles(plan):
                yield f"{name}: {trouble} in {sql[:200]}"


def troubles(plan: Plan) -> Iterator[str]:
    """What is wrong in one plan or below it."""
    kind, table = plan["Node Type"], plan.get("Relation Name", "")
    if kind == "Seq Scan" and table in LARGE:
        yield f"all of {table} is read"
    below = plan.get("Plans", [])
    if kind.endswith("Sort") and below and below[0]["Actual Rows"] > MOST_SORTED:
        yield f"{below[0]['Actual Rows']:.0f} rows are sorted"
    for each in below:
        yield from troubles(each)
