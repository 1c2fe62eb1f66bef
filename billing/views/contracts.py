"""What a contract costs: its versions, prepaid lots, and a trial."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import Chip, Line, Listing, list_page, posted
from accounts.requests import MemberRequest
from billing import ids, stored_terms
from billing.access import PRICERS, billing_page
from billing.enums import Preset
from billing.estimates import estimated, single
from billing.forms_contracts import LotForm, TrialForm
from billing.forms_terms import TermsForm, beginning, typed
from billing.models import InvoicedLot, PrepaidLot, TermsVersion
from billing.rating.format import FormatError
from billing.rating.work import Run
from billing.services.inputs import NoTerms, inputs_of
from billing.services.invoiced import taken_of
from billing.services.plain import words_of
from billing.services.pricing import PricingError, price, sell_lot, withdraw_lot
from billing.showing import missing_words, money_words, shown, speech, time_words, work_types
from billing.versions import Period, periods
from core.paging import page_by
from sla.models import Contract
from tickets.models import WorkType

INVALID = 422


def _contract(pk: int) -> Contract:
    rows = Contract.objects.select_related("customer__office", "legal_entity")
    found: Contract = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@billing_page(*PRICERS)
def prices(request: MemberRequest) -> HttpResponse:
    """All contracts, and whether anybody has said what they cost."""
    wanted = request.GET.get("q", "").strip()
    rows = Contract.objects.select_related("customer", "legal_entity")
    if wanted:
        rows = rows.filter(number__icontains=wanted) | rows.filter(customer__name__icontains=wanted)
    page = page_by(rows, "number", request.GET)
    newest = {row.contract_id: row for row in TermsVersion.objects.filter(contract__in=page.rows)}
    listing = Listing(
        title=_("What contracts cost"),
        columns=[_("Number"), _("Customer"), _("Company"), _("Kind"), _("State")],
        lines=[_price_line(row, newest.get(row.pk)) for row in page.rows],
        empty=_("Contracts are added first; then you say what they cost."),
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
        up=("/", _("Work")),
        more=[(reverse("billing:buyers"), _("How customers are invoiced"))],
    )
    return list_page(request, listing)


def _price_line(row: Contract, version: TermsVersion | None) -> Line:
    if version is None:
        kind, chip = "", Chip("warn", "alert-circle", _("No price"))
    else:
        kind, chip = str(Preset(version.preset).label), Chip("ok", "check", _("Priced"))
    url = reverse("billing:pricing", args=[row.pk])
    return Line(url, row.number, [row.customer.name, row.legal_entity.name, kind], chip)


def _periods(contract: Contract, versions: list[TermsVersion]) -> list[Period]:
    starts = [(version.number, version.valid_from) for version in versions]
    return periods(starts, first=contract.starts_on, last=contract.ends_on)


@require_GET
@billing_page()
def pricing(request: MemberRequest, pk: int) -> HttpResponse:
    """What a contract costs in plain words, what is left of what was bought, and how it came to be so."""
    if not request.membership.may_see_prices:
        raise PermissionDenied
    contract = _contract(pk)
    versions = list(TermsVersion.objects.filter(contract=contract).select_related("made_by__user"))
    by_number = {version.number: version for version in versions}
    names, today = work_types(), timezone.localdate()
    known = _periods(contract, versions)
    holding = [
        {
            "period": period,
            "version": by_number[period.number],
            "now": _holds(period, today),
            "words": words_of(by_number[period.number], names),
        }
        for period in known
    ]
    lots = _lots(contract, known[0].first) if known else []
    page = {"contract": contract, "holding": holding[::-1], "lots": lots, "presets": Preset.choices}
    page["changes"] = request.membership.has_role(*PRICERS)
    return render(request, "billing/pricing.html", page)


def _holds(period: Period, day: date) -> bool:
    return period.first <= day and (period.last is None or day <= period.last)


def _lots(contract: Contract, since: date) -> list[dict[str, Any]]:
    """What was bought, what invoices have left of it, and whether it was charged; priced since a day."""
    rows, taken = PrepaidLot.objects.standing().filter(contract=contract), taken_of(contract, ()).lots
    live = InvoicedLot.objects.filter(lot__in=rows, released_by=None)
    charged = dict(live.values_list("lot", "invoice__number"))
    return [
        {
            "row": row,
            "bought": time_words(row.minutes),
            "left": time_words(row.minutes + taken.get(ids.lot_id(row.pk), 0)),
            "price": money_words(row.unit_price, contract.legal_entity.currency),
            "charged": _charged(row, charged.get(row.pk) or "", since),
            "unused": not taken.get(ids.lot_id(row.pk)) and row.pk not in charged,
        }
        for row in rows
    ]


def _charged(lot: PrepaidLot, number: str, since: date) -> str:
    """Which invoice has charged it, or where it will stand; before `since` the contract was invoiced elsewhere."""
    if number:
        return _("Invoiced: %(number)s") % {"number": number}
    if lot.invoiced_elsewhere or lot.sold_on < since:
        return _("Invoiced elsewhere")
    return _("On the next invoice") if lot.unit_price else ""


@require_http_methods(["GET", "POST"])
@billing_page(*PRICERS)
def price_add(request: MemberRequest, pk: int) -> HttpResponse:
    """Price a contract, or price it anew from a day on."""
    contract = _contract(pk)
    versions = list(TermsVersion.objects.filter(contract=contract))
    before = versions[-1] if versions else None
    wanted = request.POST.get("preset") or request.GET.get("preset") or (before.preset if before else "")
    if wanted not in Preset.values:
        return redirect("billing:pricing", pk)
    currency = before.currency if before else contract.legal_entity.currency
    first = before if before and before.preset == wanted else None
    form = TermsForm(
        posted(request), preset=wanted, types=list(WorkType.objects.all()), initial=_initial(contract, first, wanted)
    )
    if form.is_valid() and _priced(request, contract, form, currency):
        messages.success(request, _("Saved. It holds from %(day)s on.") % {"day": form.cleaned_data["valid_from"]})
        return redirect("billing:pricing", pk)
    page = {"form": form, "contract": contract, "preset": Preset(wanted), "currency": currency}
    return render(request, "billing/terms.html", page, status=INVALID if form.errors else 200)


def _initial(contract: Contract, before: TermsVersion | None, preset: str) -> dict[str, Any]:
    today = timezone.localdate()
    if before is None:
        begun = TermsVersion.objects.filter(contract=contract).exists()
        return beginning(preset, contract.legal_entity.currency) | {
            "valid_from": today if begun else contract.starts_on
        }
    terms = stored_terms.read(before.data, before.currency)
    return typed(terms, before.data) | {"valid_from": max(today, contract.starts_on)}


def _priced(request: MemberRequest, contract: Contract, form: TermsForm, currency: str) -> bool:
    data = stored_terms.stored(form.terms(currency)) | form.flags()
    facts = {"valid_from": form.cleaned_data["valid_from"], "note": form.cleaned_data["note"]}
    try:
        price(contract, preset=Preset(form.preset), data=data, by=request.actor, **facts)
    except NoTerms:
        form.add_error("valid_from", _("The contract has ended before that day."))
    except FormatError:
        form.add_error(None, _("These prices contradict each other."))
    return not form.errors


@require_http_methods(["GET", "POST"])
@billing_page(*PRICERS)
def lot_add(request: MemberRequest, pk: int) -> HttpResponse:
    """Add time that was bought beforehand."""
    contract = _contract(pk)
    today = timezone.localdate()
    form = LotForm(posted(request), initial={"sold_on": today, "valid_from": today})
    if form.is_valid():
        lot = form.lot()
        lot.contract = contract
        sell_lot(lot, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("billing:pricing", pk)
    page = {"form": form, "contract": contract}
    return render(request, "billing/lot.html", page, status=INVALID if form.errors else 200)


@require_POST
@billing_page(*PRICERS)
def lot_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Take back a lot that was entered by mistake."""
    lot = get_object_or_404(PrepaidLot.objects.standing(), pk=pk)
    try:
        withdraw_lot(lot, by=request.actor)
    except PricingError as refusal:
        messages.error(request, str(refusal))
    return redirect("billing:pricing", lot.contract_id)


