"""Who may open a view at all; what they may do with one object is said by the rules of its app."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from rules import has_perm

from accounts.enums import Role
from accounts.models import Membership
from accounts.requests import MemberRequest

P = ParamSpec("P")
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
AnyView = Callable[Concatenate[Any, P], HttpResponseBase]


def member_required(view: MemberView[P]) -> AnyView[P]:
    """Only for signed-in members; others are asked to sign in."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.membership is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(AnyView[P], guarded)


def role_required(*roles: Role) -> Callable[[MemberView[P]], AnyView[P]]:
    """Only for members with one of the roles; other members get 403."""

    def decorate(view: MemberView[P]) -> AnyView[P]:
        @wraps(view)
        def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.membership.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return member_required(cast(MemberView[P], guarded))

    return decorate


def may(membership: Membership, permission: str, thing: object = None) -> bool:
    """Whether the rules let the member do this, here and now."""
    return bool(has_perm(permission, membership, thing))


def check(membership: Membership, permission: str, thing: object = None) -> None:
    """Raise PermissionDenied where `may` says no."""
    if not may(membership, permission, thing):
        raise PermissionDenied
