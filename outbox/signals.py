"""The product's own signals: what became of a mail. Sent inside the tenant's scope, in one transaction with it."""

from django.dispatch import Signal

# mail: OutgoingMail; at: aware datetime at which the mail server answered.
delivered = Signal()
# mail: OutgoingMail; at: aware datetime; error: str, what the server said.
failed = Signal()
# mail: OutgoingMail; at: aware datetime; kind: ReportKind; deliveries: the Delivery rows that changed by the report.
returned = Signal()
