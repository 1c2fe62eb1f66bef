"""Tags of one ticket."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.forms_bulk import TagForm
from tickets.models import Tag
from tickets.services import tagging
from tickets.views.actions import INVALID, attempt
from tickets.views.ticket import render_ticket


@require_POST
@member_required
def add(request: MemberRequest, number: int) -> HttpResponse:
    """Put a word on the ticket; a new word makes a new tag."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = TagForm(request.POST)
    if not form.is_valid():
        return render_ticket(request, ticket.number, tag_form=form, status=INVALID)
    name = form.cleaned_data["name"]
    return attempt(
        request, ticket, lambda: tagging.add(ticket, tagging.find_or_make(name), by=request.actor), _("Tag added")
    )


@require_POST
@member_required
def remove(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    tag = get_object_or_404(Tag, pk=pk)
    return attempt(request, ticket, lambda: tagging.remove(ticket, tag, by=request.actor), _("Tag removed"))
