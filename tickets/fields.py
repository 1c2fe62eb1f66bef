"""What tickets can be asked for: each field with its words, what one can choose, and the condition that it makes."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, F, Model, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, Membership, Product, Requester
from sla.enums import Priority
from tickets.asking import Field, Special, Words, days_of, days_words, today
from tickets.enums import FINISHED, UNFINISHED, Channel, Kind, StatusClass
from tickets.models import Queue, Status, Tag
from tickets.own_lists import OwnAsked, asked_fields
from tickets.process import process
from tickets.selection import ANY, Condition, Selection, UnknownSelection

WORKING = [StatusClass.NEW, StatusClass.OPEN]


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
    "today": Special(_("By the end of today"), lambda member: Q(due_order__lt=today() + timedelta(days=1))),
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
        Field(name="received", label=_("Received"), specials=days_of("received_at"), instant="received_at"),
        Field(
            name="activity", label=_("Last activity"), specials=days_of("last_activity_at"), instant="last_activity_at"
        ),
    )
}


def all_fields() -> dict[str, Field]:
    """The product's fields and those of the team in scope."""
    return FIELDS | asked_fields(process(), FIELDS["kind"])


def field_of(name: str) -> Field:
    """One of them; the team's are looked up only where one is asked for. Raises UnknownSelection."""
    if name in FIELDS and name != "kind":
        return FIELDS[name]
    found = all_fields().get(name)
    if found is None:
        raise UnknownSelection(name)
    return found


def condition_of(selection: Selection, member: Membership) -> Q:
    """What a ticket of the list fulfils. Raises UnknownSelection for a value that its field does not know."""
    found = Q()
    for asked in selection.conditions:
        found &= field_of(asked.field).condition(asked, member)
    return found


def labels_of(conditions: Sequence[Condition], member: Membership) -> dict[tuple[str, str], Words]:
    """The words of all values, by field and value; names of rows in one query, none where there are no rows.

    A row that is gone has no words.
    """
    known: dict[tuple[str, str], Words] = {}
    wanted: list[QuerySet[Any, Any]] = []
    for asked in conditions:
        field, ids = field_of(asked.field), [value for value in asked.values if value.isdecimal()]
        for value in asked.values:
            if value in field.specials:
                known[field.name, value] = field.specials[value].label
            elif ".." in value:
                words = field.words_of_span(value) if isinstance(field, OwnAsked) else days_words(value)
                known[field.name, value] = words
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
