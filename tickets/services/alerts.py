"""Who hears when something about a ticket needs a hand."""

from accounts.models import Membership, TeamMember
from accounts.services.absences import reachable
from tickets.models import Queue, Ticket

MOST = 10


def owners(ticket: Ticket) -> list[Membership]:
    """The consultant, or who stands in for them; the queue's teams where there is nobody."""
    given = Membership.objects.active().select_related("user", "office")
    return (reachable(given.filter(pk=ticket.assignee_id)) if ticket.assignee_id else []) or team(ticket.queue)


def team(queue: Queue) -> list[Membership]:
    """Those who work the queue and are not away; everybody where all are: somebody has to hear of it."""
    active = Membership.objects.active().select_related("user", "office")
    members = list(active.filter(pk__in=_team_of(queue)).order_by("pk")[:MOST])
    return [member for member in reachable(members) if member in members] or members


def _team_of(queue: Queue) -> list[int]:
    groups = queue.team_grants.values("group")
    return list(TeamMember.objects.filter(team__group__in=groups).values_list("membership", flat=True))
