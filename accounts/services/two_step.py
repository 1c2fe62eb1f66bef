"""The second step of signing in: a code from an app, and recovery codes for the day on which the phone is lost.

Belongs to the person, like the password: who switches it on in one tenant is asked for it in all of theirs.
"""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from accounts.services import audit


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What a person has set up: `codes_left` recovery codes of `codes_in_all` are unused."""

    is_on: bool
    codes_left: int = 0
    codes_in_all: int = 0


def is_on(user: User) -> bool:
    """Whether the person is asked for a code after the password."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def state_of(user: User) -> SecondStep:
    codes = _codes_of(user)
    if codes is None:
        return SecondStep(is_on=is_on(user))
    return SecondStep(is_on(user), len(codes.get_unused_codes()), len(codes.generate_codes()))


def unused_codes(user: User) -> tuple[int, list[str]]:
    """The recovery codes that still work, and the key of their set, which changes when they are renewed."""
    codes = _codes_of(user)
    return (codes.instance.pk, codes.get_unused_codes()) if codes else (0, [])


@transaction.atomic
def turn_on(user: User, secret: str, *, by: Actor) -> None:
    """Ask for codes of the app that holds `secret` from now on; makes the recovery codes."""
    _lock(user)
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    audit.record("member.two_step_on", by=by, target=user.email)


@transaction.atomic
def turn_off(user: User, *, by: Actor) -> None:
    """Forget the app and the recovery codes."""
    if forget(user):
        note_off(user, by=by)


def forget(user: User) -> bool:
    """`turn_off` outside any tenant: whether there was something to forget; `note_off` it in each of their tenants."""
    _lock(user)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    return bool(removed)


def note_off(user: User, *, by: Actor) -> None:
    audit.record("member.two_step_off", by=by, target=user.email)


@transaction.atomic
def renew_codes(user: User, *, by: Actor) -> None:
    """Other recovery codes in place of the present ones, which are worth nothing from now on."""
    _lock(user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    audit.record("member.recovery_codes", by=by, target=user.email)


def _codes_of(user: User) -> RecoveryCodes | None:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return row.wrap() if row else None


def _lock(user: User) -> None:
    """Two browsers of one person wait for each other."""
    User.objects.select_for_update().get(pk=user.pk)
