"""Replaying a ticket's log must cost what its length costs, not its square."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sla.business_time import CalendarVersion
from sla.evaluation import evaluate
from sla.log import AgentReply, CustomerMessage, Event, Metric, Policy, PolicySet, Received

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOURS = CalendarVersion.from_json(
    {"tz": "Europe/Helsinki", "weekly": {str(d): [["08:00", "16:00"]] for d in range(5)}}
)
RULES = Policy(calendar="1", targets={Metric.FIRST_RESPONSE: 120, Metric.NEXT_REPLY: 240, Metric.RESOLUTION: 2400})


def log_of(rounds: int) -> list[Event]:
    events: list[Event] = [Received(at=START, seq=0), PolicySet(at=START, seq=1, policy=RULES)]
    for number in range(rounds):
        at = START + timedelta(minutes=10 * (number + 1))
        events.append(CustomerMessage(at=at, seq=2 * number + 2))
        events.append(AgentReply(at=at + timedelta(minutes=5), seq=2 * number + 3))
    return events


def seconds(log: list[Event]) -> float:
    """The fastest of five runs."""
    now, best = log[-1].at, float("inf")
    for _ in range(5):
        began = time.perf_counter()
        evaluate(log, {"1": HOURS}, now)
        best = min(best, time.perf_counter() - began)
    return best


def test_ten_times_the_log_takes_about_ten_times_as_long(record_property: Any) -> None:
    short, long = seconds(log_of(100)), seconds(log_of(1000))

    record_property(
        "told", f"replay: {short * 1e6:.0f} us for 202 events, {long * 1e6:.0f} us for 2,002: x {long / short:.1f}"
    )
    assert long < 30 * short
