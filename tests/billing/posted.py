"""Invoices on their way by mail without the work behind them, for tests of what mails may say."""

from dataclasses import replace
from hashlib import sha256

from django.utils import timezone

from accounts.actors import SYSTEM
from billing.documents import stored
from billing.documents.document import ContactPoint
from billing.enums import Delivery, InvoiceKind, InvoiceState
from billing.models import Buyer, Invoice, InvoiceFile, InvoiceMail, Series
from billing.services.files import make_files
from billing.services.mailing import mail_made, send_again
from core.files import store
from outbox.enums import MailState
from tests.billing.documents.demo import documents
from tests.billing.priced import contract_of
from tests.conftest import Cast

FILE = b"%PDF-1.7 an invoice"


def posted(cast: Cast, name: str) -> None:
    """An invoice and its credit note, with this name for both of their sides; inside the scope."""
    contract = contract_of(cast)
    Buyer.objects.create(customer=cast.customer, wants=Delivery.EMAIL, invoice_email="lasku@paperi-acme.example")
    series, first = Series.objects.create(legal_entity=contract.legal_entity, year=2026), None
    known = documents()
    for ordinal, document in enumerate((known["fi_domestic"], known["fi_credit"]), start=1):
        seller = replace(document.seller, name=name, contact=ContactPoint())
        made = replace(document, seller=seller, buyer=replace(document.buyer, name=name))
        first = Invoice.objects.create(
            legal_entity=contract.legal_entity, customer=contract.customer, contract=contract, month="2026-11",
            kind=InvoiceKind.CREDIT if first else InvoiceKind.INVOICE, credits=first, state=InvoiceState.ISSUED,
            number=f"FI26-10000{ordinal}", series=series, ordinal=ordinal, sha256="0" * 64,
            issued_on=document.issued_on, issued_at=timezone.now(), currency="EUR", net=100, tax=0, gross=100,
            document=stored.written(made),
        )  # fmt: skip
        InvoiceFile.objects.create(
            invoice=first, form="pdf", is_sound=True, key=store(cast.tenant.pk, FILE, archive="invoices"),
            sha256=sha256(FILE).hexdigest(), size=len(FILE),
        )  # fmt: skip
        mail_made(first)


def mailed() -> str:
    """The page of an invoice of the demo whose mail was refused and which was sent again."""
    invoice = Invoice.objects.issued().filter(kind=InvoiceKind.INVOICE, customer__buyers__wants=Delivery.EMAIL)[0]
    make_files(invoice.pk)
    first = InvoiceMail.objects.get(invoice=invoice).mail
    first.state, first.error = MailState.FAILED, "550 5.1.1 No such user"
    first.save()
    send_again(invoice, by=SYSTEM)
    return f"/finance/invoices/{invoice.pk}/"
