"""Boards in the settings: make one and see its link once, take it down."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from core.paging import page_by
from reports.forms import BoardForm
from reports.models import Board
from reports.services.boards import hang, take_down


@require_GET
@role_required(Role.ADMIN)
def boards(request: MemberRequest) -> HttpResponse:
    """The screens that have a link, the newest first."""
    page = page_by(Board.objects.open().select_related("office"), "made_at", request.GET, newest_first=True)
    return render(request, "reports/boards.html", {"page": page})


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def add(request: MemberRequest) -> HttpResponse:
    """A new board; the answer to the form is the only page that ever shows its link."""
    form = BoardForm(posted(request), initial={"office": request.membership.office_id})
    if form.is_valid():
        made = form.save(commit=False)
        token = hang(made, by=request.actor)
        url = request.tenant.url(reverse("reports:linked", args=[token]))
        return render(request, "reports/board_made.html", {"board": made, "url": url})
    up = ("reports:boards", _("Wall boards"))
    return form_page(request, form, title=_("New wall board"), up=up, save_label=_("Make the link"))


@require_POST
@role_required(Role.ADMIN)
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    take_down(get_object_or_404(Board, pk=pk), by=request.actor)
    messages.success(request, _("The link works no more."))
    return redirect("reports:boards")
