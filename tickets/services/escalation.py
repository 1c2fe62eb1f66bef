"""What a step of the ladder does to a ticket, besides telling of it."""

from accounts.actors import SYSTEM
from accounts.models import Membership
from sla.ladder import Step, raised
from tickets.models import Queue, Ticket
from tickets.services import assignment, facts


def escalate(ticket: Ticket, step: Step) -> tuple[Ticket, list[str]]:
    """Raise, move and assign the locked ticket as the step says; by the system, each with its own line in the log.

    Returns the ticket as it is then, and what was not there any more: "queue", "member". The rest is done all the
    same. A ticket that is where it should be, and with whom, stays as it is.
    """
    missing = []
    priority = raised(ticket.priority, step.priority)
    if priority != ticket.priority:
        ticket = facts.change(ticket, by=SYSTEM, priority=priority)
    if step.queue:
        queue = Queue.objects.filter(pk=step.queue).first()
        if queue is None:
            missing.append("queue")
        elif queue.pk != ticket.queue_id:
            ticket = assignment.move(ticket, queue, by=SYSTEM)
    if step.member:
        member = Membership.objects.assignable().select_related("office").filter(pk=step.member).first()
        if member is None:
            missing.append("member")
        else:
            ticket = assignment.assign(ticket, member, by=SYSTEM)
    return ticket, missing
