"""Who is at the portal: a session of its own kind, which opens no desk page; no desk session opens a portal page.

The cookie is not Django's session. It is worth one requester of one tenant for as long as the address that was proved
is theirs, and its row can be ended by its person, by the desk, and by taking the address away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actors import Actor, requester_actor
from accounts.models import Requester
from accounts.requests import TenantRequest
from core.templatetags.vaste import initials
from core.tokens import token_hash
from portal.models import Portal, PortalSession
from tickets.models.tickets import TicketQuerySet
from tickets.services.inviting import of_requester

P = ParamSpec("P")
COOKIE = "__Host-requester" if settings.SECURE_SITE else "requester"
LIFETIME = timedelta(days=14)


class PortalRequest(TenantRequest):
    """A request to a page of an open portal."""

    portal: Portal
    visitor: "Visitor | None"


class VisitorRequest(PortalRequest):
    """The same of somebody who is signed in there."""

    visitor: "Visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A requester whose address this browser has proved."""

    requester: Requester
    portal: Portal
    session: PortalSession

    @property
    def actor(self) -> Actor:
        return requester_actor(self.requester)

    @property
    def sees_company(self) -> bool:
        """Whether the tenant lets key users see their company's tickets, and this is one."""
        person = self.requester
        return self.portal.key_users and person.sees_company and person.customer_id is not None

    @property
    def tickets(self) -> TicketQuerySet:
        """All that they may know of."""
        return of_requester(self.requester, company=self.sees_company)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the portal's menu."""

    label: str
    url: str
    current: bool


PortalView = Callable[Concatenate[PortalRequest, P], HttpResponse]
VisitorView = Callable[Concatenate[VisitorRequest, P], HttpResponse]
AnyView = Callable[..., HttpResponse]


def portal_page(view: PortalView[P]) -> AnyView:
    """A page of the portal; where the tenant has none that is open there is no such page."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.portal is None:
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response

    return framed_page(guarded)


def framed_page(view: AnyView) -> AnyView:
    """A page in the portal's frame, in the visitor's language and time zone.

    The request gets `portal`, None where it is closed, and `visitor`, None for whoever is not signed in.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        _identify(request)
        language, zone = _speech(request)
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return guarded


def _identify(request: Any) -> None:
    rows = Portal.objects.defer("logo").select_related("queue__office", "queue__tenant")
    request.portal = rows.filter(is_on=True).first()
    request.visitor = _visitor(request) if request.portal else None


def visitor_required(view: VisitorView[P]) -> AnyView:
    """Only for signed-in requesters; others prove their address first and see nothing before."""

    @wraps(view)
    def guarded(request: PortalRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.visitor is None:
            back = request.get_full_path() if request.method == "GET" else reverse("portal:tickets")
            return HttpResponseRedirect(f"{reverse('portal:sign_in')}?{urlencode({'next': back})}")
        return view(cast(VisitorRequest, request), *args, **kwargs)

    return portal_page(cast(PortalView[P], guarded))


def way_on(request: TenantRequest, asked: str) -> str:
    """Where one goes after signing in: a page of this portal, never anywhere else."""
    home = reverse("portal:tickets")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if safe and asked.startswith(home) else home


def _visitor(request: PortalRequest) -> Visitor | None:
    secret = request.COOKIES.get(COOKIE, "")
    if not secret:
        return None
    rows = PortalSession.objects.alive(timezone.now()).select_related("requester__customer__office")
    session = rows.filter(secret_hash=token_hash(secret)).first()
    return Visitor(session.requester, request.portal, session) if session else None


def _speech(request: PortalRequest) -> tuple[str, str]:
    """Language and time zone."""
    if request.visitor is None:
        return translation.get_language() or request.tenant.language, request.tenant.time_zone
    person = request.visitor.requester
    return person.language, person.customer.office.time_zone if person.customer else request.tenant.time_zone


def remember(response: HttpResponse, secret: str) -> None:
    """Give the browser its session, for this host only."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LIFETIME.total_seconds()),
        secure=settings.SECURE_SITE,
        httponly=True,
        samesite="Lax",
    )


def show(
    request: PortalRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page in the portal's frame, for a request that was identified."""
    person = request.visitor.requester if request.visitor else None
    frame = {
        "portal": request.portal,
        "visitor": request.visitor,
        "person_initials": initials(person.name) if person else "",
        "places": _places(request),
    }
    return render(request, template, frame | (context or {}), status=status)


def _places(request: PortalRequest) -> list[Place]:
    from_here = request.path
    names = [("portal:ask", translation.gettext("Ask")), ("portal:tickets", translation.gettext("My tickets"))]
    if request.tenant.billing_on and request.visitor and request.visitor.sees_company:
        names.append(("portal:invoices", translation.gettext("Invoices")))
    guides = [("help:start", translation.gettext("Guides"))] if request.tenant.help_on else []
    found = [(label, reverse(name)) for name, label in [*(names if request.visitor else []), *guides]]
    home, guide = reverse("portal:tickets"), reverse("help:start")
    below = {home: f"{home}tickets/", guide: guide}
    return [
        Place(label, url, from_here == url or (url in below and from_here.startswith(below[url])))
        for label, url in found
    ]
