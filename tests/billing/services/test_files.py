"""Files of an issued invoice, batches for other programs, and a month's run."""

import io
import zipfile
from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from billing import tasks
from billing.documents.checking import check, check_all
from billing.enums import Delivery, RunKind, Target
from billing.models import ExportedInvoice, FilesDue, Invoice, InvoiceFile, Run
from billing.services import exporting, files, runs
from billing.services.drafting import BillingRefused, draft
from billing.services.issuing import issue
from core.files import drop_unnamed
from tests.billing.documents.demo import documents
from tests.billing.services.conftest import LATER, MONTH
from tests.billing.services.test_issuing import refused


@pytest.fixture
def invoice(acme, contract, fiona):
    """One that can be sent as everything."""
    reach = {"einvoice_scheme": "0216", "einvoice_operator": "NDEAFIHH"}
    contract.legal_entity.sellers.update(einvoice_address="003720774740", contact_email="l@acme.example", **reach)
    acme.customer.buyers.update(
        einvoice_address="003701120389", wants=Delivery.FINVOICE, buyer_reference="PO-1", **reach
    )
    return issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)


def test_a_worker_makes_and_checks_every_form(invoice):
    assert files.make_files(invoice.pk) == 1
    made = {file.form: file for file in invoice.files.all()}

    assert set(made) == {"pdf", "finvoice", "peppol", "csv", "xlsx"}
    assert all(file.is_sound for file in made.values()), [file.findings for file in made.values()]
    for file in made.values():
        assert sha256(files.content(file)).hexdigest() == file.sha256
    assert check(files.content(made["pdf"])).errors == ()
    assert FilesDue.objects.count() == 0
    assert files.make_files(invoice.pk) == 0


def test_a_german_customer_may_take_xrechnung_in_either_syntax():
    made = files.rendered(documents()["de_domestic"])

    assert set(made) == {*files.FORMS}
    assert not any(report.errors for report in check_all([made[form] for form in files.CHECKED]))


def test_files_once_made_are_given_out_as_they_are_and_never_cleared_away(acme, invoice):
    files.make_files(invoice.pk)
    pdf = invoice.files.get(form="pdf")
    drop_unnamed(acme.tenant.pk, lambda keys: [])
    assert files.content(pdf) == files.content(pdf)
    assert pdf.key.startswith("invoices/")

    default_storage.delete(pdf.key)
    with pytest.raises(FileNotFoundError):
        files.content(pdf)


def test_a_file_that_somebody_changed_is_not_handed_out(invoice):
    files.make_files(invoice.pk)
    pdf = invoice.files.get(form="pdf")
    with open(default_storage.path(pdf.key), "ab") as file:
        file.write(b"%%")
    with pytest.raises(FileNotFoundError):
        files.content(pdf)


def test_a_worker_that_died_leaves_the_files_to_the_next(invoice, monkeypatch):
    class Killed(BaseException):
        pass

    def die(name):
        raise Killed

    monkeypatch.setattr(files, "fault_point", die)
    for _ in range(3):
        with pytest.raises(Killed), transaction.atomic():
            files.make_files(invoice.pk)
        assert InvoiceFile.objects.count() == 0
        assert FilesDue.objects.count() == 1
    monkeypatch.undo()
    tasks.make_files(invoice.tenant_id, invoice.pk)
    assert invoice.files.count() == 5


def test_without_the_printer_the_files_wait_and_say_why(invoice, monkeypatch):
    def missing(document, look):
        raise files.PdfUnavailable("apt-get install libpango-1.0-0")

    monkeypatch.setattr(files, "pdf_of", missing)
    assert files.make_files(invoice.pk) == 0
    due = FilesDue.objects.get()
    assert "libpango" in due.problem
    assert due.next_at > timezone.now()


@pytest.mark.parametrize("target", [Target.CSV, Target.XLSX, Target.FINVOICE])
def test_a_batch_has_each_invoice_once(contract, invoice, fiona, target):
    files.make_files(invoice.pk)
    batch = exporting.export(contract.legal_entity, MONTH, target, by=fiona)

    assert exporting.bytes_of(batch)
    assert "nothing" in refused(lambda: exporting.export(contract.legal_entity, MONTH, target, by=fiona))
    again = exporting.export(contract.legal_entity, MONTH, target, by=fiona, reason="They lost it")
    assert again.sha256 == batch.sha256
    assert list(ExportedInvoice.objects.order_by("pk").values_list("again", flat=True)) == [False, True]


def test_the_zip_holds_the_files_that_were_checked(contract, invoice, fiona):
    assert "no sound Finvoice" in refused(
        lambda: exporting.export(contract.legal_entity, MONTH, Target.FINVOICE, by=fiona)
    )
    files.make_files(invoice.pk)
    batch = exporting.export(contract.legal_entity, MONTH, Target.FINVOICE, by=fiona)
    archive = zipfile.ZipFile(io.BytesIO(exporting.bytes_of(batch)))
    assert archive.namelist() == ["FI26-100001-finvoice.xml"]
    assert archive.read(archive.namelist()[0]) == files.content(invoice.files.get(form="finvoice"))


def test_a_run_prepares_and_another_issues(acme, contract, fiona):
    run = runs.prepare(contract.legal_entity, MONTH, by=fiona)
    assert "busy" in refused(lambda: runs.prepare(contract.legal_entity, MONTH, by=fiona))
    tasks.go_on(acme.tenant.pk, run.pk)
    run.refresh_from_db()
    assert (run.done, run.total, run.problems, run.percent) == (1, 1, [], 100)
    assert run.ended_at

    issuing = runs.issue_all(contract.legal_entity, MONTH, by=fiona)
    assert issuing.kind == RunKind.ISSUE
    tasks.go_on(acme.tenant.pk, issuing.pk)
    assert Invoice.objects.get().number == "FI26-100001"
    with pytest.raises(BillingRefused, match="no draft"), transaction.atomic():
        runs.issue_all(contract.legal_entity, MONTH, by=fiona)


def test_what_cannot_be_issued_is_told_and_does_not_stop_the_others(acme, contract, fiona):
    draft(contract, MONTH)
    run = runs.issue_all(contract.legal_entity, MONTH, by=fiona)
    acme.customer.name = "Another Oy"
    acme.customer.save()
    tasks.go_on(acme.tenant.pk, run.pk)
    run.refresh_from_db()
    assert [number for number, _ in run.problems] == ["K-7"]
    assert "Names or addresses" in run.problems[0][1]
    assert run.ended_at


def test_the_sweep_goes_on_with_what_was_left(acme, contract, fiona):
    run = runs.prepare(contract.legal_entity, MONTH, by=fiona)
    Run.objects.update(moved_at=LATER.replace(year=2020))
    tasks.sweep_billing()
    run.refresh_from_db()
    assert run.ended_at