@require_GET
@billing_page(*PRICERS)
def trial(request: MemberRequest, pk: int) -> HttpResponse:
    """What a piece of work would cost, line by line and why; nothing is kept."""
    contract = _contract(pk)
    initial = {"day": timezone.localdate(), "begins": "20:00", "lasts": 120}
    asked = request.GET if "day" in request.GET else None
    form = TrialForm(asked, types=list(WorkType.objects.all()), initial=initial)
    page: dict[str, Any] = {"form": form, "contract": contract, "back": reverse("billing:pricing", args=[pk])}
    if form.is_valid():
        page |= _tried(contract, form)
    return render(request, "billing/trial.html", page)


def _tried(contract: Contract, form: TrialForm) -> dict[str, Any]:
    try:
        inputs = inputs_of(contract, now=timezone.now())
    except NoTerms:
        return {"missing": [_("Nobody has said yet what this contract costs.")]}
    ticket, entry = form.tried(inputs.contract.tz)
    tried = replace(single(inputs, ticket, entry), run=Run(max(inputs.run.now, entry.end or inputs.run.now)))
    result = estimated(tried)
    said = speech(inputs.contract.currency, work_types())
    return {
        "tried": True,
        "lines": shown(result.lines, said),
        "missing": [missing_words(each) for each in result.errors],
        "total": said.money(result.totals.net),
    }
