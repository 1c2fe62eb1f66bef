"""What earlier invoices have taken already, so that nothing is invoiced twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, Sum

from billing import ids
from billing.models import InvoicedEntry, InvoicedLot, InvoicedTicket, PoolMove
from sla.models import Contract
from tickets.models import Ticket, WorkEntry
from tickets.services.events import locked

INCLUDED, LOT = "included", "lot"


@dataclass(frozen=True, slots=True)
class Taken:
    """What the invoices of a contract have taken; tickets by their ids in rating.

    `included` are minutes moved by month and `lots` by the lot's id, negative where they were used. `minutes` are
    those that count against a ticket's cap, `left` those that its own price still covers, `priced` the tickets whose
    price was charged.
    """

    included: Mapping[str, int] = field(default_factory=dict)
    lots: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    priced: frozenset[str] = frozenset()


def taken_of(contract: Contract, tickets: Iterable[str]) -> Taken:
    """What the invoices of a contract took, for these tickets; what credit notes gave back is off again."""
    moved: dict[str, dict[str, int]] = {INCLUDED: {}, LOT: {}}
    for move in PoolMove.objects.filter(contract=contract).values("pool", "key").annotate(sum=Sum("minutes")):
        moved[move["pool"]][move["key"]] = move["sum"]
    minutes: dict[str, int] = {}
    left: dict[str, int] = {}
    priced: dict[str, int] = {}
    numbers = [int(ticket) for ticket in tickets]
    rows = InvoicedTicket.objects.filter(ticket__number__in=numbers) if numbers else InvoicedTicket.objects.none()
    for row in rows.order_by("pk").values_list("ticket__number", "minutes", "priced", "left"):
        name = ids.ticket_id(row[0])
        minutes[name] = minutes.get(name, 0) + row[1]
        priced[name] = priced.get(name, 0) + row[2]
        if row[3] is not None:
            left[name] = row[3]
    charged = frozenset(name for name, times in priced.items() if times > 0)
    return Taken(moved[INCLUDED], moved[LOT], minutes, left, charged)


def not_charged() -> Q:
    """Prepaid lots that no invoice has charged."""
    return Q(~Exists(InvoicedLot.objects.filter(lot=OuterRef("pk"), released_by=None)))


def not_invoiced() -> Q:
    """Work entries that no invoice has."""
    return Q(~Exists(InvoicedEntry.objects.filter(entry=OuterRef("pk"), released_by=None)))


def hold_work(contract: Contract) -> None:
    """Until the transaction ends nobody corrects work of these tickets: who writes on a ticket locks it first."""
    work = WorkEntry.objects.filter(not_invoiced(), ticket=OuterRef("pk"))
    tickets = Ticket.objects.select_for_update(no_key=True).filter(Exists(work), contract=contract)
    list(tickets.order_by("pk").values_list("pk", flat=True))


def is_invoiced(entry: WorkEntry, *, hold: bool) -> bool:
    """Whether an invoice has this work; with `hold` the answer stays right until the transaction ends."""
    if hold:
        locked(entry.ticket, even_closed=True, even_merged=True)
    return InvoicedEntry.objects.filter(entry=entry, released_by=None).exists()
