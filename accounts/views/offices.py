"""Offices and the companies behind them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.forms import LegalEntityForm, OfficeForm
from accounts.models import LegalEntity, Office
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep


@require_GET
@role_required(Role.ADMIN)
def offices(request: MemberRequest) -> HttpResponse:
    rows = Office.objects.select_related("legal_entity")
    listing = Listing(
        title=_("Offices"),
        columns=[_("Name"), _("Company"), _("Country"), _("Time zone"), _("Language")],
        lines=[_office_line(row) for row in rows],
        add=(reverse("accounts:office_add"), _("Add an office")),
        more=[(reverse("accounts:entities"), _("Companies"))],
    )
    return list_page(request, listing)


def _office_line(row: Office) -> Line:
    cells = [row.legal_entity.name, row.country, row.time_zone, row.get_language_display()]
    return Line(reverse("accounts:office", args=[row.pk]), row.name, cells)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def office(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change an office, or add one."""
    row = get_object_or_404(Office, pk=pk) if pk else None
    form = OfficeForm(posted(request), instance=row, initial={} if row else _like(request.membership.office))
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("accounts:offices")
    title = row.name if row else _("New office")
    return form_page(request, form, title=title, up=("accounts:offices", _("Offices")))


def _like(other: Office) -> dict[str, object]:
    """A new office begins as the one of the person who adds it."""
    return {name: getattr(other, name) for name in ("country", "time_zone", "language", "currency")}


@require_GET
@role_required(Role.ADMIN)
def entities(request: MemberRequest) -> HttpResponse:
    lines = [
        Line(reverse("accounts:entity", args=[row.pk]), row.name, [row.business_id, row.country, row.currency])
        for row in LegalEntity.objects.order_by("name", "pk")
    ]
    listing = Listing(
        title=_("Companies"),
        about=_("They make contracts and issue invoices"),
        columns=[_("Name"), _("Business ID"), _("Country"), _("Currency")],
        lines=lines,
        add=(reverse("accounts:entity_add"), _("Add a company")),
        up=(reverse("accounts:offices"), _("Offices")),
    )
    return list_page(request, listing)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def entity(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a company of the tenant, or add one."""
    row = get_object_or_404(LegalEntity, pk=pk) if pk else None
    form = LegalEntityForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("accounts:entities")
    title = row.name if row else _("New company")
    return form_page(request, form, title=title, up=("accounts:entities", _("Companies")))
