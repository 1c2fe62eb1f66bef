"""The one signal of the product: what became of a mail. Sent inside the tenant's scope, in one transaction with it."""

from django.dispatch import Signal

# mail: OutgoingMail; at: aware datetime at which the mail server answered.
delivered = Signal()
# mail: OutgoingMail; at: aware datetime; error: str, what the server said.
failed = Signal()
