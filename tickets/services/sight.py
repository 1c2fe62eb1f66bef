"""Who sees a ticket: the other way round of `Ticket.objects.visible_to`."""

from django.db.models import Q

from accounts.enums import SEE_EVERY_TICKET
from accounts.models import Absence, Membership
from accounts.models.members import MembershipQuerySet
from accounts.standing_in import covered_by
from tickets.models import Ticket


def seers(ticket: Ticket) -> MembershipQuerySet:
    """The active members who see the ticket now: by role, by a grant on its queue, or because it is in their hands."""
    everything = Q(roles__overlap=SEE_EVERY_TICKET)
    grants = ticket.queue.user_grants.values("user")
    teams = ticket.queue.team_grants.values("group")
    open_to = Q(user__in=grants) | Q(user__groups__in=teams)
    hands = Q(pk__in=_hands(ticket.assignee_id)) if ticket.assignee_id else Q(pk=None)
    found = Membership.objects.active().filter(everything | open_to | hands)
    return Membership.objects.filter(pk__in=found.values("pk")).select_related("user", "office")


def _hands(assignee: int) -> list[int]:
    away = Absence.objects.away()
    members = {each.stand_in.pk for each in away.values() if each.stand_in}
    covering = [pk for pk in members if assignee in [each.member.pk for each in covered_by(pk, away)]]
    return [assignee, *covering]
