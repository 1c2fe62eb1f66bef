"""Asking: one field, what may answer it at once, and only then the rest of a ticket."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import asking, visitors
from portal.forms_portal import LONGEST, AskForm
from portal.models import PortalText
from portal.suggesting import known_incidents, suggestions
from portal.visitors import VisitorRequest, visitor_required
from tickets.errors import AlreadyDone

LONGEST_ID = 19


@require_http_methods(["GET", "POST"])
@visitor_required
def ask(request: VisitorRequest) -> HttpResponse:
    """The page in its two states: the one field; and below it guides that may help, and what else a ticket needs."""
    words = request.POST.get("words", "").strip()
    if request.method == "GET" or not words:
        return _page(request, AskForm(portal=request.portal, person=request.visitor.requester), looked=False)
    if "send" not in request.POST:
        fresh = AskForm(portal=request.portal, person=request.visitor.requester, initial={"words": words[:LONGEST]})
        return _page(request, fresh, looked=True, words=words)
    form = AskForm(request.POST, request.FILES, portal=request.portal, person=request.visitor.requester)
    if not form.is_valid():
        return _page(request, form, looked=True, words=words, status=422)
    try:
        ticket = asking.ask(request.visitor, form)
    except AlreadyDone:
        known = asking.ticket_sent(request.visitor, form.cleaned_data["form_token"])
        return redirect("portal:ticket", known.number) if known else redirect("portal:tickets")
    messages.success(request, _("We have it. You hear from us by mail, and here."))
    return redirect("portal:ticket", ticket.number)


@require_POST
@visitor_required
def suggest(request: VisitorRequest) -> HttpResponse:
    """The guides alone, while somebody types."""
    words = request.POST.get("words", "").strip()
    hits = suggestions(words[:LONGEST], visitor=request.visitor, tenant=request.tenant)
    return visitors.show(request, "portal/_suggestions.html", {"hits": hits, "words": words})


@require_POST
@visitor_required
def solved(request: VisitorRequest) -> HttpResponse:
    """The question is answered, by a guide or by what is known already: no ticket."""
    words, incident = request.POST.get("words", ""), _named(request, "incident")
    if incident is not None and asking.has_incident(request.visitor, words, incident):
        messages.success(request, _("We know of it and work on it. You need not do anything."))
        return redirect("portal:ask")
    asking.found_answer(request.visitor, words, article=_named(request, "article"))
    messages.success(request, _("Good that it helped"))
    return redirect("portal:ask")


def _named(request: VisitorRequest, name: str) -> int | None:
    """An id that a button sends along."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < LONGEST_ID else None


def _page(request: VisitorRequest, form: AskForm, *, looked: bool, words: str = "", status: int = 200) -> HttpResponse:
    person = request.visitor.requester
    welcome = PortalText.objects.filter(language=person.language).values_list("welcome", flat=True).first()
    context = {
        "form": form,
        "looked": looked,
        "words": words,
        "hits": suggestions(words, visitor=request.visitor, tenant=request.tenant) if looked else [],
        "welcome": welcome or "",
        "incidents": known_incidents(request.visitor),
    }
    return visitors.show(request, "portal/ask.html", context, status=status)
