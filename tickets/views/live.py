"""Polls of pages that lie open: answered from what is kept beside the cache, and with 304 where nothing is new.

Only the tenant, the session and the member are asked of the database as long as nothing has changed.
"""

import hashlib
import json

from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.access import member_required
from accounts.requests import MemberRequest
from core import live
from tickets import presence
from tickets.access import get_ticket
from tickets.models import Draft, Ticket
from tickets.news import headline, news_of
from tickets.presence import doing_of
from tickets.views.ticket import position_seen
from tickets.watching import read_token
from tickets.whence import whence

MOST_NEWS = 20


@require_GET
@member_required
def ticket(request: MemberRequest, number: int) -> HttpResponse:
    """What a ticket's page does not show yet: who else is there, and what others have done since it was loaded.

    Says at the same time that its reader is there. Http404 as soon as they may not see the ticket any more.
    """
    place, member = str(number), request.membership
    sight = live.look(request.tenant.pk, names=[place, live.RIGHTS], places=[place])
    seen, found = presence.known_to_see(sight, place, member), None
    if not seen:
        seen, found = sight.position, get_ticket(request, number)
    presence.arrive(sight, place, doing_of(request.GET.get("doing", "")), member=member, seen=seen)
    people = presence.colleagues(sight, place, but=member)
    since = request.GET.get("since", "")
    quiet = live.is_same(since, sight, place)
    etag = _etag([each.words for each in people], quiet, since if quiet else sight.touched.get(place, 0))
    if sight.position and request.headers.get("If-None-Match") == etag:
        return _unchanged(etag)
    news = "" if quiet else _news(request, found or get_ticket(request, number))
    answer = JsonResponse({"people": render_to_string("tickets/_people.html", {"people": people}), "news": news})
    answer.headers["ETag"] = etag
    return answer


def _news(request: MemberRequest, ticket: Ticket) -> str:
    """The line that tells what others have done after the page's log position, and who goes on with its draft."""
    seen = position_seen(request) or 0
    events = ticket.events.filter(pk__gt=seen).exclude(member=request.membership).order_by("pk")[:MOST_NEWS]
    taken = Draft.objects.filter(ticket=ticket, member=request.membership).exclude(taken_by=None)
    news = news_of(events)
    context = {
        "ticket": ticket,
        "news": news,
        "latest": headline(news),
        "taken": taken.select_related("taken_by__user").latest_first().first(),
        "whence": whence(request),
    }
    return render_to_string("tickets/_news.html", context)


@require_GET
@member_required
def rows(request: MemberRequest) -> HttpResponse:
    """Who is on the tickets of a list, by number, and whether anything at all has changed since it was read."""
    known = read_token(request.GET.get("list", ""), request.membership)
    if known is None:
        return JsonResponse({"people": {}, "changed": False})
    position, shown = known
    places, since = [str(number) for number in shown], live.instant_of(position)
    sight = live.look(request.tenant.pk, names=[live.RIGHTS], places=places)
    people = _people(request, sight, places) if sight.touched.get(live.RIGHTS, 0) <= since else {}
    etag = _etag(people, sight.latest)
    if request.headers.get("If-None-Match") == etag:
        return _unchanged(etag)
    answer = JsonResponse({"people": people, "changed": sight.latest > since})
    answer.headers["ETag"] = etag
    return answer


def _people(request: MemberRequest, sight: live.Sight, places: list[str]) -> dict[str, dict[str, str]]:
    """The first of those on each ticket, whoever writes before whoever looks."""
    found = {place: presence.colleagues(sight, place, but=request.membership) for place in places}
    return {
        place: {"name": each[0].name, "look": each[0].look, "words": "; ".join(one.words for one in each)}
        for place, each in found.items()
        if each
    }


def _etag(*facts: object) -> str:
    said = json.dumps([get_language(), *facts])
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:24]}"'


def _unchanged(etag: str) -> HttpResponse:
    answer = HttpResponseNotModified()
    answer.headers["ETag"] = etag
    return answer
