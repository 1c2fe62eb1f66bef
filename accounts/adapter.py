"""What differs from allauth: nobody signs up, and only members of the tenant sign in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.actors import member_actor
from accounts.models import Membership, User
from accounts.services import audit


class AccountAdapter(DefaultAccountAdapter):
    """allauth's door into the product."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The address or the password is not right, or you have no place in this workspace."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Members are added by an admin."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse a right password of somebody who has no place in this tenant."""
        if not Membership.objects.active().filter(user=user).exists():
            raise ValidationError(self.error_messages["email_password_mismatch"])
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        membership = Membership.objects.active().select_related("user", "office").get(user=user)
        user.membership = membership
        audit.record("member.signed_in", by=member_actor(membership))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mails leave by the installation's own transport, in the reader's language."""
        message = self.render_mail(template_prefix, email, context)
        message.extra_headers["X-Vaste-System"] = "1"
        message.send()
