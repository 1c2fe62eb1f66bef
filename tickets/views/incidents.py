"""What the portal says of an incident while people ask."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import member_required
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.errors import TicketError
from tickets.forms_incidents import IncidentForm
from tickets.models.incidents import texts_of
from tickets.services.incidents import announce
from tickets.threads import tag
from tickets.views.actions import CONFLICT, INVALID


@require_http_methods(["GET", "POST"])
@member_required
def incident(request: MemberRequest, number: int) -> HttpResponse:
    """The texts, by language; empty ones are not shown."""
    ticket = get_ticket(request, number, may="tickets.work")
    form, status = IncidentForm(request.POST or None, texts=texts_of(ticket)), 200
    if request.method == "POST" and not form.is_valid():
        status = INVALID
    elif request.method == "POST":
        try:
            announce(ticket, form.texts, by=request.actor)
        except TicketError as refusal:
            form.add_error(None, str(refusal))
            status = CONFLICT
        else:
            shown = any(form.texts.values())
            messages.success(request, _("The portal tells of it") if shown else _("The portal no longer tells of it"))
            return redirect(ticket)
    context = {"ticket": ticket, "number": tag(request.tenant, number), "form": form}
    return render(request, "tickets/incident.html", context, status=status)
