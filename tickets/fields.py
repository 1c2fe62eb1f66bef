"""What tickets can be asked for: each field with its words, what one can choose, and the condition that it makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, F, Model, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, Membership, Product, Requester
from sla.enums import Priority
from tickets.enums import FINISHED, UNFINISHED, Channel, Kind, StatusClass
from tickets.models import Queue, Status, Tag, TicketTag
from tickets.selection import ANY, Condition, Selection, UnknownSelection

Words = str | Promise
# Choices shown at once; what is typed narrows them down.
MOST_CHOICES = 50
WORKING = [StatusClass.NEW, StatusClass.OPEN]


@dataclass(frozen=True, slots=True)
class Special:
    """A value that is no row: its words, and the condition it makes for the member who asks."""

    label: Words
    condition: Callable[[Membership], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to ask for. Values are `specials` and, where it names rows, their ids."""

    name: str
    label: Words
    specials: Mapping[str, Special] = field(default_factory=dict)
    # Rows that the member may choose, how they are found and named, and the ticket's way to them.
    rows: Callable[[Membership], QuerySet[Any]] | None = None
    naming: str = "name"
    path: str = ""
    # Days instead: which of the ticket's instants.
    instant: str = ""

    def condition(self, asked: Condition, member: Membership) -> Q:
        """Raises UnknownSelection for a value that the field does not know."""
        ids = [int(value) for value in asked.values if self.rows and value.isdecimal() and len(value) < 19]
        found = Q()
        for value in asked.values:
            if value in self.specials:
                found |= self.specials[value].condition(member)
            elif self.instant and ".." in value:
                found |= _between(self.instant, value)
            elif not (self.rows and value.isdecimal()):
                raise UnknownSelection(self.name)
        if ids:
            found |= self._of_rows(ids)
        return ~found if asked.negated else found

    def _of_rows(self, ids: list[int]) -> Q:
        if self.name == "tag":
            return Q(pk__in=TicketTag.objects.filter(tag__in=ids).values("ticket"))
        return Q(**{f"{self.path}__in": ids})

    def choices(self, member: Membership, typed: str = "") -> list[tuple[str, Words]]:
        """Values and words, the rows at most MOST_CHOICES, those whose name holds what was typed."""
        typed = typed.strip()
        found = [
            (value, special.label)
            for value, special in self.specials.items()
            if typed.casefold() in str(special.label).casefold()
        ]
        if self.rows is None:
            return found
        rows = self.rows(member)
        if typed:
            rows = rows.filter(**{f"{self.naming}__icontains": typed})
        if self.name == "status":
            return found + [(str(row.pk), str(row)) for row in rows]
        names = rows.order_by(self.naming, "pk").values_list("pk", self.naming)[:MOST_CHOICES]
        return found + [(str(pk), name) for pk, name in names]


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _since(instant: str, days: int) -> Callable[[Membership], Q]:
    return lambda member: Q(**{f"{instant}__gte": _today() - timedelta(days=days)})


def _until(instant: str, days: int) -> Callable[[Membership], Q]:
    return lambda member: Q(**{f"{instant}__lt": timezone.now() - timedelta(days=days)})


def _days(instant: str) -> dict[str, Special]:
    return {
        "today": Special(_("Today"), _since(instant, 0)),
        "week": Special(_("In the last 7 days"), _since(instant, 6)),
        "month": Special(_("In the last 30 days"), _since(instant, 29)),
        "over7": Special(_("More than 7 days ago"), _until(instant, 7)),
        "over30": Special(_("More than 30 days ago"), _until(instant, 30)),
    }


def read_days(value: str) -> tuple[date | None, date | None]:
    """The first and the last day of "2026-11-01..2026-11-30"; either may be left out. Raises UnknownSelection."""
    first, _dots, last = value.partition("..")
    try:
        found = tuple(date.fromisoformat(day) if day else None for day in (first, last))
    except ValueError as error:
        raise UnknownSelection(value) from error
    if found == (None, None) or (found[0] and found[1] and found[0] > found[1]):
        raise UnknownSelection(value)
    return found[0], found[1]


def _between(instant: str, value: str) -> Q:
    """Whole days of the reader's time zone."""
    first, last = read_days(value)
    zone, found = timezone.get_current_timezone(), Q()
    if first:
        found &= Q(**{f"{instant}__gte": datetime.combine(first, time(), zone)})
    if last and last < date.max:
        found &= Q(**{f"{instant}__lt": datetime.combine(last + timedelta(days=1), time(), zone)})
    return found


def _enumerated(name: str, choices: Any) -> dict[str, Special]:
    def is_one(value: str) -> Callable[[Membership], Q]:
        return lambda member: Q(**{name: value})

    return {value: Special(label, is_one(value)) for value, label in choices.choices}


def _due_within(**span: int) -> Callable[[Membership], Q]:
    return lambda member: Q(due_order__lt=timezone.now() + timedelta(**span))


