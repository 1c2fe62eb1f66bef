"""Who may open billing's pages: only where the tenant has it switched on."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponseBase

from accounts.access import AnyView, MemberView, member_required, role_required
from accounts.enums import Role
from accounts.requests import MemberRequest

P = ParamSpec("P")
# Who decides what contracts cost and who is invoiced how.
PRICERS = (Role.ADMIN, Role.LEAD, Role.FINANCE)
KEEPERS = (Role.ADMIN, Role.FINANCE)


def billing_page(*roles: Role) -> Callable[[MemberView[P]], AnyView[P]]:
    """Only where billing is on; for members with one of the roles, without any named for all members."""

    def decorate(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> AnyView[P]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.tenant.billing_on:
                raise Http404
            return view(request, *args, **kwargs)

        wrapped = cast(MemberView[P], guarded)
        return role_required(*roles)(wrapped) if roles else member_required(wrapped)

    return decorate
