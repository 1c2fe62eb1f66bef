"""The office's big screen: for members of the desk, and for a television by a link that can be taken back."""

from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import role_required
from accounts.requests import MemberRequest, TenantRequest
from reports.board import Shown, shown
from reports.models import Board
from reports.services.boards import find
from tickets.models import Queue
from tickets.rules import DESK

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_GET
@role_required(*DESK)
def board(request: MemberRequest) -> HttpResponse:
    """The queues that are open to the member; each deadline leads to its ticket."""
    queues = Queue.objects.open_to(request.membership)
    return _page(request, _("Wall board"), shown(queues, request.tenant), links=True)


@require_GET
def linked(request: TenantRequest, token: str) -> HttpResponse:
    """An office's queues, in the office's language and time zone; 410 once the link was taken back."""
    found = find(token)
    if found is None:
        raise Http404
    language = found.office.language
    with translation.override(language), timezone.override(ZoneInfo(found.office.time_zone)):
        response = _gone(request, found) if found.revoked_at else _of_office(request, found)
    for name, value in {**HEADERS, "Content-Language": language}.items():
        response.headers[name] = value
    return response


def _of_office(request: TenantRequest, found: Board) -> HttpResponse:
    queues = Queue.objects.filter(office=found.office)
    now = shown(queues, request.tenant, names=found.shows_names)
    return _page(request, found.office.name, now, theme=found.theme)


def _gone(request: TenantRequest, found: Board) -> HttpResponse:
    return render(request, "reports/board_gone.html", {"theme": found.theme}, status=410)


def _page(request: TenantRequest, title: str, now: Shown, **more: object) -> HttpResponse:
    """The whole page, or for the page that asks again the part that changes."""
    template = "reports/board.html#now" if getattr(request, "htmx", False) else "reports/board.html"
    return render(request, template, {"title": title, "shown": now, "links": False, **more})
