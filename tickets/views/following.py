"""Following a ticket, naming colleagues in notes, and choosing what one hears of."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.pages import posted
from accounts.requests import MemberRequest
from core import live
from tickets.access import get_ticket
from tickets.enums import NewsKind
from tickets.forms_wishes import WishesForm
from tickets.models import Ticket
from tickets.services import following, hearing, wishes
from tickets.services.sight import seers
from tickets.threads import tag
from tickets.views.actions import back_to

SHOWN = 8
LONGEST_INSTANT = 16


@require_POST
@member_required
def follow(request: MemberRequest, number: int) -> HttpResponse:
    """Follow the ticket from now on."""
    ticket = get_ticket(request, number)
    following.follow(ticket, [request.membership.pk])
    return redirect(back_to(request, ticket))


@require_POST
@member_required
def unfollow(request: MemberRequest, number: int) -> HttpResponse:
    """Follow it no more."""
    ticket = get_ticket(request, number)
    following.unfollow(ticket, request.membership)
    return redirect(back_to(request, ticket))


@require_GET
@member_required
def people(request: MemberRequest, number: int) -> HttpResponse:
    """Who can be named in a note of this ticket, by the beginning of any of their names."""
    ticket = get_ticket(request, number, may="tickets.work")
    typed = request.GET.get("q", "").strip().lower()[:60]
    names = seers(ticket).exclude(pk=request.membership.pk).order_by("user__name").values_list("user__name", flat=True)
    found = [name for name in names if any(word.startswith(typed) for word in (name.lower(), *name.lower().split()))]
    return JsonResponse({"names": found[:SHOWN]})


@require_http_methods(["GET", "POST"])
@member_required
def choose(request: MemberRequest) -> HttpResponse:
    """Of what one hears, and how."""
    form = WishesForm(posted(request), wishes=wishes.all_wishes(request.membership))
    if form.is_valid():
        wishes.decide(request.membership, form.wishes)
        messages.success(request, _("Saved"))
        return redirect("tickets:wishes")
    return render(request, "tickets/wishes.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@member_required
def alerts(request: MemberRequest) -> HttpResponse:
    """What is to be shown on the desktop since the instant that the page was told last. It asks the database only
    where there is something, and shows nothing of tickets that one may not see any more.
    """
    place, after = hearing.place_of(request.membership.pk), request.GET.get("after", "")
    sight = live.look(request.tenant.pk, places=[place])
    since = int(after) if after.isdecimal() and len(after) < LONGEST_INSTANT else sight.now
    facts = [json.loads(said) | {"id": who} for who, said in sight.places.get(place, {}).items()]
    fresh = [each for each in facts if each["at"] > since]
    told = list(_told(request, fresh)) if fresh else []
    answer = JsonResponse({"now": max([since, *(each["at"] for each in fresh)]), "alerts": told})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(request: MemberRequest, facts: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    seen = Ticket.objects.visible_to(request.membership).in_bulk([each["ticket"] for each in facts])
    for each in sorted(facts, key=lambda fact: int(fact["at"])):
        ticket = seen.get(each["ticket"])
        if ticket is not None:
            title = f"{tag(request.tenant, ticket.number)} {ticket.title}"
            body = alert_words(NewsKind(each["news"]), each["by"])
            yield {"id": each["id"], "title": title, "body": body, "url": ticket.get_absolute_url()}


def alert_words(news: NewsKind, name: str) -> str:
    """What happened, in a line."""
    words = {
        NewsKind.ASSIGNED: _("%(name)s assigned it to you"),
        NewsKind.ANSWERED: _("%(name)s wrote"),
        NewsKind.FOLLOWED: _("%(name)s wrote"),
        NewsKind.MENTIONED: _("%(name)s mentioned you"),
        NewsKind.NOTED: _("%(name)s wrote a note"),
        NewsKind.ARRIVED: _("New in your queues"),
    }
    return words[news] % {"name": name}


def unheard_words(unheard: hearing.Unheard | None) -> list[str]:
    """What the writer of a note should know: who was named and does not hear of it."""
    if unheard is None:
        return []
    blind = [_("%(name)s may not see this ticket and was not told.") % {"name": name} for name in unheard.blind]
    unclear = [
        _("Several are called %(name)s: write the whole name, nobody was told.") % {"name": name}
        for name in unheard.unclear
    ]
    return blind + unclear
