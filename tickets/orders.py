"""The orders that lists of tickets have, and the groups that they fall into."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, IntegerField, OuterRef, Value, When
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.paging import PAGE, Key, Page, page_by_keys
from sla.enums import Priority
from tickets.enums import StatusClass
from tickets.models import Ticket, TicketTag
from tickets.models.process import kind_name
from tickets.models.tickets import TicketQuerySet
from tickets.own_lists import with_own_columns, with_own_group
from tickets.selection import Selection


@dataclass(frozen=True, slots=True)
class Order:
    """In the words of its readers, and as the database keeps it."""

    label: str | Promise
    keys: tuple[Key, ...]


ID, LATEST = Key("pk"), Key("pk", descending=True)
SORTS = {
    "deadline": Order(_("By next deadline"), (Key("due_order"), ID)),
    "newest": Order(_("Newest first"), (Key("received_at", descending=True), LATEST)),
    "oldest": Order(_("Oldest first"), (Key("received_at"), ID)),
    "activity": Order(_("Latest activity first"), (Key("last_activity_at", descending=True), LATEST)),
    "quiet": Order(_("Longest quiet first"), (Key("last_activity_at"), ID)),
}
GROUPS = {
    "status": Order(_("Status"), (Key("status_rank"), Key("status"))),
    "priority": Order(_("Priority"), (Key("priority_rank"),)),
    "assignee": Order(_("Consultant"), (Key("assignee__user__name", nullable=True), Key("assignee", nullable=True))),
    "customer": Order(_("Customer"), (Key("customer__name", nullable=True), Key("customer", nullable=True))),
    "queue": Order(_("Queue"), (Key("queue__position"), Key("queue__name"), Key("queue"))),
}
# By one choice of a team's own; tickets.own_lists annotates its place and its id.
OWN = Order("", (Key("own_place"), Key("own_choice")))
# Words that have an order of their own, by the key that is annotated for it.
RANKS = {"status_rank": ("status_class", StatusClass.values), "priority_rank": ("priority", Priority.values)}


def page_of(tickets: TicketQuerySet, selection: Selection, query: QueryDict, *, size: int = PAGE) -> Page[Ticket]:
    """The page that the query names, in the selection's order, with all that its rows show."""

    def dressed(rows: TicketQuerySet) -> TicketQuerySet:
        return ranked(shown_in(rows, selection), selection)

    return page_by_keys(ranked(tickets, selection), keys_of(selection), query, size=size, dressed=dressed)


def shown_in(tickets: TicketQuerySet, selection: Selection) -> TicketQuerySet:
    """With what the rows and their groups show."""
    tickets = tickets.for_list()
    if "queue" in {selection.group, *selection.shown}:
        tickets = tickets.select_related("queue")
    if "product" in selection.shown:
        tickets = tickets.select_related("product")
    if "tags" in selection.shown:
        names = TicketTag.objects.filter(ticket=OuterRef("pk")).order_by("tag__key").values("tag__name")
        tickets = tickets.annotate(tag_names=ArraySubquery(names))
    if "kind" in selection.shown:
        tickets = tickets.annotate(kind_name=kind_name())
    return with_own_columns(tickets, selection)


def keys_of(selection: Selection) -> tuple[Key, ...]:
    grouped = GROUPS.get(selection.group, OWN).keys if selection.group else ()
    return (*grouped, *SORTS[selection.order].keys)


def ranked(tickets: TicketQuerySet, selection: Selection) -> TicketQuerySet:
    """With the numbers that put words into their order, where a key needs them."""
    for key in keys_of(selection):
        if key.path in RANKS:
            field, values = RANKS[key.path]
            cases = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
            rank = Case(*cases, default=Value(len(values)), output_field=IntegerField())
            tickets = tickets.annotate(**{key.path: rank})
    return with_own_group(tickets, selection)
