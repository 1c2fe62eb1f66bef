"""Who may do what with articles: all members read, whoever works tickets drafts, leads and admins publish."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponseBase

from accounts.access import AnyView, MemberView, member_required, role_required
from accounts.enums import Role
from accounts.models import Membership
from accounts.requests import MemberRequest

P = ParamSpec("P")
WRITERS = (Role.ADMIN, Role.LEAD, Role.AGENT, Role.CONSULTANT)
PUBLISHERS = (Role.ADMIN, Role.LEAD)


def may_write(member: Membership) -> bool:
    return member.has_role(*WRITERS)


def may_publish(member: Membership) -> bool:
    return member.has_role(*PUBLISHERS)


def knowledge_page(*roles: Role) -> Callable[[MemberView[P]], AnyView[P]]:
    """Only where the tenant has a knowledge base; for members with one of the roles, without any named for all."""

    def decorate(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> AnyView[P]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.tenant.knowledge_on:
                raise Http404
            return view(request, *args, **kwargs)

        wrapped = cast(MemberView[P], guarded)
        return role_required(*roles)(wrapped) if roles else member_required(wrapped)

    return decorate
