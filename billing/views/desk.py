"""The month-end desk: what keeps work back, what is ready, and one button for each step."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import LegalEntity
from accounts.requests import MemberRequest
from billing.access import KEEPERS, billing_page
from billing.enums import Target
from billing.models import ExportBatch, Invoice, Run
from billing.month import asked, month_at, month_of
from billing.services import closing, exporting, runs
from billing.services.drafting import BillingRefused
from billing.views.downloads import as_file
from core.sheets import FORMATS, as_bytes


@require_GET
@billing_page(*KEEPERS)
def desk(request: MemberRequest) -> HttpResponse:
    companies, company, name = asked(request.GET, request.membership.office.legal_entity_id)
    month = month_at(company, name) if company else None
    targets = exporting.targets_of(month.company) if month and month.issued else []
    return render(request, "billing/desk.html", {"companies": companies, "month": month, "targets": targets})


@require_GET
@billing_page(*KEEPERS)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    """How far a run has come: a fragment of the desk that asks again until it is done."""
    run = get_object_or_404(Run.objects.select_related("by__user"), pk=pk)
    return render(request, "billing/_run.html", {"run": run, "moved": run.ended_at is not None})


@require_POST
@billing_page(*KEEPERS)
def prepare(request: MemberRequest) -> HttpResponse:
    return _act(request, lambda company, month: runs.prepare(company, month, by=request.actor))


@require_POST
@billing_page(*KEEPERS)
def issue_all(request: MemberRequest) -> HttpResponse:
    return _act(request, lambda company, month: runs.issue_all(company, month, by=request.actor))


@require_POST
@billing_page(*KEEPERS)
def close(request: MemberRequest) -> HttpResponse:
    done = _("The month is closed. Work that is entered later comes with the next.")
    return _act(request, lambda company, month: closing.close_month(company, month, by=request.actor), done)


@require_POST
@billing_page(*KEEPERS)
def export(request: MemberRequest) -> HttpResponse:
    target, reason = request.POST.get("target", ""), request.POST.get("reason", "")[:200]
    if target not in Target.values:
        messages.error(request, _("Choose for which program."))
        return redirect("billing:desk")
    return _act(
        request,
        lambda company, month: exporting.export(company, month, Target(target), by=request.actor, reason=reason),
        _("The file is ready below."),
    )


@require_GET
@billing_page(*KEEPERS)
def batch(request: MemberRequest, pk: int) -> HttpResponse:
    """A batch as it was handed over."""
    row = get_object_or_404(ExportBatch, pk=pk)
    return as_file(lambda: exporting.bytes_of(row), row.filename, "application/octet-stream")


@require_GET
@billing_page(*KEEPERS)
def neutral(request: MemberRequest, form: str) -> HttpResponse:
    """The lines of a month's drafts, for companies whose invoices come out of another system."""
    _companies, company, name = asked(request.GET, request.membership.office.legal_entity_id)
    if company is None or form not in FORMATS:
        raise Http404
    drafts = Invoice.objects.open().filter(legal_entity=company, month=name).select_related("customer")
    sheet = exporting.lines(company, drafts.order_by("contract__number"))
    return as_file(lambda: as_bytes(sheet, form), f"{name}-lines.{form}", FORMATS[form][0])


def _act(request: MemberRequest, act: Callable[[LegalEntity, str], object], done: str = "") -> HttpResponse:
    """One button of the desk for the company and month it was pressed for, then the desk again."""
    wanted, month = request.POST.get("company", ""), month_of(request.POST.get("month", ""))
    company = LegalEntity.objects.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    if company is None:
        messages.error(request, _("Choose a company."))
        return redirect("billing:desk")
    try:
        act(company, month)
    except BillingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
    return redirect(f"{reverse('billing:desk')}?company={company.pk}&month={month}")
