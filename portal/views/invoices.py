"""What a company was invoiced for: for its key users, where the tenant invoices from here."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.models import Invoice
from billing.month import shown
from billing.services import files
from billing.views.downloads import as_file
from core.paging import page_by
from portal import visitors
from portal.visitors import VisitorRequest, visitor_required


def _of_company(request: VisitorRequest) -> QuerySet[Invoice]:
    """Issued invoices of the visitor's company; Http404 for whoever may not know of any."""
    if not request.tenant.billing_on or not request.visitor.sees_company:
        raise Http404
    return Invoice.objects.issued().filter(customer=request.visitor.requester.customer_id)


@require_safe
@visitor_required
def invoices(request: VisitorRequest) -> HttpResponse:
    """The newest first."""
    page = page_by(shown(_of_company(request)), "issued_on", request.GET, newest_first=True)
    return visitors.show(request, "portal/invoices.html", {"page": page, "title": _("Invoices")})


@require_safe
@visitor_required
def invoice(request: VisitorRequest, pk: int) -> HttpResponse:
    """Its PDF, as it was stored."""
    row = get_object_or_404(_of_company(request), pk=pk)
    file = get_object_or_404(row.files, form=files.PDF, is_sound=True)
    return as_file(lambda: files.content(file), files.file_name(row, files.PDF), "application/pdf")
