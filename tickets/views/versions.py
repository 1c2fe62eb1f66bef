"""What a rule, a macro or a response was at each time, and bringing it back."""

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import member_required
from accounts.enums import Role
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.forms_actions import names_for
from tickets.models import CannedResponse, Macro, Rule
from tickets.services.versions import THINGS, restore, snapshot, versions_of
from tickets.version_words import Speaker
from tickets.views.responses import may_change

SHOWN = 30
PAGES = {"rule": "tickets:rule", "macro": "tickets:macro", "response": "tickets:response"}


def _row(request: MemberRequest, thing: str, pk: int) -> Any:
    """To change it: Http404 where it is not open to the member, PermissionDenied where they may not."""
    member = request.membership
    if thing == "rule":
        if not member.has_role(Role.ADMIN, Role.LEAD):
            raise PermissionDenied
        return get_object_or_404(Rule, pk=pk)
    if thing not in THINGS:
        raise Http404
    rows = Macro.objects.open_to(member) if thing == "macro" else CannedResponse.objects.open_to(member)
    row: Any = get_object_or_404(rows, pk=pk)
    if not may_change(request, row):
        raise PermissionDenied
    return row


@require_GET
@member_required
def versions(request: MemberRequest, thing: str, pk: int) -> HttpResponse:
    """Newest first, each with what it changed."""
    row, member = _row(request, thing, pk), request.membership
    speaker = Speaker(THINGS[thing], names_for(member, away_for(member)), member)
    found = list(versions_of(row)[: SHOWN + 1])
    now = snapshot(row)
    rows = [
        (each, list(speaker.changes(older.value, each.value)), each.value == now) for each, older in pairwise(found)
    ]
    if found and len(found) <= SHOWN:
        rows.append((found[-1], [], found[-1].value == now))
    context = {"row": row, "thing": thing, "rows": rows, "up": reverse(PAGES[thing], args=[pk])}
    return render(request, "tickets/settings/versions.html", context)


@require_POST
@member_required
def bring_back(request: MemberRequest, thing: str, pk: int, version: int) -> HttpResponse:
    """Make it what it was; that is a version again."""
    row = _row(request, thing, pk)
    wanted = get_object_or_404(versions_of(row), pk=version)
    try:
        restore(row, wanted, by=request.actor)
    except ValidationError:
        messages.warning(request, _("This cannot be brought back: its name is taken, or something it needs is gone."))
    else:
        messages.success(request, _("Brought back"))
    return redirect("tickets:versions", thing, pk)
