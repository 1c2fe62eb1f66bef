"""The switches of the knowledge base, and its categories."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from knowledge.access import PUBLISHERS, knowledge_page
from knowledge.forms import CategoryForm, SwitchForm, by_place, long_name
from knowledge.models import Category


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def switches(request: MemberRequest) -> HttpResponse:
    form = SwitchForm(posted(request), instance=request.tenant)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data, name="workspace")
        messages.success(request, _("Saved"))
        return redirect("knowledge:switches")
    return form_page(request, form, title=_("Knowledge base"), up=("tickets:settings", _("Settings")))


@require_GET
@knowledge_page(*PUBLISHERS)
def categories(request: MemberRequest) -> HttpResponse:
    lines = [
        Line(reverse("knowledge:category", args=[each.pk]), long_name(each), (str(each.position),))
        for each in by_place()
    ]
    listing = Listing(
        title=_("Categories"),
        columns=(_("Name"), _("Place")),
        lines=lines,
        add=(reverse("knowledge:category_add"), _("Add a category")),
        empty=_("Categories order the articles for readers."),
        up=(reverse("knowledge:articles"), _("Knowledge")),
    )
    return list_page(request, listing)


@require_http_methods(["GET", "POST"])
@knowledge_page(*PUBLISHERS)
def category_add(request: MemberRequest) -> HttpResponse:
    return _category(request, Category(), _("New category"))


@require_http_methods(["GET", "POST"])
@knowledge_page(*PUBLISHERS)
def category(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Category, pk=pk)
    return _category(request, found, found.name)


def _category(request: MemberRequest, row: Category, title: str) -> HttpResponse:
    form = CategoryForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("knowledge:categories")
    return form_page(request, form, title=title, up=("knowledge:categories", _("Categories")))
