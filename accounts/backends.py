"""Sign-in: a session is worth a membership of the tenant whose host was asked, or nothing."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import Membership, User
from accounts.scope import current_tenant_id


class MembershipBackend(AuthenticationBackend):
    """allauth's sign-in; the user comes with the membership in the tenant in scope, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """The user with `user.membership` set, or None where they have no active place in this tenant."""
        if current_tenant_id() is None:
            return None
        membership = Membership.objects.active().filter(user_id=user_id).select_related("user", "office").first()
        if membership is None:
            return None
        membership.user.membership = membership
        return membership.user
