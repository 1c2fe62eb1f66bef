"""Invoices: all that were issued, one with its lines and why, and what can be done with it."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import MemberRequest
from billing.access import KEEPERS, billing_page
from billing.models import FilesDue, Invoice
from billing.month import mails_of, shown
from billing.services import closing, crediting, files, issuing, mailing
from billing.services.drafting import BillingRefused
from billing.views.downloads import as_file
from core.paging import page_by


@require_GET
@billing_page(*KEEPERS)
def invoices(request: MemberRequest) -> HttpResponse:
    """Issued ones, newest first, by number, customer or reference."""
    wanted = request.GET.get("q", "").strip()[:100]
    rows = Invoice.objects.issued()
    if wanted:
        compact = wanted.replace(" ", "")
        rows = rows.filter(
            Q(number__startswith=compact.upper()) | Q(reference=compact) | Q(customer__name__icontains=wanted)
        )
    page = page_by(shown(rows), "issued_on", request.GET, newest_first=True)
    return render(request, "billing/invoices.html", {"page": page, "query": wanted})


@require_GET
@billing_page(*KEEPERS)
def invoice(request: MemberRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(shown(Invoice.objects.all()), pk=pk)
    context = {
        "invoice": row,
        "lines": row.lines.select_related("ticket"),
        "due": FilesDue.objects.filter(invoice=row).first() if row.is_issued else None,
    }
    if row.is_issued:
        context |= mails_of(row)
    return render(request, "billing/invoice.html", context)


@require_GET
@billing_page(*KEEPERS)
def download(request: MemberRequest, pk: int, form: str) -> HttpResponse:
    """The stored bytes; a file that the check found wrong does not leave."""
    if form not in files.FORMS:
        raise Http404
    row = get_object_or_404(Invoice.objects.issued().defer("inputs", "result"), pk=pk)
    file = get_object_or_404(row.files, form=form, is_sound=True)
    return as_file(lambda: files.content(file), files.file_name(row, form), files.FORMS[form][1])


@require_POST
@billing_page(*KEEPERS)
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda row: issuing.approve(row, by=request.actor), _("Approved"))


@require_POST
@billing_page(*KEEPERS)
def issue(request: MemberRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda row: issuing.issue(row, by=request.actor), _("Issued. Its files are being made."))


@require_POST
@billing_page(*KEEPERS)
def credit(request: MemberRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:200]
    words = _("Credited. Its work can be invoiced again.")
    return _act(request, pk, lambda row: crediting.credit(row, reason=reason, by=request.actor), words)


@require_POST
@billing_page(*KEEPERS)
def mail(request: MemberRequest, pk: int) -> HttpResponse:
    """Send it to the customer, once more or for the first time."""

    def send(row: Invoice) -> Invoice:
        mailing.send_again(row, by=request.actor)
        return row

    return _act(request, pk, send, _("The mail is on its way."))


@require_POST
@billing_page(*KEEPERS)
def drop(request: MemberRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Invoice, pk=pk)
    try:
        closing.drop_draft(row, by=request.actor)
    except BillingRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:invoice", pk)
    messages.success(request, _("The draft is gone. Its work waits."))
    return redirect(f"{reverse('billing:desk')}?company={row.legal_entity_id}&month={row.month}")


def _act(request: MemberRequest, pk: int, act: Callable[[Invoice], Invoice], done: str) -> HttpResponse:
    """One step of an invoice, then the page of what came of it."""
    row = get_object_or_404(Invoice, pk=pk)
    try:
        row = act(row)
        messages.success(request, done)
    except BillingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("billing:invoice", row.pk)
