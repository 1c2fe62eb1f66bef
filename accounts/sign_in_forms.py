"""allauth's forms of sign-in, where ours differ: who is written to, and what a code is called."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User

LONGEST_CODE = 32


def _has_place(user: User | None) -> bool:
    """Whether the person works in this tenant; nobody else gets mail from it."""
    return user is not None and Membership.objects.active().filter(user=user).exists()


class MemberResetForm(ResetPasswordForm):
    """Writes to members of this tenant; for anybody else it does nothing, and looks the same."""

    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if _has_place(user)]
        return email


class MemberCodeForm(RequestLoginCodeForm):
    """Writes to members of this tenant; for anybody else it does nothing, and looks the same."""

    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = self._user if _has_place(self._user) else None
        return email


def _code(help_text: Any, **more: Any) -> forms.CharField:
    hints = {"autocomplete": "one-time-code", "inputmode": "numeric", **more}
    return forms.CharField(
        label=_("Code"), max_length=LONGEST_CODE, help_text=help_text, widget=forms.TextInput(attrs=hints)
    )


class SecondStepForm(AuthenticateForm):
    """The second step of signing in."""

    code = _code(_("Six digits from the app, or one of your recovery codes"), autofocus=True)


class SecondStepAgainForm(ReauthenticateForm):
    """The second step once more, before an act that a stolen browser must not do."""

    code = _code(_("Six digits from the app, or one of your recovery codes"), autofocus=True)


class TurnOnForm(ActivateTOTPForm):
    """The first code of a new app; it is used up by that."""

    code = _code(_("Six digits; every half minute there are new ones"))

    def clean_code(self) -> str:
        code: str = super().clean_code()
        app = TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP, data={"secret": encrypt(self.secret)}))
        if not app.validate_code(code):
            raise forms.ValidationError(_("This code was used already. Type the next one."))
        return code
