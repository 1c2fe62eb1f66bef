"""Who is calling: people by the number on the display, by a name or by an address, with what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Membership, Requester
from core.phones import is_number, same_number, tail
from tickets.models import Contact, Ticket
from tickets.threads import tag

MOST_PEOPLE, MOST_TICKETS, MOST_CONTACTS = 8, 5, 3
MOST_OFFERED = 500
LONGEST_ID = 19


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who may be it, their company's and own open tickets with their tags, and the last contacts."""

    requester: Requester
    tickets: Sequence[tuple[str, Ticket]] = field(default=())
    contacts: Sequence[Contact] = field(default=())


def callers(wanted: str, *, member: Membership) -> list[Caller]:
    """Whom a number, a name or a mail address may mean, at most MOST_PEOPLE; two queries for all of them besides."""
    people = _people(wanted.strip()) if wanted.strip() else []
    return with_matters(people, member=member)


def _people(wanted: str) -> list[Requester]:
    rows = Requester.objects.select_related("customer").prefetch_related("addresses")
    if is_number(wanted):
        near = rows.filter(phone_tail=tail(wanted)).order_by("name", "pk")[:100]
        return [each for each in near if same_number(each.phone, wanted)][:MOST_PEOPLE]
    if "@" in wanted:
        return list(rows.with_address(wanted)[:MOST_PEOPLE])
    named = rows.filter(name__icontains=wanted) | rows.filter(customer__name__icontains=wanted)
    return list(named.order_by("name", "pk")[:MOST_PEOPLE])


def with_matters(people: Sequence[Requester], *, member: Membership) -> list[Caller]:
    """The people with their open tickets that the member may see, the next deadline first, and last contacts."""
    ids = [each.pk for each in people]
    if not ids:
        return []
    open_ones = Ticket.objects.visible_to(member).unfinished().filter(requester__in=ids).select_related("tenant")
    tickets = list(open_ones.by_next_deadline()[: MOST_PEOPLE * MOST_TICKETS])
    contacts = list(last_contacts().filter(requester__in=ids)[: MOST_PEOPLE * MOST_CONTACTS])
    return [
        Caller(
            each,
            [(tag(row.tenant, row.number), row) for row in tickets if row.requester_id == each.pk][:MOST_TICKETS],
            [row for row in contacts if row.requester_id == each.pk][:MOST_CONTACTS],
        )
        for each in people
    ]


def last_contacts() -> QuerySet[Contact]:
    """All of them, newest first, with all that a line shows."""
    return Contact.objects.select_related("member__user", "requester", "customer").order_by("-at", "-pk")


def unknown_contacts(number: str) -> list[Contact]:
    """The last contacts with a number that belongs to nobody yet."""
    if not is_number(number):
        return []
    near = last_contacts().filter(number_tail=tail(number), requester=None)[:20]
    return [each for each in near if same_number(each.number, number)][:MOST_CONTACTS]


def id_of(query: QueryDict, name: str) -> int | None:
    """A row's id in an address; None for anything else."""
    wanted = query.get(name, "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < LONGEST_ID else None


def named_requester(query: QueryDict) -> Requester | None:
    """The person whom an address names as `requester`."""
    known = Requester.objects.select_related("customer")
    return known.filter(pk=id_of(query, "requester") or 0).first()


def named_contact(query: QueryDict) -> Contact | None:
    """The contact that an address names as `contact`."""
    return last_contacts().filter(pk=id_of(query, "contact") or 0).first()


def pick_from(chosen: Requester | None) -> list[Requester]:
    """The people whom a form offers: some, and whoever is chosen already."""
    some = list(Requester.objects.select_related("customer")[:MOST_OFFERED])
    return some if chosen is None or chosen in some else [chosen, *some]
