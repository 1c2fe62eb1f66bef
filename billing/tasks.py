"""What happens to tickets' billing with time."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Tenant
from accounts.scope import tenant_scope
from billing.models import TermsVersion, TicketBilling
from billing.services.readiness import ask_gate
from tickets.enums import StatusClass
from tickets.models import Ticket

# Older ones were resolved before their contract had a price, or before billing was switched on.
LOOK_BACK = timedelta(days=2)
MOST = 200


@shared_task
def ask_gates() -> None:
    """Ask the gate of each ticket that was resolved and that nobody has called ready for billing yet.

    So the share of tickets that are complete at the first try counts all of them, however they were resolved.
    """
    for tenant in Tenant.objects.filter(billing_on=True).order_by("pk"):
        with tenant_scope(tenant.pk):
            for ticket in _unasked():
                ask_gate(ticket)


def _unasked() -> list[Ticket]:
    asked = TicketBilling.objects.filter(ticket=OuterRef("pk")).exclude(asked_at=None)
    priced = TermsVersion.objects.filter(contract=OuterRef("contract"))
    fresh = Ticket.objects.filter(resolved_at__gte=timezone.now() - LOOK_BACK)
    fresh = fresh.filter(status_class__in=[StatusClass.RESOLVED, StatusClass.CLOSED])
    return list(fresh.filter(~Exists(asked), Exists(priced)).order_by("pk")[:MOST])
