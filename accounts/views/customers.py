"""Customers and requesters."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.forms import CustomerForm, RequesterForm
from accounts.models import Customer, CustomerDomain, Requester
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.customers import save_customer, save_requester
from core.paging import page_by


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def customers(request: MemberRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    domains = Prefetch("domains", CustomerDomain.objects.order_by("domain"))
    rows = Customer.objects.select_related("office").prefetch_related(domains)
    page = page_by(rows.filter(name__icontains=wanted) if wanted else rows, "name", request.GET)
    listing = Listing(
        title=_("Customers"),
        columns=[_("Name"), _("City"), _("Office"), _("Mail domains")],
        lines=[_customer_line(row) for row in page.rows],
        add=(reverse("accounts:customer_add"), _("Add a customer")),
        more=[(reverse("accounts:requesters"), _("Requesters")), (reverse("sla:contracts"), _("Contracts"))],
        empty=_("A customer is the company that your requesters work for."),
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
    )
    return list_page(request, listing)


def _customer_line(row: Customer) -> Line:
    domains = ", ".join(each.domain for each in row.domains.all())
    return Line(reverse("accounts:customer", args=[row.pk]), row.name, [row.city, row.office.name, domains])


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def customer(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a customer, or add one."""
    row = get_object_or_404(Customer, pk=pk) if pk else None
    office = request.membership.office
    initial = {} if row else {"office": office.pk, "country": office.country, "language": office.language}
    form = CustomerForm(posted(request), instance=row, initial=initial)
    if form.is_valid():
        domains = form.cleaned_data["domains"]
        save_customer(form.save(commit=False), domains=domains, changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("accounts:customers")
    title = row.name if row else _("New customer")
    more = [(f"{reverse('tickets:contacts')}?customer={row.pk}", _("Contacts"))] if row else []
    return form_page(request, form, title=title, up=("accounts:customers", _("Customers")), more=more)


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def requesters(request: MemberRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    rows = Requester.objects.select_related("customer").prefetch_related("addresses")
    if wanted:
        named = Requester.objects.filter(name__icontains=wanted).values("pk")
        rows = rows.filter(pk__in=named.union(Requester.objects.with_address(wanted).values("pk")))
    page = page_by(rows, "name", request.GET)
    listing = Listing(
        title=_("Requesters"),
        columns=[_("Name"), _("Customer"), _("Address"), _("Phone")],
        lines=[_requester_line(row) for row in page.rows],
        add=(reverse("accounts:requester_add"), _("Add a requester")),
        empty=_("Whoever writes to the desk appears here by themselves."),
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
        up=(reverse("accounts:customers"), _("Customers")),
    )
    return list_page(request, listing)


def _requester_line(row: Requester) -> Line:
    cells = [row.customer.name if row.customer else "", row.email, row.phone]
    return Line(reverse("accounts:requester", args=[row.pk]), row.name, cells)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def requester(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a requester, or add one."""
    row = get_object_or_404(Requester.objects.prefetch_related("addresses"), pk=pk) if pk else None
    initial = {} if row else {"language": request.membership.office.language}
    form = RequesterForm(posted(request), instance=row, initial=initial)
    if form.is_valid():
        emails = form.cleaned_data["emails"]
        save_requester(form.save(commit=False), emails=emails, changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("accounts:requesters")
    title = row.name if row else _("New requester")
    more = (
        [
            (f"{reverse('tickets:contacts')}?requester={row.pk}", _("Contacts")),
            (reverse("portal:access", args=[row.pk]), _("Portal")),
        ]
        if row
        else []
    )
    return form_page(request, form, title=title, up=("accounts:requesters", _("Requesters")), more=more)
