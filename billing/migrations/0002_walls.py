"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("outbox", "0002_walls"), ("tickets", "0002_walls")]
    operations = [
        SecureTenantTables(
            "Seller",
            "Buyer",
            "Books",
            "Series",
            "Invoice",
            "InvoiceLine",
            "FilesDue",
            "Run",
            "InvoiceMail",
            "PrepaidLot",
            "TicketBilling",
        ),
        # What a contract cost is never changed, only followed by the next version.
        SecureTenantTables("TermsVersion", append_only=True),
        SecureTenantTables(
            "InvoicedEntry",
            "InvoicedLot",
            "InvoicedTicket",
            "PoolMove",
            "InvoiceFile",
            "ClosedMonth",
            "ExportBatch",
            "ExportedInvoice",
            append_only=True,
        ),
    ]
