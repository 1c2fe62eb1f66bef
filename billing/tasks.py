"""What workers do for invoices: runs of a month, and files after the commit. The rows decide; a task may be lost."""

import logging

from celery import shared_task

from accounts.scope import tenant_scope
from billing.services import files, runs
from core.doors import open_door

logger = logging.getLogger(__name__)


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
