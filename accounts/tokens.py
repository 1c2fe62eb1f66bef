"""The token in the mail with which a new password is chosen."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import F

from accounts.models import User
from accounts.scope import require_tenant_id


class ResetTokens(PasswordResetTokenGenerator):
    """Good once, for PASSWORD_RESET_TIMEOUT seconds, at the host of the tenant that mailed it, and the newest only."""

    def make_token(self, user: User) -> str:
        User.objects.filter(pk=user.pk).update(resets=F("resets") + 1)
        user.refresh_from_db(fields=["resets"])
        return super().make_token(user)

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        past = super()._make_hash_value(user, timestamp)
        return f"{past}|{require_tenant_id()}|{user.resets}"
