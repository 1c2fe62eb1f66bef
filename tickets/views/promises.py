"""A promise of a ticket, explained."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import member_required
from accounts.requests import MemberRequest
from sla.log import Metric
from tickets.access import get_ticket
from tickets.services import clock
from tickets.threads import tag
from tickets.why import why as explained


@require_GET
@member_required
def why(request: MemberRequest, number: int, metric: str, cycle: int) -> HttpResponse:
    """The whole way from the start of a promise to its deadline."""
    ticket = get_ticket(request, number)
    if metric not in set(Metric):
        raise Http404
    explanation = clock.explain(ticket, Metric(metric), cycle, now=timezone.now())
    if explanation is None:
        raise Http404
    context = {"ticket": ticket, "number": tag(request.tenant, number), "why": explained(ticket, explanation)}
    return render(request, "tickets/why.html", context)
