"""What rating costs: entries a second and memory, and that both grow no faster than the entries."""

import os
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from billing.rating.engine import rate
from billing.rating.format import read_contract
from billing.rating.result import Result
from billing.rating.terms import Contract
from billing.rating.work import Balances, Entry, Inputs, Lot, Run, Ticket

Told = Callable[[str, object], None]
FEW, MANY = 1_000, int(os.environ.get("VASTE_BENCH_ENTRIES", "100000"))
ENTRIES_A_TICKET = 5
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CONTRACT = {
    "id": "K1", "currency": "EUR", "tz": "Europe/Helsinki", "valid_from": "2025-01-01",
    "seller": {"country": "FI"}, "buyer": {"country": "FI"}, "monthly_fee": "450.00", "km_rate": "0.57",
    "rates": {"remote": "100.00", "onsite": "120.00", "travel": "60.00"},
    "bands": [
        {"code": "holiday", "when": {"holiday": True}, "multiplier": "2.0"},
        {"code": "sunday", "when": {"weekdays": [6]}, "multiplier": "2.0"},
        {"code": "night", "when": {"from": "22:00", "to": "06:00"}, "multiplier": "2.0"},
        {"code": "evening", "when": {"from": "17:00", "to": "22:00"}, "multiplier": "1.5"},
    ],
    "holidays": ["2026-01-01", "2026-01-06", "2026-05-01"],
    "rounding": {"increment": 15, "mode": "up", "scope": "ticket_day", "minimum": 0},
    "included": {"minutes": 600, "rollover_months": 1}, "cap_minutes_per_ticket": 600,
}  # fmt: skip


def inputs(count: int, contract: Contract) -> Inputs:
    """A year of work of a whole desk: entries of 7 to 126 minutes around the clock, five to a ticket."""
    step = timedelta(days=360) / count
    kinds = ("remote", "onsite", "travel")
    entries = []
    for number in range(count):
        start = BEGIN + step * number
        entries.append(
            Entry(
                id=f"E{number}", ticket=f"T{number // ENTRIES_A_TICKET}", agent=f"A{number % 1009}",
                work_type=kinds[number % 3], start=start, end=start + timedelta(minutes=7 + number % 120),
                description="Restarted the print server", km=Decimal(12 if number % 3 == 2 else 0),
            )
        )  # fmt: skip
    tickets = tuple(
        Ticket(id=f"T{number}", status="closed", category="fault", severity="P2", resolution="Restarted")
        for number in range(-(-count // ENTRIES_A_TICKET))
    )
    months = tuple(f"2026-{month:02}" for month in range(1, 13))
    run = Run(datetime(2027, 1, 5, tzinfo=UTC), fee_months=months)
    return Inputs(contract, tickets, tuple(entries), run, Balances(lots=(Lot("L1", 60 * count // 10),)))


def measured(given: Inputs) -> tuple[Result, float, int]:
    """The result, the fastest of three runs in seconds, and the peak of a run's memory in bytes."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        result = rate(given)
        seconds.append(time.perf_counter() - began)
    tracemalloc.start()
    rate(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result, min(seconds), peak


def test_rating_costs_what_the_entries_cost(record_property: Told) -> None:
    contract = read_contract(CONTRACT)
    _, few, few_bytes = measured(inputs(FEW, contract))
    result, many, many_bytes = measured(inputs(MANY, contract))
    times, growth, memory = MANY / FEW, many / few, many_bytes / few_bytes

    record_property(
        "told",
        f"billing: {MANY:,} entries into {len(result.lines):,} lines in {many:.1f} s, {MANY / many:,.0f} a second, "
        f"{many_bytes / 2**20:.0f} MiB; {times:.0f} times the entries: x {growth:.0f} time, x {memory:.0f} memory",
    )
    assert not result.errors
    assert sum(line.minutes for line in result.lines) >= 7 * MANY
    assert growth < 2 * times
    assert memory < 2 * times
