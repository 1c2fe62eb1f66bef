"""What the command palette finds beyond what the open page already has: tickets, people, settings."""

import hashlib
import re

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import may, member_required
from accounts.models import Requester
from accounts.requests import MemberRequest
from tickets.models import Ticket
from tickets.settings_index import sections_for
from tickets.threads import tag

NUMBER = re.compile(r"(?:\D{0,10}-)?(\d{1,15})")
MOST, LONGEST, FEWEST = 6, 60, 2

Item = dict[str, str]


@require_GET
@member_required
def jump(request: MemberRequest) -> HttpResponse:
    """Groups of places for what is typed, as JSON; 304 where they are those that the browser has.

    Those that lead come before what the page itself has."""
    wanted = request.GET.get("q", "").strip()[:LONGEST]
    found = [
        (_("Tickets"), True, _tickets(request, wanted)),
        (_("People"), True, _people(request, wanted)),
        (_("Go to"), False, _places(request, wanted)),
    ]
    groups = [{"label": label, "leads": leads, "items": items} for label, leads, items in found if items]
    answer = JsonResponse({"groups": groups})
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:24]}"'
    answer.headers["ETag"], answer.headers["Cache-Control"] = etag, "private, no-cache"
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _tickets(request: MemberRequest, wanted: str) -> list[Item]:
    """The one of that number, where the member may see it."""
    number = NUMBER.fullmatch(wanted)
    if number is None:
        return []
    seen = Ticket.objects.visible_to(request.membership).filter(number=number[1])
    return [
        {"label": ticket.title, "detail": tag(request.tenant, ticket.number), "url": ticket.get_absolute_url()}
        for ticket in seen
    ]


def _people(request: MemberRequest, wanted: str) -> list[Item]:
    """Requesters by name, for the desk."""
    if len(wanted) < FEWEST or wanted.isdecimal() or not may(request.membership, "tickets.create"):
        return []
    named = Requester.objects.filter(name__icontains=wanted).select_related("customer").order_by("name", "pk")[:MOST]
    at = reverse("tickets:caller")
    return [
        {
            "label": person.name,
            "detail": person.customer.name if person.customer else "",
            "url": f"{at}?{urlencode({'requester': person.pk})}",
        }
        for person in named
    ]


def _places(request: MemberRequest, wanted: str) -> list[Item]:
    """Pages that stand in no menu, and settings."""
    words = wanted.lower().split()
    if not words:
        return []
    pages = [(_("My drafts"), "tickets:drafts")]
    if may(request.membership, "tickets.create"):
        pages += [
            (_("Who is calling"), "tickets:caller"),
            (_("Log a contact"), "tickets:contact_add"),
            (_("My contacts"), "tickets:contacts"),
        ]
    found = [{"label": name, "detail": "", "url": reverse(url)} for name, url in pages if _is_meant(name, words)]
    for section, settings in sections_for(request.membership, wanted):
        found += [{"label": str(each.name), "detail": str(section), "url": each.url} for each in settings]
    return found[:MOST]


def _is_meant(name: str, words: list[str]) -> bool:
    return all(word in name.lower() for word in words)
