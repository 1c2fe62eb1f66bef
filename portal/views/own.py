"""Files of the tickets that a visitor may see, and what is kept of themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import posted
from accounts.services.records import keep
from core.files import load
from portal import asking, visitors
from portal.contracts import agreed_with
from portal.entries import is_shown
from portal.export import everything_of
from portal.forms_portal import PersonForm, WishForm
from portal.visitors import VisitorRequest, visitor_required
from tickets.downloads import attachment_response
from tickets.errors import AlreadyDone
from tickets.models import Attachment, Message
from tickets.models.conversation import DESK_ONLY


def _attachment(request: VisitorRequest, pk: int) -> Attachment:
    """Of a message that its page shows; Http404 for any other."""
    readable = Message.objects.filter(ticket__in=request.visitor.tickets).exclude(DESK_ONLY)
    return get_object_or_404(Attachment, pk=pk, message__in=readable)


@require_safe
@visitor_required
def file(request: VisitorRequest, pk: int) -> HttpResponse:
    return attachment_response(_attachment(request, pk))


@require_safe
@visitor_required
def picture(request: VisitorRequest, pk: int) -> HttpResponse:
    """A picture in its place; every other file only as a download."""
    found = _attachment(request, pk)
    if not is_shown(found):
        return attachment_response(found)
    return picture_response(load(found.storage_key), found.content_type)


def picture_response(content: bytes, content_type: str) -> HttpResponse:
    """Bytes that are shown as what they were called, of a kind that the caller knows to run nothing."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "POST"])
@visitor_required
def details(request: VisitorRequest) -> HttpResponse:
    """One's own data and what one is told of."""
    person = request.visitor.requester
    form = PersonForm(posted(request), instance=person)
    if form.is_valid():
        keep(form.save(commit=False), by=request.visitor.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("portal:details")
    # What did not fit must not show in the head of the page.
    person.refresh_from_db(fields=["name"])
    return _page(request, form, WishForm(auto_id="wish-%s"), status=422 if form.errors else 200)


@require_safe
@visitor_required
def data(request: VisitorRequest) -> HttpResponse:
    """All that is kept of the visitor and that they may read, as one file."""
    response = JsonResponse(everything_of(request.visitor), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="own-data-{timezone.localdate()}.json"'
    return response


@require_POST
@visitor_required
def wish(request: VisitorRequest) -> HttpResponse:
    """Erase, correct, stop: a ticket, of which every admin hears."""
    form = WishForm(request.POST, auto_id="wish-%s")
    if not form.is_valid():
        return _page(request, PersonForm(instance=request.visitor.requester), form, status=422)
    try:
        ticket = asking.wish(request.visitor, form)
    except AlreadyDone:
        return redirect("portal:tickets")
    messages.success(request, _("We have it. You hear from us by mail, and here."))
    return redirect("portal:ticket", ticket.number)


def _page(request: VisitorRequest, form: PersonForm, wish_form: WishForm, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "wish": wish_form,
        "contracts": agreed_with(
            request.visitor.requester, prices=request.tenant.billing_on and request.visitor.sees_company
        ),
        "addresses": [address.email for address in request.visitor.requester.addresses.order_by("-is_primary", "pk")],
    }
    page: HttpResponse = visitors.show(request, "portal/details.html", context, status=status)
    return page
