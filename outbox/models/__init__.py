"""Mails on their way out, what they are made of and leave by; calls to other programs."""

from outbox.models.mails import (
    Delivery,
    MailTemplate,
    Outage,
    OutgoingFile,
    OutgoingMail,
    SigningKey,
    Transport,
)
from outbox.models.webhooks import Webhook, WebhookCall

__all__ = [
    "Delivery",
    "MailTemplate",
    "Outage",
    "OutgoingFile",
    "OutgoingMail",
    "SigningKey",
    "Transport",
    "Webhook",
    "WebhookCall",
]
