"""Sellers, buyers, what contracts cost, what tickets need for their invoice, and the invoices."""

from billing.models.books import Books
from billing.models.contracts import PrepaidLot, TermsVersion
from billing.models.desk import ClosedMonth, ExportBatch, ExportedInvoice, Run
from billing.models.invoices import (
    FilesDue,
    Invoice,
    InvoicedEntry,
    InvoicedLot,
    InvoicedTicket,
    InvoiceFile,
    InvoiceLine,
    PoolMove,
    Series,
)
from billing.models.mails import InvoiceMail
from billing.models.sides import Buyer, Seller
from billing.models.tickets import TicketBilling

__all__ = [
    "Books",
    "Buyer",
    "ClosedMonth",
    "ExportBatch",
    "ExportedInvoice",
    "FilesDue",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceMail",
    "InvoicedEntry",
    "InvoicedLot",
    "InvoicedTicket",
    "PoolMove",
    "PrepaidLot",
    "Run",
    "Seller",
    "Series",
    "TermsVersion",
    "TicketBilling",
]
