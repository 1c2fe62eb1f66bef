"""What the law and the profiles leave open, but no document of ours does."""

from collections.abc import Iterator

from billing.documents.codes import CREDIT_TYPES, MIME_TYPES
from billing.documents.document import Invoice
from billing.documents.findings import Finding, error


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every such habit that is broken."""
    payable, gross = invoice.totals.payable, invoice.totals.gross
    if gross is not None and gross < 0:
        kind = "credit note" if invoice.type_code in CREDIT_TYPES else "invoice"
        yield error("VASTE-NEGATIVE", "BT-112", "the total of this {kind} is negative", kind=kind)
    elif payable is not None and payable < 0 and not invoice.totals.paid:
        yield error("VASTE-NEGATIVE", "BT-115", "the amount due for payment is negative")
    for attachment in invoice.attachments:
        if not attachment.number:
            yield error("BR-52", "BT-122", "an attachment has no number")
        if attachment.content and attachment.mime not in MIME_TYPES:
            text = "{mime!r} is not a type of attachment that may be sent"
            yield error("BR-CL-24", "BT-125", text, mime=attachment.mime)
