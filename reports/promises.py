"""Which promises count in a period, and what became of them. A promise counts when it was settled, once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, IntegerField, Q, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy

from accounts.models import Customer
from reports.figures import Figures
from reports.models import Promise, PromiseQuerySet
from reports.periods import Period
from sla.enums import Priority, TimerState
from sla.log import Metric
from sla.models import Contract
from tickets.enums import StatusClass
from tickets.metrics import promise_name
from tickets.models import Queue

RESTS_LONG = timedelta(days=5)
WITHOUT = "none"
# What a figure counts, as its address names it.
SHOWS: dict[str, Words] = {
    "due": gettext_lazy("Promises due"),
    "kept": gettext_lazy("Kept"),
    "late": gettext_lazy("Ever late"),
    "unkept": gettext_lazy("Late in the end"),
    "resting": gettext_lazy("Paused over 5 days"),
}
CONDITIONS = {"due": Q(), "kept": Q(late=False), "late": Q(late=True), "unkept": Q(late_in_the_end=True)}


@dataclass(frozen=True, slots=True)
class Side:
    """A side from which promises are looked at: its column, and the model whose rows it names."""

    label: Words
    key: str
    model: Any = None
    missing: Words | str = ""


SIDES = {
    "customer": Side(gettext_lazy("Customer"), "ticket__customer", Customer, gettext_lazy("No customer")),
    "contract": Side(gettext_lazy("Contract"), "contract", Contract, gettext_lazy("Without a contract")),
    "queue": Side(gettext_lazy("Queue"), "ticket__queue", Queue),
    "priority": Side(gettext_lazy("Priority"), "ticket__priority"),
    "promise": Side(gettext_lazy("Promise"), "metric"),
}


class Percentile(Aggregate):
    """The value that so much of the rows do not exceed; one of the values, so whole seconds stay whole."""

    function = "percentile_disc"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Cut:
    """Some of the promises: by side, a key or WITHOUT; and what those keys are called, for the page."""

    values: dict[str, str]
    names: dict[str, str]

    @property
    def condition(self) -> Q:
        columns = {SIDES[side].key: None if value == WITHOUT else value for side, value in self.values.items()}
        return Q(**{key if value is not None else f"{key}__isnull": value or True for key, value in columns.items()})


def cut_of(query: QueryDict) -> Cut:
    """What an address asks for. Raises Http404 for a key that is none, or not one of this tenant's."""
    values = {side: value for side in SIDES if (value := query.get(side, ""))}
    return Cut(values, {side: _name(side, value) for side, value in values.items()})


def _name(side: str, value: str) -> str:
    model = SIDES[side].model
    if value == WITHOUT and SIDES[side].missing:
        return str(SIDES[side].missing)
    if model is not None:
        if not (value.isascii() and value.isdecimal() and len(value) < 19):
            raise Http404
        return str(get_object_or_404(model, pk=value))
    return key_name(side, value)


def key_name(side: str, key: str) -> str:
    """What a priority or a promise is called; Http404 for what is neither."""
    try:
        return str(Priority(key).label) if side == "priority" else promise_name(Metric(key))
    except ValueError as error:
        raise Http404 from error


def decided(period: Period, cut: Cut, now: datetime) -> PromiseQuerySet:
    """The promises settled in the period so far.

    One that was taken off before it was late is never settled. One that a merged ticket left open goes on with the
    other ticket, and counts there.
    """
    moved = Q(fulfilled_at=None, ticket__status_class=StatusClass.MERGED)
    settled = Q(decided_at__gte=period.start, decided_at__lt=min(period.end, now))
    return Promise.objects.as_of(now).filter(settled & cut.condition & ~moved)


def resting(period: Period, cut: Cut, now: datetime) -> PromiseQuerySet:
    """Open promises whose clock had stood still for RESTS_LONG at the period's end, and still does."""
    since = min(period.end, now) - RESTS_LONG
    return Promise.objects.as_of(now).filter(cut.condition, state=TimerState.PAUSED, paused_at__lt=since)


def behind(show: str, period: Period, cut: Cut, now: datetime) -> PromiseQuerySet:
    """The promises that one figure counts."""
    if show == "resting":
        return resting(period, cut, now)
    return decided(period, cut, now).filter(CONDITIONS[show])


@dataclass(frozen=True, slots=True)
class Group:
    """The promises under one key of a side: together, and by promise where the side is another one."""

    key: str
    name: str
    total: Figures
    by_promise: dict[str, Figures]


def groups(side: str, period: Period, cut: Cut, now: datetime) -> list[Group]:
    """The figures from one side, in the order of names; three statements, whatever they count."""
    found: dict[object, dict[str, Figures]] = {}
    for key, metric, figures in _counted(SIDES[side], period, cut, now):
        found.setdefault(key, {})[metric] = figures
    names = _names(side, found)
    made = [_group(side, key, names[key], metrics) for key, metrics in found.items()]
    return sorted(made, key=lambda group: _order(side, group))


def _names(side: str, keys: Iterable[object]) -> dict[object, str]:
    model = SIDES[side].model
    if model is None:
        return {key: key_name(side, str(key)) for key in keys}
    # Fetched by themselves: joined, these small tables spoil the plan of the large ones.
    rows = model.objects.in_bulk([key for key in keys if key is not None])
    return {None: str(SIDES[side].missing)} | {key: str(row) for key, row in rows.items()}


def _counted(side: Side, period: Period, cut: Cut, now: datetime) -> Iterator[tuple[object, str, Figures]]:
    by = (F(side.key), F("metric"))
    resting_now = resting(period, cut, now).order_by().values_list(*by).annotate(rests=Count("pk"))
    rests = {(key, metric): count for key, metric, count in resting_now}
    for key, metric, due, late, unkept, used, paused, median, ninetieth in _aggregated(decided(period, cut, now), by):
        counts = Figures(due, late, unkept, used, paused, rests.pop((key, metric), 0), median, ninetieth)
        yield key, metric, counts
    for (key, metric), count in rests.items():
        yield key, metric, Figures(resting=count)


def _aggregated(rows: PromiseQuerySet, by: tuple[F, F]) -> Any:
    fulfilled = Q(fulfilled_at__isnull=False)
    return (
        rows.order_by()
        .values_list(*by)
        .annotate(
            due=Count("pk"),
            were_late=Count("pk", filter=Q(late=True)),
            unkept=Count("pk", filter=Q(late_in_the_end=True)),
            used=Coalesce(Sum("elapsed_seconds", filter=fulfilled), 0),
            paused=Coalesce(Sum("paused_seconds", filter=fulfilled), 0),
            median=Percentile("elapsed_seconds", fraction="0.5", filter=fulfilled),
            ninetieth=Percentile("elapsed_seconds", fraction="0.9", filter=fulfilled),
        )
    )


def _group(side: str, key: object, name: str, metrics: dict[str, Figures]) -> Group:
    if side == "promise":
        return Group(str(key), name, metrics[str(key)], {})
    by_promise = {metric.value: metrics[metric] for metric in Metric if metric in metrics}
    total = sum(metrics.values(), Figures())
    return Group(WITHOUT if key is None else str(key), name, total, by_promise)


def _order(side: str, group: Group) -> tuple[bool, int, str]:
    """Names by the alphabet, what has none last; priorities and promises in their own order."""
    known = {"priority": list(Priority.values), "promise": [metric.value for metric in Metric]}.get(side, [])
    return group.key == WITHOUT, known.index(group.key) if known else 0, group.name.lower()
