"""The frame of every page behind a mail link: whose link it is, in their words, and headers that keep the token in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import TenantRequest
from portal.links import Visit, once_ours, usable
from tickets.enums import LinkPurpose
from tickets.errors import LinkUnusable, TicketClosed
from tickets.models import UsedFormToken
from tickets.services.letters import reading_as

P = ParamSpec("P")
LinkView = Callable[Concatenate[TenantRequest, Visit, P], HttpResponse]
TokenView = Callable[..., HttpResponse]

HEADERS = {
    # Pages with a form loosen this for their own host, see templates/portal/layout.html.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow",
}


def link_page(purpose: LinkPurpose, *, dead: bool = False) -> Callable[[LinkView[P]], TokenView]:
    """A view behind a link of one purpose, in the language and time zone of its person.

    A token that was never ours is a 404 like any other, one that is no longer good gets the kind page (410). With
    `dead` the view also serves links that are no longer good.
    """

    def decorate(view: LinkView[P]) -> TokenView:
        @wraps(view)
        def guarded(request: TenantRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            visit, good = _visit(token, purpose)
            with reading_as(visit.reader):
                response = _answer(view, request, visit, *args, **kwargs) if good or dead else gone(request, visit)
            for name, value in {**HEADERS, "Content-Language": visit.reader.language}.items():
                response.headers[name] = value
            return response

        return guarded

    return decorate


def _visit(token: str, purpose: LinkPurpose) -> tuple[Visit, bool]:
    try:
        return usable(token, purpose), True
    except LinkUnusable:
        return once_ours(token, purpose), False


def _answer(
    view: LinkView[P], request: TenantRequest, visit: Visit, *args: P.args, **kwargs: P.kwargs
) -> HttpResponse:
    try:
        return view(request, visit, *args, **kwargs)
    except (LinkUnusable, TicketClosed):
        # It died between the look at the link and the lock on the ticket.
        return gone(request, once_ours(visit.token, LinkPurpose(visit.link.purpose)))


def gone(request: TenantRequest, visit: Visit, *, asked: bool = False) -> HttpResponse:
    """The kind page of a link that is no longer good: the ticket's number, and a new link by mail on request."""
    pressed = request.POST.get("form_token", "")[:64]
    context = {
        "visit": visit,
        "asked": asked,
        "already": bool(pressed) and UsedFormToken.objects.filter(link=visit.link, token=pressed).exists(),
        "for_requester": visit.link.purpose == LinkPurpose.CONFIRM,
        "reopened": visit.link.purpose == LinkPurpose.CONFIRM and not visit.ticket.is_finished,
    }
    return show(request, "portal/gone.html", visit, context, status=200 if asked else 410)


def show(
    request: TenantRequest, template: str, visit: Visit, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page for the visit's person; a consultant has chosen light or dark in the profile."""
    theme = {"theme": visit.link.member.user.theme} if visit.link.member else {}
    return render(request, template, {"visit": visit, **theme, **context}, status=status)
