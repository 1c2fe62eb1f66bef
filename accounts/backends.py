"""Sign-in: a session is worth a membership of the tenant whose host was asked, or nothing."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import Membership, User
from accounts.models.absences import away_facts, read_away
from accounts.models.members import MembershipQuerySet
from accounts.scope import current_tenant_id
from accounts.written import written_once


class MembershipBackend(AuthenticationBackend):
    """allauth's sign-in; the user comes with the membership in the tenant in scope, in one query."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """A right password of somebody without a place in this tenant is answered like a wrong one."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or current_tenant_id() is None:
            return None
        return user if Membership.objects.active().filter(user=user).exists() else None

    def get_user(self, user_id: int) -> User | None:
        """The user with `user.membership` set, or None where they have no active place in this tenant.

        The membership knows who is away: the same query has asked.
        """
        if current_tenant_id() is None:
            return None
        membership = self.places().filter(user_id=user_id).first()
        if membership is None:
            return None
        self.told(membership)
        membership.user.membership = membership
        return membership.user

    @classmethod
    @cache
    def places(cls) -> MembershipQuerySet:
        """Where one may sign in, with what every page has to know of the member; made once for all requests."""
        places = Membership.objects.active().select_related("user", "office")
        return written_once(places.annotate(absences_now=away_facts()))

    def told(self, membership: Membership) -> None:
        """Put what `places` has brought along where it is asked for."""
        membership.away = read_away(membership.absences_now)  # type: ignore[attr-defined]  # annotated
