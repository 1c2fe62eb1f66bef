"""What workers do for billing: gates are asked, a month's drafts and invoices made, and files after the commit.

The rows decide; a task may be lost or run twice.
"""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Tenant
from accounts.scope import tenant_scope
from billing.models import TermsVersion, TicketBilling
from billing.services import files, runs
from billing.services.readiness import ask_gate
from core.doors import open_door
from tickets.enums import StatusClass
from tickets.models import Ticket

logger = logging.getLogger(__name__)
# Older ones were resolved before their contract had a price, or before billing was switched on.
LOOK_BACK = timedelta(days=2)
MOST = 200


@shared_task
def go_on(tenant_id: int, run_id: int) -> None:
    """Do all that is left of a run, each invoice in a transaction of its own; safe to run twice."""
    left = True
    while left:
        with tenant_scope(tenant_id):
            left = runs.step(run_id)


@shared_task
def make_files(tenant_id: int, invoice_id: int) -> None:
    """The files of an issued invoice, and of others of the tenant that wait."""
    with tenant_scope(tenant_id):
        files.make_files(invoice_id)


@shared_task
def sweep_billing() -> None:
    """Go on with runs and files whose task is lost."""
    for door, act in (("door_billing_runs", go_on), ("door_invoice_files", make_files)):
        for tenant_id, row_id in sorted(open_door(door)):
            try:
                act(tenant_id, row_id)
            except Exception:
                logger.exception("billing.not_done", extra={"tenant_id": tenant_id, "row_id": row_id})


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
