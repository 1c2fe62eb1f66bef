"""Tickets and promises in any state, drawn by chance; and a recount of them that knows no SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from accounts.models import Customer, LegalEntity
from reports.figures import Figures
from reports.models import Promise
from reports.periods import Period
from reports.promises import RESTS_LONG
from sla.models import Contract, Timer
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import StatusClass
from tickets.models import Queue, Status, Ticket

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOVEMBER = Period("own", date(2026, 11, 1), date(2026, 11, 30))
METRICS = ("first_response", "investigation_start", "resolution")


@dataclass(frozen=True, slots=True)
class Drawn:
    """All rows, and what a recount needs of them by ticket."""

    timers: list[Timer]
    tickets: dict[int, Ticket]


def draw(cast: Cast, seed: int, tickets: int = 40) -> Drawn:
    """So many tickets with three promises each, in the cast's scope."""
    random = Random(seed)  # noqa: S311  # nothing to guess
    made = Ticket.objects.bulk_create(_tickets(cast, random, tickets))
    contracts = [None, _contract(cast, f"K-{seed}-1"), _contract(cast, f"K-{seed}-2")]
    timers = [_timer(cast, random, ticket, metric, random.choice(contracts)) for ticket in made for metric in METRICS]
    Timer.objects.bulk_create(timers)
    return Drawn(timers, {ticket.pk: ticket for ticket in made})


def _tickets(cast: Cast, random: Random, count: int) -> Iterable[Ticket]:
    statuses = {status.status_class: status for status in Status.objects.filter(is_default=True)}
    customers = [None, cast.customer, Customer.objects.create(name="Ahti", country="FI", office=cast.office)]
    queues = [cast.desk.queue, Queue.objects.create(name="Field", address="f@acme.example", office=cast.office)]
    survivor = _survivor(cast)
    for number in range(5000, 5000 + count):
        status = random.choice([*StatusClass])
        at = _instant(random)
        yield Ticket(
            number=number,
            title=f"Fault {number}",
            priority=random.choice(["urgent", "normal", "low"]),
            status=statuses[status],
            status_class=status,
            channel="mail",
            queue=random.choice(queues),
            customer=random.choice(customers),
            requester=cast.requester,
            received_at=at,
            last_activity_at=at,
            closed_at=at if status == StatusClass.CLOSED else None,
            merged_into=survivor if status == StatusClass.MERGED else None,
        )


def _survivor(cast: Cast) -> Ticket:
    """One that others go on in, without promises of its own."""
    survivor = ticket_of(cast)
    Timer.objects.of(survivor.pk).delete()
    return survivor


def _contract(cast: Cast, number: str) -> Contract:
    entity, starts_on = LegalEntity.objects.get(), date(2020, 1, 1)
    return Contract.objects.create(
        number=number, customer=cast.customer, policy=cast.desk.policy, legal_entity=entity, starts_on=starts_on
    )


def _timer(cast: Cast, random: Random, ticket: Ticket, metric: str, contract: Contract | None) -> Timer:
    version = cast.desk.policy.current
    return Timer(
        subject=ticket.pk,
        metric=metric,
        state=random.choice(["running", "paused", "met", "breached", "cancelled"]),
        started_at=ticket.received_at,
        due_at=random.choice([None, _instant(random), _instant(random)]),
        target_seconds=3600,
        elapsed_seconds=random.randrange(20_000),
        paused_seconds=random.choice([0, random.randrange(20_000)]),
        fulfilled_at=random.choice([None, _instant(random, until=NOW)]),
        paused_at=random.choice([None, _instant(random, until=NOW)]),
        breached_at=random.choice([None, None, _instant(random, until=NOW)]),
        policy_version=version,
        calendar_version_id=version.calendar.current_id,
        contract=contract,
    )


def _instant(random: Random, until: datetime = NOW + timedelta(days=20)) -> datetime:
    start = datetime(2026, 10, 20, tzinfo=UTC)
    # Some on the very edges of the month in Helsinki.
    edges = [datetime(2026, 10, 31, 22, tzinfo=UTC), datetime(2026, 10, 31, 21, 59, 59, tzinfo=UTC)]
    drawn = start + timedelta(seconds=random.randrange(int((until - start).total_seconds())))
    return random.choice([*edges, *[drawn] * 8])


def recount(
    drawn: Drawn, period: Period, *, now: datetime = NOW, wanted: Iterable[Timer] | None = None
) -> dict[str, list[Timer]]:
    """The promises that each figure counts, one by one."""
    found: dict[str, list[Timer]] = {"due": [], "kept": [], "late": [], "unkept": [], "resting": []}
    for timer in drawn.timers if wanted is None else wanted:
        ticket = drawn.tickets[timer.subject]
        settled = min((at for at in (timer.fulfilled_at, timer.due_at, timer.breached_at) if at), default=None)
        passed = timer.due_at is not None and timer.due_at < (timer.fulfilled_at or now)
        left_by_merging = ticket.status_class == "merged" and timer.fulfilled_at is None
        if settled and period.start <= settled < min(period.end, now) and not left_by_merging:
            late = passed or timer.breached_at is not None
            found["due"].append(timer)
            found["late" if late else "kept"].append(timer)
            if passed:
                found["unkept"].append(timer)
        if timer.state == "paused" and timer.paused_at and timer.paused_at < min(period.end, now) - RESTS_LONG:
            found["resting"].append(timer)
    return found


def figures(found: dict[str, list[Timer]]) -> Figures:
    """The same as figures, with the middle and the ninetieth found by sorting."""
    done = [timer for timer in found["due"] if timer.fulfilled_at]
    used = sorted(timer.elapsed_seconds for timer in done)
    return Figures(
        due=len(found["due"]),
        late=len(found["late"]),
        late_in_the_end=len(found["unkept"]),
        used_seconds=sum(used),
        paused_seconds=sum(timer.paused_seconds for timer in done),
        resting=len(found["resting"]),
        median=used[-(-len(used) * 5 // 10) - 1] if used else None,
        ninetieth=used[-(-len(used) * 9 // 10) - 1] if used else None,
    )


def ids(rows: Iterable[Timer | Promise]) -> list[int]:
    return sorted(row.pk for row in rows)
