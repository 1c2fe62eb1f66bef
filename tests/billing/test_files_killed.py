"""A worker that is killed ten times while it makes files leaves whole files or none, and the next finishes them."""

import os
import signal
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from accounts.scope import tenant_scope
from billing.documents import stored
from billing.models import FilesDue, Invoice, InvoiceFile
from billing.services import files
from billing.services.drafting import draft
from billing.services.issuing import issue
from sla.models import Contract
from tests.billing.test_issue_race import MONTH, Desk


@pytest.mark.django_db(transaction=True)
def test_files_are_whole_or_absent() -> None:
    desk = Desk(1)
    tenant = desk.cast.tenant.pk
    with desk.cast.scope():
        invoice = issue(draft(Contract.objects.get(), MONTH), by=desk.cast.actor("fiona"))
    for kill in range(10):
        assert os.WTERMSIG(_killed(tenant, invoice.pk, kill % 3)) == signal.SIGKILL
        with desk.cast.scope():
            assert (InvoiceFile.objects.count(), FilesDue.objects.count()) == (0, 1)
    with desk.cast.scope():
        files.make_files(invoice.pk)
        expected = files.rendered(stored.read(Invoice.objects.get().document))
        assert {row.form: files.content(row) for row in InvoiceFile.objects.all()} == expected
        assert FilesDue.objects.count() == 0
    kept = {path.name for path in Path(default_storage.location, "invoices").rglob("*") if path.is_file()}
    assert kept == {sha256(data).hexdigest() for data in expected.values()}


def _killed(tenant: int, invoice: int, after: int) -> int:
    """A worker of its own that dies by kill -9 after so many files were stored; its exit status."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    left = [after]

    def strike(point: str) -> None:
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    files.fault_point = strike  # type: ignore[assignment]  # of this process only
    try:
        with tenant_scope(tenant):
            files.make_files(invoice)
    finally:
        os._exit(1)
    return 0
