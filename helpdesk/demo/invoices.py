"""Two months of the demo invoiced by the services that finance uses: one closed, one almost done, one credited."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import LegalEntity
from billing.models import Invoice, Seller, TermsVersion
from billing.services.closing import close_month
from billing.services.crediting import credit
from billing.services.drafting import BillingRefused, draft, first_and_last
from billing.services.issuing import issue
from helpdesk.demo.workspace import Workspace
from sla.models import Contract

# Of the month that is over so many drafts are left for whoever plays finance.
LEFT = 2
REASON = "Väärä tilausnumero, uusi lasku seuraa."


def put_invoices(place: Workspace) -> None:
    """For the tenant in scope, after its prices; a tenant without prices has none."""
    last = place.today.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for company in LegalEntity.objects.order_by("pk"):
        seller = Seller.objects.filter(legal_entity=company).first()
        if seller is None:
            continue
        months = [f"{day:%Y-%m}" for day in (before, last)]
        drafts = _drafts(company, months[0])
        if not seller.issues_here:
            _drafts(company, months[1])
            continue
        issued = [row for row in drafts if _issue(row, months[0])]
        if len(issued) > 1:
            credit(issued[0], reason=REASON, by=SYSTEM, at=_evening(months[0]))
        _close(company, months[0])
        rows = _drafts(company, months[1])
        for row in rows[: max(0, len(rows) - LEFT)]:
            _issue(row, months[1])


def _drafts(company: LegalEntity, month: str) -> list[Invoice]:
    first, last = first_and_last(month)
    priced = TermsVersion.objects.values("contract")
    rows = Contract.objects.filter(legal_entity=company, starts_on__lte=last, pk__in=priced).order_by("number")
    running = [row for row in rows if row.ends_on is None or row.ends_on >= first]
    return [made for row in running if (made := draft(row, month, at=_evening(month)))]


def _issue(row: Invoice, month: str) -> bool:
    """Whether it could be; what could not stays for the month's end."""
    try:
        issue(row, by=SYSTEM, at=_evening(month))
    except BillingRefused:
        return False
    return True


def _close(company: LegalEntity, month: str) -> None:
    try:
        close_month(company, month, by=SYSTEM)
    except BillingRefused:
        return


def _evening(month: str) -> datetime:
    """The second day after the month, when finance does this."""
    day = first_and_last(month)[1] + timedelta(days=2)
    return min(datetime(day.year, day.month, day.day, 15, 0, tzinfo=UTC), timezone.now())
