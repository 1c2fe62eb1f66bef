"""Billing on or off, and what companies and customers have on their invoices."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import Customer, LegalEntity
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from billing.access import KEEPERS, PRICERS, billing_page
from billing.forms_books import BooksForm
from billing.forms_sides import BuyerForm, SellerForm, SwitchForm
from billing.models import Buyer, Seller
from billing.services import ledgers, logos
from core.paging import page_by


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def switches(request: MemberRequest) -> HttpResponse:
    form = SwitchForm(posted(request), instance=request.tenant)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data, name="workspace")
        messages.success(request, _("Saved"))
        return redirect("billing:switches")
    more = [(reverse("billing:sellers"), _("Companies")), (reverse("billing:buyers"), _("Customers"))]
    more = more if request.tenant.billing_on else []
    return form_page(request, form, title=_("Invoicing"), up=("tickets:settings", _("Settings")), more=more)


@require_GET
@billing_page(*KEEPERS)
def sellers(request: MemberRequest) -> HttpResponse:
    said = {row.legal_entity_id: row for row in Seller.objects.all()}
    lines = []
    for row in LegalEntity.objects.order_by("name", "pk"):
        seller = said.get(row.pk) or Seller(legal_entity=row)
        seller.legal_entity = row
        place = _("Neutral lines only") if seller.why_not_here else (seller.prefix or "")
        lines.append(Line(reverse("billing:seller", args=[row.pk]), row.name, [row.country, place], _chip(seller)))
    listing = Listing(
        title=_("Companies that invoice"),
        columns=[_("Name"), _("Country"), _("Numbers"), _("State")],
        lines=lines,
        empty=_("Companies are added beside the offices."),
        up=("/", _("Work"))
        if Role.ADMIN not in request.membership.roles
        else (reverse("billing:switches"), _("Invoicing")),
    )
    return list_page(request, listing)


def _chip(seller: Seller) -> Chip:
    complete = seller.has_address and seller.iban and seller.prefix and seller.legal_entity.business_id
    return _state(bool(complete))


def _state(complete: bool) -> Chip:
    return Chip("ok", "check", _("Complete")) if complete else Chip("warn", "alert-circle", _("Incomplete"))


@require_http_methods(["GET", "POST"])
@billing_page(*KEEPERS)
def seller(request: MemberRequest, pk: int) -> HttpResponse:
    company = get_object_or_404(LegalEntity, pk=pk)
    row = Seller.objects.filter(legal_entity=company).first() or Seller(series_digit=_free_digit())
    row.legal_entity = company
    form = SellerForm(posted(request), request.FILES or None, instance=row)
    if form.is_valid():
        with transaction.atomic():
            keep(form.company(), by=request.actor, changed={"business_id", "vat_id"} & set(form.changed_data))
            keep(form.seller(), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved. It holds for invoices that are made from now on."))
        return redirect("billing:sellers")
    up = ("billing:sellers", _("Companies that invoice"))
    more = [(reverse("billing:books", args=[pk]), _("Books"))] if row.issues_here else []
    return form_page(request, form, title=company.name, up=up, template="billing/seller.html", seller=row, more=more)


@require_GET
@billing_page(*KEEPERS)
def logo(request: MemberRequest, pk: int) -> HttpResponse:
    """The picture that stands on the company's invoices."""
    row = get_object_or_404(Seller.objects.exclude(logo_key=""), legal_entity=pk)
    try:
        response = HttpResponse(logos.content(row.logo_key), content_type="image/png")
    except logos.LogoLost as lost:
        raise Http404 from lost
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "POST"])
@billing_page(*KEEPERS)
def books(request: MemberRequest, pk: int) -> HttpResponse:
    """What the company's books call things; a program that is chosen anew is asked about on the same page."""
    company = get_object_or_404(LegalEntity, pk=pk)
    row = ledgers.books_of(company)
    row.legal_entity = company
    form = BooksForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        anew = "program" in form.changed_data and form.cleaned_data["program"]
        return redirect("billing:books" if anew else "billing:seller", pk)
    up = ("billing:sellers", _("Companies that invoice"))
    title = _("Books of %(company)s") % {"company": company.name}
    return form_page(request, form, title=title, up=up, template="billing/books.html")


def _free_digit() -> int:
    taken = set(Seller.objects.values_list("series_digit", flat=True))
    return next((digit for digit in range(1, 10) if digit not in taken), 9)


@require_GET
@billing_page(*PRICERS)
def buyers(request: MemberRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    rows = Customer.objects.filter(name__icontains=wanted) if wanted else Customer.objects.all()
    page = page_by(rows, "name", request.GET)
    said = {row.customer_id: row for row in Buyer.objects.filter(customer__in=page.rows)}
    lines = [_buyer_line(row, said.get(row.pk) or Buyer(customer=row)) for row in page.rows]
    listing = Listing(
        title=_("How customers are invoiced"),
        columns=[_("Name"), _("Country"), _("Wants"), _("State")],
        lines=lines,
        empty=_("Customers are added beside their requesters."),
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
        up=("/", _("Work"))
        if request.membership.roles == [Role.FINANCE]
        else (reverse("accounts:customers"), _("Customers")),
    )
    return list_page(request, listing)


def _buyer_line(row: Customer, buyer: Buyer) -> Line:
    wants = buyer.get_wants_display()
    return Line(reverse("billing:buyer", args=[row.pk]), row.name, [row.country, wants], _state(not buyer.incomplete))


@require_http_methods(["GET", "POST"])
@billing_page(*PRICERS)
def buyer(request: MemberRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    row = Buyer.objects.filter(customer=customer).first() or Buyer(language=customer.language)
    row.customer = customer
    form = BuyerForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved. It holds for invoices that are made from now on."))
        return redirect("billing:buyers")
    return form_page(request, form, title=customer.name, up=("billing:buyers", _("How customers are invoiced")))
