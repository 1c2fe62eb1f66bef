"""Tickets that were merged, or that followed one another, at the other desk: put together once both are here."""

from dataclasses import dataclass

from django.db import transaction

from imports.services.history import Log
from tickets.enums import EventKind, StatusClass
from tickets.models import Origin, Status, Ticket, TicketEvent

BATCH = 200


@dataclass(slots=True)
class Joined:
    """How many were put together, how many still wait for a ticket, and behind which row to go on."""

    joined: int = 0
    waiting: int = 0
    after: int = 0


@transaction.atomic
def join(source: str, *, after: int) -> Joined | None:
    """Put together the next of a source's tickets that wait for another; None where there are no more.

    In the tenant in scope. What this desk has reopened or merged itself since stays as it is.
    """
    waits = Origin.objects.exclude(merges_into="", follows="").filter(source=source, pk__gt=after)
    origins = list(waits.order_by("pk").select_related("ticket")[:BATCH])
    if not origins:
        return None
    wanted = {each.merges_into or each.follows for each in origins}
    rows = Origin.objects.filter(source=source, external_id__in=wanted).select_related("ticket")
    targets = {each.external_id: each.ticket for each in rows}
    done = Joined(after=origins[-1].pk)
    for origin in origins:
        target = targets.get(origin.merges_into or origin.follows)
        if target is None:
            done.waiting += 1
            continue
        if origin.merges_into:
            _merge(origin, target)
        else:
            Ticket.objects.filter(pk=origin.ticket_id, parent=None).exclude(pk=target.pk).update(parent=target)
        origin.merges_into = origin.follows = ""
        origin.save(update_fields=["merges_into", "follows"])
        done.joined += 1
    return done


def _merge(origin: Origin, target: Ticket) -> None:
    """End a closed ticket in another one, at the time at which it was closed."""
    ticket = Ticket.objects.select_for_update().get(pk=origin.ticket_id)
    if ticket.status_class != StatusClass.CLOSED or ticket.pk == target.pk or _leads_to(target, ticket):
        return
    at = ticket.closed_at or ticket.last_activity_at
    status = Status.objects.get(status_class=StatusClass.MERGED, is_default=True)
    ticket.merged_into, ticket.status, ticket.status_class, ticket.closed_at = target, status, StatusClass.MERGED, None
    ticket.save(update_fields=["merged_into", "status", "status_class", "closed_at"])
    log = Log(ticket, origin.source, origin.imported_at)
    data = {"class": str(StatusClass.MERGED), "status": status.pk}
    TicketEvent.objects.bulk_create(
        [
            log.entry(EventKind.MERGED, log.desk, at, number=target.number),
            log.entry(EventKind.STATUS, log.desk, at, **data),
        ]
    )


def _leads_to(target: Ticket, ticket: Ticket) -> bool:
    """Whether the target has been merged into the ticket, directly or by way of others; read anew at each step."""
    step: int | None = target.pk
    while step is not None and step != ticket.pk:
        step = Ticket.objects.values_list("merged_into", flat=True).get(pk=step)
    return step is not None
