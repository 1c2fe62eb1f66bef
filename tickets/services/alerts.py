"""Who hears when something about a ticket needs a hand."""

from accounts.models import Membership, TeamMember
from accounts.services.absences import reachable
from tickets.models import Queue, Ticket

MOST = 10


def owners(ticket: Ticket) -> list[Membership]:
    """The consultant, or who stands in for them; the queue's teams where there is nobody."""
    active = Membership.objects.active().select_related("user", "office")
    people = reachable(active.filter(pk=ticket.assignee_id)) if ticket.assignee_id else []
    return people or _there(list(active.filter(pk__in=_team_of(ticket.queue)).order_by("pk")[:MOST]))


def _there(team: list[Membership]) -> list[Membership]:
    """Those of a team who are not away, and everybody where all are: somebody has to hear of it."""
    return [member for member in reachable(team) if member in team] or team


def _team_of(queue: Queue) -> list[int]:
    groups = queue.team_grants.values("group")
    return list(TeamMember.objects.filter(team__group__in=groups).values_list("membership", flat=True))
