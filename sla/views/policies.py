"""Policies: what is promised, and what customers have bought of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from core.paging import page_by
from core.templatetags.vaste import full_day
from sla.models import Contract, Policy, Timer
from sla.policy_forms import METRICS, MORE_METRICS, ContractForm, PolicyForm
from sla.services.editing import edit_policy


@require_GET
@role_required(Role.ADMIN)
def policies(request: MemberRequest) -> HttpResponse:
    rows = Policy.objects.select_related("current__calendar")
    listing = Listing(
        title=_("Promises"),
        about=_("How soon tickets are answered and solved"),
        columns=[_("Name"), _("Calendar"), _("Used for")],
        lines=[_line(row) for row in rows],
        add=(reverse("sla:policy_add"), _("Add promises")),
        more=[
            (reverse("sla:calendars"), _("Calendars")),
            (reverse("tickets:promise_rules"), _("Rules")),
            (reverse("tickets:promise_trial"), _("Try it out")),
        ],
    )
    return list_page(request, listing)


def _line(row: Policy) -> Line:
    used = _("Tickets without a contract") if row.is_default else _("Contracts and queues that name it")
    calendar = row.current.calendar.name if row.current else ""
    return Line(reverse("sla:policy", args=[row.pk]), row.name, [calendar, used])


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def policy(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change promises by making their next version, or add some."""
    row = get_object_or_404(Policy.objects.select_related("current"), pk=pk) if pk else None
    form = PolicyForm(posted(request), instance=row)
    if form.is_valid():
        data = form.cleaned_data
        edit_policy(row, by=request.actor, name=data["name"], is_default=data["for_all"], **form.rules())
        messages.success(request, _("Saved. Open promises keep the times they were given."))
        return redirect("sla:policies")
    affected = None
    if row:
        promises = Timer.objects.live().filter(policy_version__policy=row).count()
        affected = {"contracts": row.contracts.count(), "promises": promises}
    up, title = ("sla:policies", _("Promises")), form.initial.get("name") or _("New promises")
    more: dict[str, Any] = {"template": "sla/policy.html", "affected": affected}
    more |= {"metrics": METRICS.values(), "more_metrics": MORE_METRICS.values()}
    return form_page(request, form, title=title, up=up, **more)


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def contracts(request: MemberRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    rows = Contract.objects.select_related("customer", "policy")
    if wanted:
        rows = rows.filter(number__icontains=wanted) | rows.filter(customer__name__icontains=wanted)
    page = page_by(rows, "number", request.GET)
    listing = Listing(
        title=_("Contracts"),
        columns=[_("Number"), _("Customer"), _("Promises"), _("Runs"), _("State")],
        lines=[_contract_line(row) for row in page.rows],
        add=(reverse("sla:contract_add"), _("Add a contract")),
        empty=_("A contract decides what a customer is promised."),
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
        up=(reverse("accounts:customers"), _("Customers")),
    )
    return list_page(request, listing)


def _contract_line(row: Contract) -> Line:
    today = timezone.localdate()
    until = full_day(row.ends_on) if row.ends_on else _("further notice")
    runs = _("%(start)s to %(end)s") % {"start": full_day(row.starts_on), "end": until}
    if row.starts_on > today:
        chip = Chip("mute", "calendar", _("Not yet"))
    elif row.ends_on and row.ends_on < today:
        chip = Chip("mute", "lock", _("Ended"))
    else:
        chip = Chip("ok", "check", _("In force"))
    return Line(reverse("sla:contract", args=[row.pk]), row.number, [row.customer.name, row.policy.name, runs], chip)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def contract(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a contract, or add one."""
    row = get_object_or_404(Contract, pk=pk) if pk else None
    form = ContractForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved. It decides for tickets that come in from now on."))
        return redirect("sla:contracts")
    title = form.initial.get("number") or _("New contract")
    up = ("sla:contracts", _("Contracts"))
    return form_page(request, form, title=title, up=up, template="sla/contract.html", contract=row)
