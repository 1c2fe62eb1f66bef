"""What differs from allauth: nobody signs up, and only members of the tenant sign in."""

import time
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from accounts.actors import member_actor
from accounts.models import Membership, Tenant, User
from accounts.services import audit
from core.secrets import seal, unseal

TOO_MANY_TRIES = _("Too many tries. Wait five minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):
    """allauth's door into the product."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The address or the password is not right, or you have no access to this workspace."
        ),
        "too_many_login_attempts": TOO_MANY_TRIES,
        "rate_limited": TOO_MANY_TRIES,
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
        """Make the session; not for somebody whose place ended while they were looking for the code."""
        membership = Membership.objects.active().select_related("user", "office").filter(user=user).first()
        if membership is None:
            messages.error(request, self.error_messages["email_password_mismatch"])
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)
        user.membership = membership
        audit.record("member.signed_in", by=member_actor(membership))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Signing in a moment ago counts as well, except on the pages that guard the sign-in itself (allauth's)."""
        signed_in = get_authentication_records(self.request, self.request.user)
        if app == "accounts" and signed_in:
            return bool(time.time() - signed_in[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT)
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: User, password: str) -> None:
        """Changed, set for the first time, or chosen anew by the link in a mail."""
        super().set_password(user, password)
        membership = Membership.objects.filter(user=user).select_related("user").first()
        if membership is not None:
            audit.record("member.password", by=member_actor(membership))

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


class SecondStepAdapter(DefaultMFAAdapter):
    """Codes of an app: under the tenant's name, as a picture that the dark theme leaves readable, stored sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it was used already. Type the next one."),
    }

    def get_totp_issuer(self) -> str:
        return str(self.request.tenant.name)

    def build_totp_svg(self, url: str) -> str:
        code = QRCode(image_factory=SvgPathFillImage)
        code.add_data(url)
        picture = BytesIO()
        code.make_image().save(picture)
        return picture.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises SecretUnreadable where the key has changed: without its secret nobody passes the second step."""
        return unseal(encrypted_text)
