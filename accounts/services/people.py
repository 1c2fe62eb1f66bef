"""Members as an admin arranges them: invitation, place, teams; and what all admins are told."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership, Office, Team, TeamMember
from accounts.services import audit
from accounts.services.tenants import add_member, change_roles, create_team, join_team, leave_team


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a membership says of a person."""

    roles: Collection[Role]
    office: Office
    teams: Collection[Team] = ()
    title: str = ""
    phone: str = ""
    # None leaves it as it is.
    sees_prices: bool | None = None


@transaction.atomic
def invite(email: str, name: str, place: Place, *, by: Actor) -> Membership:
    """Give somebody a place and write to them how to get in. The mail is unreadable in the mail log."""
    member = add_member(email=email, name=name, roles=place.roles, office=place.office, by=by)
    member.title, member.phone, member.sees_prices = place.title, place.phone, bool(place.sees_prices)
    member.save(update_fields=["title", "phone", "sees_prices"])
    _set_teams(member, place.teams)
    send_invitation(member, by=by)
    return member


def send_invitation(member: Membership, *, by: Actor) -> None:
    """Queue the mail that says where to sign in and how."""
    tenant = member.tenant
    with translation.override(member.user.language):
        values = {"desk": tenant.name, "name": by.name, "url": tenant.url("/"), "email": member.email}
        send_mail(
            _("Your access to %(desk)s") % values,
            _(
                "%(name)s has given you access to %(desk)s.\n\n"
                "Open %(url)s and sign in with this address, %(email)s. "
                "A code is mailed to you each time; a password is not needed."
            )
            % values,
            None,
            [member.email],
        )


@transaction.atomic
def change_place(member: Membership, place: Place, *, by: Actor) -> None:
    """Set roles, office and teams of a member; each kind of change is audited once.

    Raises LastAdmin where nobody would be left to administer the tenant.
    """
    if set(place.roles) != set(member.roles):
        change_roles(member, roles=place.roles, by=by)
    wanted: dict[str, Any] = {"office": place.office, "title": place.title, "phone": place.phone}
    wanted |= {} if place.sees_prices is None else {"sees_prices": place.sees_prices}
    fields = [name for name, value in wanted.items() if getattr(member, name) != value]
    for name in fields:
        setattr(member, name, wanted[name])
    member.save(update_fields=fields)
    if _set_teams(member, place.teams):
        fields.append("teams")
    if fields:
        audit.record("member.changed", by=by, target=member.email, fields=sorted(fields))


def _set_teams(member: Membership, teams: Collection[Team]) -> bool:
    places = list(TeamMember.objects.filter(membership=member).select_related("team__group", "membership__user"))
    current, wanted = {place.team_id for place in places}, {team.pk for team in teams}
    for place in places:
        if place.team_id not in wanted:
            leave_team(place)
    for team in teams:
        if team.pk not in current:
            join_team(team, member)
    return current != wanted


@transaction.atomic
def save_team(
    team: Team | None, *, name: str, lead: Membership | None, members: Collection[Membership], by: Actor
) -> Team:
    """Make a team, or change its name, lead and members; entered in the audit log once."""
    action = "team.changed" if team else "team.added"
    if team is None:
        team = create_team(name, lead=lead)
    else:
        team.name, team.lead = name, lead
        team.save(update_fields=["name", "lead"])
    places = list(team.members.select_related("team__group", "membership__user"))
    wanted = {member.pk for member in members}
    for place in places:
        if place.membership_id not in wanted:
            leave_team(place)
    current = {place.membership_id for place in places}
    for member in members:
        if member.pk not in current:
            join_team(team, member)
    audit.record(action, by=by, target=name, members=sorted(member.name for member in members))
    return team


def tell_admins(compose: Callable[[Membership], tuple[str, str]]) -> None:
    """Mail (subject, text) to each admin in their language, by the installation's own transport."""
    for admin in Membership.objects.active().filter(roles__contains=[Role.ADMIN]).select_related("user"):
        with translation.override(admin.user.language):
            subject, text = compose(admin)
            send_mail(subject, text, None, [admin.email])
