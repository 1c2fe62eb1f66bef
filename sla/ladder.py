"""The ladder of a promise: at which points of its way people hear of it, and what else is done there. Pure.

A policy version keeps its ladder as a list of steps, each an object that names what differs from the default:

percent   of the target: 100, the deadline
minutes   open minutes from the deadline on, before it where negative: 0
whom      who gets the notice, of "assignee", "team", "leads" and "contact": nobody
opening   id of the calendar whose next opening the whole step waits for: taken at once
priority  "raise" for one higher, or the priority that the matter is raised to: left as it is
queue, member, webhook   ids of the queue it moves to, of who gets it, of the hook that is called: none

{"percent": 75, "whom": ["assignee"]}
{"minutes": 120, "whom": ["leads", "contact"], "opening": 3, "priority": "raise", "webhook": 7}
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from sla.evaluation import LadderStep

MOST_STEPS = 12
MOST_PERCENT = 1000
MOST_MINUTES = 60 * 24 * 60
PRIORITIES = ("low", "normal", "high", "urgent")
RAISE = "raise"


class Whom(StrEnum):
    """Who gets a notice, whoever that is when the step comes."""

    ASSIGNEE = "assignee"
    TEAM = "team"
    LEADS = "leads"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; see above. Raises ValueError for one that cannot be."""

    percent: int = 100
    minutes: int = 0
    whom: tuple[Whom, ...] = ()
    opening: int | None = None
    priority: str = ""
    queue: int | None = None
    member: int | None = None
    webhook: int | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.percent <= MOST_PERCENT and abs(self.minutes) <= MOST_MINUTES):
            raise ValueError(f"no point of a promise's way: {self.percent} % and {self.minutes} min")
        if self.minutes and self.percent != 100:
            raise ValueError("minutes are counted from the deadline")
        if self.priority not in ("", RAISE, *PRIORITIES):
            raise ValueError(f"no priority: {self.priority!r}")

    @property
    def at(self) -> LadderStep:
        """Its point on the way, as the engine takes it."""
        return LadderStep(self.percent, self.minutes)

    @property
    def place(self) -> str:
        """What it is known by: "75", "100-30", "100+120". A step is taken once, whatever a later ladder has there."""
        return f"{self.percent}{self.minutes:+}" if self.minutes else str(self.percent)


Ladder = tuple[Step, ...]
DEFAULT: Ladder = (
    Step(50, whom=(Whom.ASSIGNEE,)),
    Step(75, whom=(Whom.ASSIGNEE, Whom.TEAM)),
    Step(90, whom=(Whom.LEADS,)),
    Step(100, whom=(Whom.LEADS,)),
    Step(150, whom=(Whom.LEADS,)),
)


def read(rows: Iterable[Mapping[str, Any]]) -> Ladder:
    """The steps of a stored ladder. Raises ValueError for what none can be, also for two steps at one place."""
    return ordered(_step(row) for row in rows)


def write(ladder: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as they are stored, without what is at its default."""
    return [_row(step) for step in ordered(ladder)]


def ordered(steps: Iterable[Step]) -> Ladder:
    """The steps by their place. Raises ValueError for two at one place and for too many."""
    ladder = tuple(sorted(steps, key=lambda step: (step.percent, step.minutes)))
    if len({step.place for step in ladder}) != len(ladder) or len(ladder) > MOST_STEPS:
        raise ValueError("two steps at one place, or too many")
    return ladder


def raised(priority: str, how: str) -> str:
    """The priority that a step leaves a matter with: never lower than it was, never above the highest."""
    if not how:
        return priority
    rank = PRIORITIES.index(priority)
    wanted = rank + 1 if how == RAISE else PRIORITIES.index(how)
    return PRIORITIES[min(max(rank, wanted), len(PRIORITIES) - 1)]


def _step(row: Mapping[str, Any]) -> Step:
    try:
        return Step(**{**row, "whom": tuple(Whom(each) for each in row.get("whom", ()))})
    except TypeError as error:
        raise ValueError(f"no step: {row!r}") from error


def _row(step: Step) -> dict[str, Any]:
    values = asdict(step) | {"whom": [each.value for each in step.whom]}
    plain = {field.name: field.default for field in fields(Step)} | {"whom": []}
    return {name: value for name, value in values.items() if value != plain[name]}