STATUSES = {
    "unfinished": Special(pgettext_lazy("tickets", "Open"), lambda member: Q(status_class__in=UNFINISHED)),
    "finished": Special(_("Finished"), lambda member: Q(status_class__in=FINISHED)),
    "working": Special(_("Waits for nobody else"), lambda member: Q(status_class__in=WORKING)),
    ANY: Special(pgettext_lazy("status", "Any"), lambda member: Q()),
}
DUE = {
    "late": Special(_("Late"), _due_within()),
    "soon": Special(_("Within two hours"), _due_within(hours=2)),
    "today": Special(_("By the end of today"), lambda member: Q(due_order__lt=_today() + timedelta(days=1))),
    "paused": Special(_("Clock paused"), lambda member: ~Q(clock_paused_at=None)),
    "none": Special(_("No promise"), lambda member: Q(next_due_at=None, clock_paused_at=None)),
}
NOBODY = Special(_("Nobody"), lambda member: Q(assignee=None))
ME = Special(pgettext_lazy("assignee", "Me"), lambda member: Q(assignee=member))


def _statuses(member: Membership) -> QuerySet[Status]:
    return Status.objects.exclude(status_class=StatusClass.MERGED)


FIELDS = {
    each.name: each
    for each in (
        Field(name="status", label=_("Status"), specials=STATUSES, rows=_statuses, path="status"),
        Field(name="priority", label=_("Priority"), specials=_enumerated("priority", Priority)),
        Field(
            name="assignee",
            label=_("Consultant"),
            specials={"me": ME, "nobody": NOBODY},
            rows=lambda member: Membership.objects.assignable(),
            naming="user__name",
            path="assignee",
        ),
        Field(
            name="customer",
            label=_("Customer"),
            specials={"none": Special(_("No customer"), lambda member: Q(customer=None))},
            rows=lambda member: Customer.objects.all(),
            path="customer",
        ),
        Field(name="queue", label=_("Queue"), rows=Queue.objects.open_to, path="queue"),
        Field(
            name="product",
            label=_("Product"),
            specials={"none": Special(_("No product"), lambda member: Q(product=None))},
            rows=lambda member: Product.objects.all(),
            path="product",
        ),
        Field(name="kind", label=_("Kind"), specials=_enumerated("kind", Kind)),
        Field(name="tag", label=_("Tag"), rows=lambda member: Tag.objects.all()),
        Field(name="requester", label=_("Requester"), rows=lambda member: Requester.objects.all(), path="requester"),
        Field(name="channel", label=_("Channel"), specials=_enumerated("channel", Channel)),
        Field(name="due", label=_("Next promise"), specials=DUE),
        Field(name="received", label=_("Received"), specials=_days("received_at"), instant="received_at"),
        Field(
            name="activity", label=_("Last activity"), specials=_days("last_activity_at"), instant="last_activity_at"
        ),
    )
}


def condition_of(selection: Selection, member: Membership) -> Q:
    """What a ticket of the list fulfils. Raises UnknownSelection for a value that its field does not know."""
    found = Q()
    for asked in selection.conditions:
        found &= FIELDS[asked.field].condition(asked, member)
    return found


def labels_of(conditions: Sequence[Condition], member: Membership) -> dict[tuple[str, str], Words]:
    """The words of all values, by field and value; names of rows in one query, none where there are no rows.

    A row that is gone has no words.
    """
    known: dict[tuple[str, str], Words] = {}
    wanted: list[QuerySet[Any, Any]] = []
    for asked in conditions:
        field, ids = FIELDS[asked.field], [value for value in asked.values if value.isdecimal()]
        for value in asked.values:
            if value in field.specials:
                known[field.name, value] = field.specials[value].label
            elif ".." in value:
                known[field.name, value] = _days_words(value)
        if ids and field.rows:
            wanted.append(_names(field, field.rows(member), ids))
    rows = wanted[0].union(*wanted[1:], all=True) if wanted else ()
    for name, pk, words in rows:
        unnamed = name == "status" and words.startswith(":")
        known[name, str(pk)] = StatusClass(words[1:]).label if unnamed else words
    return known


def _names(field: Field, rows: QuerySet[Model], ids: list[str]) -> QuerySet[Any, Any]:
    """Field, id and name of rows; a status that bears the product's own name is named by its class."""
    own_name: Any = Case(When(name="", then=Concat(Value(":"), F("status_class"))), default=F("name"))
    naming = own_name if field.name == "status" else F(field.naming)
    found = rows.filter(pk__in=ids).order_by().annotate(of=Value(field.name), words=Cast(naming, CharField()))
    names: QuerySet[Any, Any] = found.values_list("of", "pk", "words")
    return names


def _days_words(value: str) -> str:
    first, last = read_days(value)
    return " - ".join(date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (first, last))
