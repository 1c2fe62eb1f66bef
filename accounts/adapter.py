"""What differs from allauth: nobody signs up, and only members of the tenant sign in."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.actors import member_actor
from accounts.models import Membership, Tenant, User
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
        """Turn back somebody who has no place in this tenant; a password does not come so far, a mailed code does."""
        if not Membership.objects.active().filter(user=user).exists():
            messages.error(request, self.error_messages["email_password_mismatch"])
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        membership = Membership.objects.active().select_related("user", "office").get(user=user)
        user.membership = membership
        audit.record("member.signed_in", by=member_actor(membership))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail, made from the tenant's record and never from the Host header."""
        return self._tenant.url(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mails leave by the installation's own transport, in the reader's language."""
        message = self.render_mail(template_prefix, email, context | {"email": email, "tenant": self._tenant})
        message.extra_headers["X-Vaste-System"] = "1"
        message.send()

    @property
    def _tenant(self) -> Tenant:
        tenant: Tenant = self.request.tenant
        return tenant
