"""Making a tenant, and the people in it."""

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.enums import Role
from accounts.errors import LastAdmin
from accounts.models import LegalEntity, Membership, Office, Team, TeamMember, Tenant, TenantHost, User
from accounts.scope import require_tenant_id, tenant_scope
from accounts.services import audit
from core import live
from core.tokens import new_token


@transaction.atomic
def create_tenant(  # noqa: PLR0913  # keyword-only: one argument per fact
    *, slug: str, name: str, language: str, time_zone: str, country: str, currency: str = "EUR", is_demo: bool = False
) -> Tenant:
    """A tenant with its host name, one legal entity and its first office, all named like the tenant."""
    tenant = Tenant.objects.create(slug=slug, name=name, language=language, time_zone=time_zone, is_demo=is_demo)
    TenantHost.objects.create(tenant=tenant, host=tenant.host)
    with tenant_scope(tenant.pk):
        entity = LegalEntity.objects.create(name=name, country=country, currency=currency)
        Office.objects.create(
            name=name,
            legal_entity=entity,
            country=country,
            time_zone=time_zone,
            language=language,
            currency=currency,
        )
        audit.record("tenant.created", by=SYSTEM, target=slug)
    return tenant


@transaction.atomic
def add_member(
    *, email: str, name: str, roles: Collection[Role], office: Office, by: Actor, password: str | None = None
) -> Membership:
    """Give a person a place in the tenant in scope; makes the user where the address is new.

    A user who exists keeps name and password: they belong to the person, not to any tenant.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, language=office.language)
    membership, made = Membership.objects.get_or_create(user=user, defaults={"roles": sorted(roles), "office": office})
    if not made:
        if Role.ADMIN not in roles:
            _require_another_admin(membership)
        membership.roles, membership.office, membership.ended_at = sorted(roles), office, None
        membership.save(update_fields=["roles", "office", "ended_at"])
    audit.record("member.added", by=by, target=user.email, roles=sorted(roles))
    return membership


@transaction.atomic
def change_roles(membership: Membership, *, roles: Collection[Role], by: Actor) -> None:
    """Set what a member may do; takes effect with their next request.

    Raises LastAdmin where nobody would be left to administer the tenant.
    """
    if Role.ADMIN not in roles:
        _require_another_admin(membership)
    before = list(membership.roles)
    membership.roles = sorted(roles)
    membership.save(update_fields=["roles"])
    audit.record("member.roles", by=by, target=membership.user.email, before=before, after=membership.roles)


@transaction.atomic
def end_membership(membership: Membership, *, by: Actor) -> None:
    """Close a member's place: sign-in ends at once, and grants die with it.

    Raises LastAdmin where nobody would be left to administer the tenant.
    """
    _require_another_admin(membership)
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    for place in TeamMember.objects.filter(membership=membership).select_related("team"):
        leave_team(place)
    audit.record("member.ended", by=by, target=membership.user.email)


def _require_another_admin(leaving: Membership) -> None:
    """Lock the admins, so that two of them cannot remove each other at once."""
    admins = Membership.objects.active().filter(roles__contains=[Role.ADMIN]).select_for_update(of=("self",))
    if [admin.pk for admin in admins.order_by("pk")] == [leaving.pk]:
        raise LastAdmin


@transaction.atomic
def create_team(name: str, *, lead: Membership | None = None) -> Team:
    """A team with the group that carries its grants; groups are global, so the group's name is random."""
    group = Group.objects.create(name=f"tenant {require_tenant_id()} team {new_token()}")
    return Team.objects.create(name=name, lead=lead, group=group)


@transaction.atomic
def join_team(team: Team, membership: Membership) -> TeamMember:
    """Put a member into a team, and so into its grants."""
    place, _ = TeamMember.objects.get_or_create(team=team, membership=membership)
    membership.user.groups.add(team.group)
    live.touch(require_tenant_id(), live.RIGHTS)
    return place


@transaction.atomic
def leave_team(place: TeamMember) -> None:
    """Take a member out of a team and its grants."""
    place.membership.user.groups.remove(place.team.group)
    place.delete()
    live.touch(require_tenant_id(), live.RIGHTS)
