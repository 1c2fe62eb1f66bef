"""A month of a company is closed: nothing more is issued for it, and later work comes with the next."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import LegalEntity
from accounts.services import audit
from billing.models import ClosedMonth, Invoice
from billing.services.drafting import BillingRefused, refuse_closed


@transaction.atomic
def close_month(company: LegalEntity, month: str, *, by: Actor) -> ClosedMonth:
    """Close it for good; drafts without lines go. Raises BillingRefused while a draft with lines waits."""
    company = LegalEntity.objects.select_for_update().get(pk=company.pk)
    refuse_closed(company.pk, month)
    waiting = Invoice.objects.open().filter(legal_entity=company, month=month)
    if any(draft.lines.exists() for draft in waiting):
        raise BillingRefused(_("There are drafts. Issue them, or drop them."))
    waiting.delete()
    audit.record("month.closed", by=by, target=company, month=month)
    return ClosedMonth.objects.create(legal_entity=company, month=month, by_id=by.membership_id)


@transaction.atomic
def drop_draft(invoice: Invoice, *, by: Actor) -> None:
    """Take a draft away; its work comes with a later month. Raises BillingRefused for what is issued."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if invoice.is_issued:
        raise BillingRefused(_("%(number)s is issued already.") % {"number": invoice.number})
    audit.record("invoice.dropped", by=by, target=invoice.contract, month=invoice.month)
    invoice.delete()
