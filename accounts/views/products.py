"""Products and their modules: what tickets are about, and who knows it best."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.forms import ModuleForm, ProductForm
from accounts.models import Module, Product
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def products(request: MemberRequest) -> HttpResponse:
    rows = Product.objects.select_related("expert__user").prefetch_related("modules")
    listing = Listing(
        title=_("Products"),
        columns=[_("Name"), _("Modules"), _("Named expert")],
        lines=[_line(row) for row in rows],
        add=(reverse("accounts:product_add"), _("Add a product")),
        empty=_("A product leads its tickets to the expert."),
    )
    return list_page(request, listing)


def _line(row: Product) -> Line:
    modules = ", ".join(module.name for module in row.modules.all())
    cells = [modules, row.expert.name if row.expert else ""]
    return Line(reverse("accounts:product", args=[row.pk]), row.name, cells)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def product(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a product, or add one; its modules have pages of their own."""
    row = get_object_or_404(Product, pk=pk) if pk else None
    form = ProductForm(posted(request), instance=row)
    if form.is_valid():
        kept = form.save(commit=False)
        keep(kept, by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("accounts:products") if row else redirect("accounts:product", kept.pk)
    modules = list(row.modules.select_related("expert__user")) if row else []
    up = ("accounts:products", _("Products"))
    title = form.initial.get("name") or _("New product")
    return form_page(request, form, title=title, up=up, template="accounts/product.html", product=row, modules=modules)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def module(request: MemberRequest, product_pk: int, pk: int | None = None) -> HttpResponse:
    """Change a module of a product, or add one."""
    of = get_object_or_404(Product, pk=product_pk)
    row = get_object_or_404(of.modules, pk=pk) if pk else Module(product=of)
    form = ModuleForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("accounts:product", of.pk)
    title = form.initial.get("name") or _("New module of %(product)s") % {"product": of.name}
    return form_page(request, form, title=title, up=("accounts:products", _("Products")))
