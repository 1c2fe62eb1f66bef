"""What a rule says to colleagues: a note on the ticket, and whom it tells of it."""

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership, TeamMember
from tickets.enums import Hearer, NewsKind
from tickets.models import Rule, Ticket
from tickets.services import conversation, hearing
from tickets.services.alerts import owners, team
from tickets.services.conversation import Written
from tickets.services.sight import seers
from tickets.services.silences import with_role
from tickets.services.values import values_for
from tickets.wording import fill


def write_note(rule: Rule, ticket: Ticket, *, by: Actor) -> None:
    """Write the rule's note in the workspace's language; whom the rule names hears of it, if they see the ticket."""
    text = fill(rule.note, values_for(ticket, agent=by.name, language=ticket.tenant.language))
    message = conversation.note(ticket, Written(text=text), by=by)
    hearing.tell(NewsKind.RULE, ticket, hearers(rule, ticket), by=by, message=message)


def hearers(rule: Rule, ticket: Ticket) -> list[Membership]:
    """Whom the rule tells, each once."""
    found: list[Membership] = []
    match rule.tell:
        case Hearer.ASSIGNEE:
            found = owners(ticket)
        case Hearer.TEAM:
            found = team(ticket.queue)
        case Hearer.LEADS:
            found = with_role(Role.LEAD) or with_role(Role.ADMIN)
    ids = {member.pk for member in found} | ({rule.tell_member_id} if rule.tell_member_id else set())
    if rule.tell_team_id:
        ids |= set(TeamMember.objects.filter(team=rule.tell_team_id).values_list("membership", flat=True))
    return list(seers(ticket).filter(pk__in=ids)) if ids else []
