"""Who gets a notice at a step of a promise's ladder."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Membership, TeamMember
from accounts.models.members import MembershipQuerySet
from accounts.services.absences import reachable
from sla.ladder import Whom
from sla.models import Contract
from tickets.models import Queue, Ticket
from tickets.services.alerts import MOST, owners, team


@dataclass(frozen=True, slots=True)
class Recipients:
    """Members, each once; and the contract whose contact is told, where that is none of them."""

    members: list[Membership]
    contract: Contract | None = None


def recipients(ticket: Ticket, whom: Collection[Whom]) -> Recipients:
    """Those a step names, as the ticket is now, and who stands in for them."""
    members: list[Membership] = []
    if Whom.ASSIGNEE in whom:
        members += owners(ticket)
    if Whom.TEAM in whom:
        members += team(ticket.queue)
    if Whom.LEADS in whom:
        members += leads_of(ticket.queue)
    contract = ticket.contract if Whom.CONTACT in whom else None
    if contract is None or not contract.contact_email:
        return Recipients(_once(members))
    # A colleague reads what colleagues read; everybody else gets no more than the promise.
    colleague = _members().filter(user__email=contract.contact_email.lower()).first()
    return Recipients(_once([*members, colleague])) if colleague else Recipients(_once(members), contract)


def leads_of(queue: Queue) -> list[Membership]:
    """The team leads who work the queue, else all; without those who are away, unless all are."""
    leads = _members().filter(roles__contains=[Role.LEAD])
    teams = TeamMember.objects.filter(team__group__in=queue.team_grants.values("group"))
    in_team, alone = Q(pk__in=teams.values("membership")), Q(user__in=queue.user_grants.values("user"))
    found = list(leads.filter(in_team | alone)[:MOST]) or list(leads[:MOST])
    return [member for member in reachable(found) if member in found] or found


def _members() -> MembershipQuerySet:
    return Membership.objects.active().select_related("user", "office").order_by("pk")


def _once(members: Iterable[Membership]) -> list[Membership]:
    return list({member.pk: member for member in members}.values())
