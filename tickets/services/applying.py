"""Present promises for tickets that are open already."""

from django.db.models import F, Q

from accounts.actors import Actor
from sla.models import Timer
from tickets.enums import UNFINISHED
from tickets.models import Ticket
from tickets.services import clock
from tickets.services.events import locked, present


def count_behind() -> int:
    """Open tickets with a live promise by an earlier version of its policy or calendar."""
    up_to_date = Q(policy_version__policy__current=F("policy_version")) & Q(
        calendar_version__calendar__current=F("calendar_version")
    )
    open_tickets = Ticket.objects.filter(status_class__in=UNFINISHED)
    behind = Timer.objects.live().exclude(up_to_date).filter(subject__in=open_tickets.values("pk"))
    return behind.values("subject").distinct().count()


def open_after(pk: int, most: int) -> list[int]:
    """The ids of the next open tickets behind that one, in their order."""
    found = Ticket.objects.filter(status_class__in=UNFINISHED, pk__gt=pk).order_by("pk")
    return list(found.values_list("pk", flat=True)[:most])


def apply_to(ticket: Ticket, *, by: Actor) -> bool:
    """Choose the promises of an open ticket anew; returns whether others hold now.

    Time used is kept or not as the policy says, and a promise that was broken stays broken.
    """
    ticket = locked(ticket, even_merged=True)
    now = present(ticket)
    if ticket.is_finished or not clock.choose_promises(ticket, at=now, by=by, applied=True):
        return False
    clock.refresh(ticket, now=now)
    return True
