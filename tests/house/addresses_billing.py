"""The addresses of what work costs."""

from tests.house.address_rows import ADMIN, DESK, READERS, UNSEEN, Row, row

KEEPERS = ("ada", "fiona")
# Finance has the billed side of every ticket, whoever may open the ticket itself.
WORKERS, KONSTA = (*DESK, "fiona"), ("konsta",)

BILLING: dict[str, Row] = {
    "billing:switches": row("GET POST", ADMIN),
    "billing:sellers": row("GET", KEEPERS),
    "billing:seller": row("GET POST", KEEPERS, pk="entity"),
    "billing:logo": row("GET", KEEPERS, pk="entity"),
    "billing:books": row("GET POST", KEEPERS, pk="entity"),
    "billing:buyers": row("GET", READERS),
    "billing:buyer": row("GET POST", READERS, pk="customer"),
    # What contracts cost.
    "billing:prices": row("GET", READERS),
    "billing:pricing": row("GET", READERS, pk="contract"),
    "billing:price_add": row("GET POST", READERS, pk="contract"),
    "billing:price_trial": row("GET", READERS, pk="contract"),
    "billing:lot_add": row("GET POST", READERS, pk="contract"),
    "billing:lot_withdraw": row("POST", READERS, pk="lot"),
    # A ticket's work; Konsta sees none of the tickets of the others.
    "billing:work": row("GET", WORKERS, KONSTA, number="ticket"),
    "billing:verdict": row("GET", WORKERS, KONSTA, number="ticket"),
    "billing:check": row("POST", WORKERS, KONSTA, number="ticket"),
    "billing:ready": row("POST", WORKERS, KONSTA, number="ticket"),
    "billing:order": row("POST", WORKERS, KONSTA, number="ticket"),
    "billing:credit": row("POST", READERS, number="ticket"),
    "billing:approve": row("POST", READERS, number="ticket"),
    "billing:entry_add": row("GET POST", READERS, number="ticket"),
    "billing:clock_start": row("POST", DESK, UNSEEN, number="ticket"),
    "billing:clock_stop": row("POST", DESK, UNSEEN, number="ticket"),
    "billing:entry": row("GET POST", WORKERS, KONSTA, pk="entry"),
    "billing:entry_remove": row("POST", WORKERS, KONSTA, pk="entry"),
    # The month end.
    "billing:desk": row("GET", KEEPERS),
    "billing:prepare": row("POST", KEEPERS),
    "billing:issue_all": row("POST", KEEPERS),
    "billing:close": row("POST", KEEPERS),
    "billing:export": row("POST", KEEPERS),
    "billing:batch": row("GET", KEEPERS, pk="export_batch"),
    "billing:neutral": row("GET", KEEPERS, form="=csv"),
    "billing:progress": row("GET", KEEPERS, pk="billing_run"),
    "billing:invoices": row("GET", KEEPERS),
    "billing:invoice": row("GET", KEEPERS, pk="invoice"),
    "billing:invoice_approve": row("POST", KEEPERS, pk="invoice_draft"),
    "billing:invoice_issue": row("POST", KEEPERS, pk="invoice_draft"),
    "billing:invoice_drop": row("POST", KEEPERS, pk="invoice_draft"),
    "billing:invoice_credit": row("POST", KEEPERS, pk="invoice"),
    "billing:invoice_mail": row("POST", KEEPERS, pk="invoice"),
    "billing:download": row("GET", KEEPERS, pk="invoice", form="=csv"),
}
