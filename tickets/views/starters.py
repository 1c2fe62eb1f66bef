"""Ways of working to begin with: what there is, what one would add, and adding it."""

from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Line, Listing, list_page
from accounts.requests import MemberRequest
from tickets.services import starting


@require_GET
@role_required(Role.ADMIN)
def starters(request: MemberRequest) -> HttpResponse:
    language = request.tenant.language
    listing = Listing(
        title=_("Ways of working"),
        about=_("To begin with, now or later. Each says first what it adds."),
        columns=[_("Name"), _("What it is for")],
        lines=[
            Line(
                reverse("tickets:starter", args=[each.key]),
                each.text("name", language),
                [each.text("about", language)],
            )
            for each in starting.starters()
        ],
    )
    return list_page(request, listing)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def starter(request: MemberRequest, key: str) -> HttpResponse:
    """What it adds, in the workspace's language; with a POST add it. What is there already stays as it is."""
    found = next((each for each in starting.starters() if each.key == key), None)
    if found is None:
        raise Http404
    member, language = request.membership, request.tenant.language
    if request.method == "POST":
        count = starting.apply(found, language=language, member=member, by=request.actor)
        said = ngettext("%(count)s thing added", "%(count)s things added", count) % {"count": count}
        messages.success(request, said if count else _("All of it was there already"))
        return redirect("tickets:starter", key)
    pieces = starting.pieces_of(found, language=language, member=member, by=request.actor)
    context = {
        "name": found.text("name", language),
        "about": found.text("about", language),
        "sections": [(section, list(group)) for section, group in groupby(pieces, lambda piece: piece.section)],
        "missing": sum(not piece.is_there for piece in pieces),
    }
    return render(request, "tickets/settings/starter.html", context)
