"""Who may do what with tickets, as predicates over (membership, thing)."""

import rules

from accounts.enums import Role
from accounts.models import Membership
from accounts.models.absences import covered_ids
from tickets.models import Ticket

DESK = (Role.ADMIN, Role.LEAD, Role.AGENT)


@rules.predicate
def works_at_desk(member: Membership, thing: object = None) -> bool:
    return member.has_role(*DESK)


@rules.predicate
def leads(member: Membership, thing: object = None) -> bool:
    return member.has_role(Role.ADMIN, Role.LEAD)


@rules.predicate
def administers(member: Membership, thing: object = None) -> bool:
    return member.has_role(Role.ADMIN)


@rules.predicate
def may_see(member: Membership, ticket: Ticket) -> bool:
    """Asked once: a row that was fetched for the member says so."""
    return ticket.seen_by == member.pk or Ticket.objects.visible_to(member).filter(pk=ticket.pk).exists()


@rules.predicate
def has_it(member: Membership, ticket: Ticket) -> bool:
    return ticket.is_held_by(member)


@rules.predicate
def takes_over(member: Membership, absent: Membership) -> bool:
    """Whether the member may read what a colleague hands over: the colleague, who stands in now, and leads."""
    return absent.pk == member.pk or absent.pk in covered_ids(member)


rules.add_perm("tickets.view", may_see)
rules.add_perm("tickets.work", (works_at_desk & may_see) | has_it)
rules.add_perm("tickets.reopen", works_at_desk & may_see)
rules.add_perm("tickets.create", works_at_desk)
rules.add_perm("tickets.triage", works_at_desk)
rules.add_perm("tickets.settings", administers)
rules.add_perm("tickets.mail_log", leads)
rules.add_perm("tickets.handover", leads | takes_over)
