"""Who may open a view at all; what they may do with one object is said by the rules of its app."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from rules import has_perm

from accounts.enums import Role
from accounts.models import Membership
from accounts.requests import MemberRequest
from accounts.services import two_step

P = ParamSpec("P")
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
AnyView = Callable[Concatenate[Any, P], HttpResponseBase]


def signed_in(view: MemberView[P]) -> AnyView[P]:
    """For whoever has a session as a member, also without the second step; for pages of one's own sign-in only."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.membership is None:
            return redirect_to_login(_way_back(request))
        return view(request, *args, **kwargs)

    return cast(AnyView[P], guarded)


def _way_back(request: HttpRequest) -> str:
    """Where one goes on after signing in: the page that was asked for, or that whose form was sent too late."""
    if request.method == "GET":
        return request.get_full_path()
    sender = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sender, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(sender)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def member_required(view: MemberView[P]) -> AnyView[P]:
    """Only for signed-in members; others are asked to sign in, or for the second step that the tenant wants."""

    @wraps(view)
    def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.tenant.require_two_step and not has_second_step(request):
            return _to_second_step(request)
        return view(request, *args, **kwargs)

    return signed_in(cast(MemberView[P], guarded))


def has_second_step(request: MemberRequest) -> bool:
    """Whether this session, not only its person, has shown a code. Known from the session: no query."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def _to_second_step(request: MemberRequest) -> HttpResponseBase:
    """Whoever has an app is asked for its code, the others set one up."""
    if not two_step.is_on(request.user):
        return HttpResponseRedirect(reverse("accounts:two_step_on"))
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


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
