"""A draft that has something of everything, an issued invoice with its files, and a draft of its credit note."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from billing.documents import stored
from billing.enums import InvoiceKind, InvoiceState, RunKind, Target
from billing.models import (
    ClosedMonth,
    ExportBatch,
    ExportedInvoice,
    FilesDue,
    Invoice,
    InvoicedEntry,
    InvoicedLot,
    InvoicedTicket,
    InvoiceFile,
    InvoiceLine,
    InvoiceMail,
    PoolMove,
    PrepaidLot,
    Run,
    Series,
)
from core.files import store
from outbox.models import OutgoingMail
from sla.models import Contract
from tests.billing.documents.demo import documents
from tickets.models import Ticket, WorkEntry, WorkType

DAY = date(2027, 2, 1)
FILE = b"neutral lines"


def invoiced(contract: Contract, ticket: Ticket, member: Membership) -> dict[str, Any]:
    """Drafts come before what was issued: only they can be tried to be changed."""
    series = Series.objects.create(legal_entity=contract.legal_entity, year=2027)
    draft = _invoice(contract, member, month="2027-01", series=series, ordinal=9)
    work = WorkType.objects.order_by("pk")[0]
    entry = WorkEntry.objects.create(ticket=ticket, member=member, work_type=work, minutes=5, ended_at=timezone.now())
    InvoicedEntry.objects.create(invoice=draft, entry=entry, released_by=draft)
    InvoicedTicket.objects.create(invoice=draft, ticket=ticket)
    InvoicedLot.objects.create(invoice=draft, lot=PrepaidLot.objects.get(), released_by=draft)
    PoolMove.objects.create(invoice=draft, contract=contract, pool="included", key="2027-01", minutes=0)
    _line(draft, ticket)
    issued = _invoice(contract, member, month="2027-02", series=series, ordinal=1)
    _line(issued, ticket)
    issued.number, issued.state, issued.sha256 = "FI27-100001", InvoiceState.ISSUED, "0" * 64
    issued.issued_on = issued.due_on = DAY
    issued.issued_at = timezone.now()
    issued.save()
    _invoice(contract, member, month="2027-02", kind=InvoiceKind.CREDIT, credits=issued, reason="Wrong")
    spare = _invoice(contract, member, month="2027-03")
    _line(spare, ticket)
    return {"invoice_draft": spare.pk, "invoice": issued.pk, **_around(issued, member)}


def _invoice(contract: Contract, member: Membership, **more: Any) -> Invoice:
    return Invoice.objects.create(
        legal_entity=contract.legal_entity,
        customer=contract.customer,
        contract=contract,
        currency="EUR",
        net=100,
        tax=0,
        gross=100,
        document=stored.written(documents()["fi_domestic"]),
        result={"exceptions": []},
        approved_by=member,
        issued_by=member,
        **more,
    )


def _line(invoice: Invoice, ticket: Ticket) -> None:
    InvoiceLine.objects.create(
        invoice=invoice, position=1, ticket=ticket, kind="time", item="remote/normal", name="Etätyö", quantity=1,
        unit="HUR", net=100, minutes=60, first=DAY, last=DAY,
    )  # fmt: skip


def _around(issued: Invoice, member: Membership) -> dict[str, Any]:
    """Its file, the batch it went with, a run that is over, and a closed month."""
    company = issued.legal_entity
    kept = {
        "key": store(issued.tenant_id, FILE, archive="invoices"),
        "sha256": sha256(FILE).hexdigest(),
        "size": len(FILE),
    }
    for form in ("csv", "pdf"):
        InvoiceFile.objects.create(invoice=issued, form=form, is_sound=True, **kept)
    FilesDue.objects.create(invoice=issued)
    InvoiceMail.objects.create(invoice=issued, mail=OutgoingMail.objects.order_by("pk")[0], by=member)
    batch = ExportBatch.objects.create(
        legal_entity=company, target=Target.CSV, month="2027-02", filename="lines.csv", by=member, **kept
    )
    ExportedInvoice.objects.create(batch=batch, invoice=issued, target=Target.CSV)
    ClosedMonth.objects.create(legal_entity=company, month="2026-01", by=member)
    run = Run.objects.create(
        legal_entity=company, month="2027-01", kind=RunKind.PREPARE, total=1, by=member, ended_at=timezone.now()
    )
    return {"export_batch": batch.pk, "billing_run": run.pk}
