"""Who hears when something about a ticket needs a hand."""

from accounts.models import Membership, TeamMember
from tickets.models import Queue, Ticket

MOST = 10


def owners(ticket: Ticket) -> list[Membership]:
    """The consultant, or the queue's teams where there is none."""
    active = Membership.objects.active().select_related("user", "office")
    people = list(active.filter(pk=ticket.assignee_id)) if ticket.assignee_id else []
    return people or team(ticket.queue)


def team(queue: Queue) -> list[Membership]:
    """Those who work the queue."""
    active = Membership.objects.active().select_related("user", "office")
    return list(active.filter(pk__in=_team_of(queue)).order_by("pk")[:MOST])


def _team_of(queue: Queue) -> list[int]:
    groups = queue.team_grants.values("group")
    return list(TeamMember.objects.filter(team__group__in=groups).values_list("membership", flat=True))
