"""Lists that people keep under a name, for themselves, their team or everybody."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from accounts.services.records import remove as remove_row
from tickets import listings
from tickets.forms_views import SavedViewForm
from tickets.listing import show
from tickets.listings import may_change
from tickets.models import SavedView
from tickets.models.views import LONGEST
from tickets.own_lists import read
from tickets.selection import UnknownSelection
from tickets.view_counts import forget


def _get(request: MemberRequest, pk: int) -> SavedView:
    """To change it: Http404 where it is not open to the member, PermissionDenied where they may not."""
    view = get_object_or_404(SavedView.objects.open_to(request.membership), pk=pk)
    if not may_change(request, view):
        raise PermissionDenied
    return view


def _asked(request: MemberRequest) -> str:
    """What the address asks a list for, as it is kept."""
    try:
        query = read(request.GET).query
    except UnknownSelection as error:
        raise BadRequest(str(error)) from error
    if len(query) > LONGEST:
        raise BadRequest("query")
    return query


@require_GET
@member_required
def saved(request: MemberRequest, pk: int) -> HttpResponse:
    """The tickets of a view; what its reader changes holds for this visit, until they save it."""
    return show(request, listings.saved(request, pk))


@require_http_methods(["GET", "POST"])
@member_required
def add(request: MemberRequest) -> HttpResponse:
    """Keep what a list shows, as the address says it."""
    view = SavedView(owner=request.membership, query=_asked(request))
    form = SavedViewForm(posted(request), instance=view, member=request.membership)
    if form.is_valid():
        _keep(request, form)
        return redirect("tickets:view", view.pk)
    return form_page(request, form, title=_("Save view"), up=("tickets:every", _("All tickets")))


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Its name and who has it."""
    view = _get(request, pk)
    form = SavedViewForm(posted(request), instance=view, member=request.membership)
    if form.is_valid():
        _keep(request, form)
        return redirect("tickets:view", pk)
    up, remove_url = ("tickets:every", _("All tickets")), reverse("tickets:view_remove", args=[pk])
    return form_page(request, form, title=view.name, up=up, remove_url=remove_url, template="tickets/saved_view.html")


def _keep(request: MemberRequest, form: SavedViewForm) -> None:
    view = form.save(commit=False)
    keep(view, by=request.actor, changed=form.changed_data, name="view")
    forget(request.membership)


@require_POST
@member_required
def save(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the view show what the address says from now on."""
    view = _get(request, pk)
    view.query = _asked(request)
    keep(view, by=request.actor, changed=["query"], name="view")
    forget(request.membership)
    messages.success(request, _("The view shows this from now on"))
    return redirect("tickets:view", pk)


@require_POST
@member_required
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget the view; its tickets are as they were."""
    remove_row(_get(request, pk), by=request.actor, name="view")
    forget(request.membership)
    messages.success(request, _("The view is removed"))
    return redirect("tickets:every")
