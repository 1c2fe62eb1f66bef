"""Killed workers leave whole files or none, and the next finishes them; an invoice is mailed once."""

import os
import signal
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from accounts.scope import tenant_scope
from billing.documents import stored
from billing.enums import Delivery
from billing.models import Buyer, FilesDue, Invoice, InvoiceFile, InvoiceMail
from billing.services import files, mailing
from billing.services.drafting import draft
from billing.services.issuing import issue
from outbox.enums import Purpose
from outbox.models import OutgoingMail
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


def _killed(tenant: int, invoice: int, after: int, of: ModuleType = files) -> int:
    """A worker of its own that dies by kill -9 after so many files or mails were written; its exit status."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    left = [after]

    def strike(point: str) -> None:
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    of.fault_point = strike  # type: ignore[attr-defined]  # of this process only
    try:
        with tenant_scope(tenant):
            files.make_files(invoice)
    finally:
        os._exit(1)
    return 0


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_two_workers_fight_for_and_three_die_over_leaves_once() -> None:
    desk = Desk(1)
    tenant = desk.cast.tenant.pk
    with desk.cast.scope():
        Buyer.objects.update(wants=Delivery.EMAIL, invoice_email="lasku@paperi-acme.example")
        invoice = issue(draft(Contract.objects.get(), MONTH), by=desk.cast.actor("fiona"))
    for _ in range(3):
        assert os.WTERMSIG(_killed(tenant, invoice.pk, 0, of=mailing)) == signal.SIGKILL
        with desk.cast.scope():
            assert OutgoingMail.objects.filter(purpose=Purpose.INVOICE).count() == InvoiceMail.objects.count() == 0
    workers = [_begun(tenant, invoice.pk) for _ in range(2)]
    assert [os.waitpid(pid, 0)[1] for pid in workers] == [0, 0]
    with desk.cast.scope():
        assert OutgoingMail.objects.get(purpose=Purpose.INVOICE) == InvoiceMail.objects.get().mail
        assert FilesDue.objects.count() == 0


def _begun(tenant: int, invoice: int) -> int:
    """A worker that makes the files and mails them, beside others that do the same."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with tenant_scope(tenant):
            files.make_files(invoice)
        status = 0
    finally:
        os._exit(status)
    return 0
