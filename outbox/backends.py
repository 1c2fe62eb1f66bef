"""Django's own mails, such as sign-in codes, go through the outbox like all others."""

from collections.abc import Sequence
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from outbox.enums import Purpose
from outbox.services.queueing import Mail, queue


class OutboxBackend(BaseEmailBackend):
    """Queues instead of sending. All such mails are confidential: they carry codes and links of global accounts."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            name, address = parseaddr(message.from_email or settings.DEFAULT_FROM_EMAIL)
            queue(
                Mail(
                    purpose=Purpose.SYSTEM,
                    message_id=make_msgid(domain=address.rsplit("@", 1)[-1]).strip("<>"),
                    from_name=name or "Vaste",
                    from_address=address,
                    to=message.to,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html(message),
                    language=(get_language() or "en")[:2],
                    automatic=True,
                    confidential=True,
                )
            )
        return len(email_messages)


def _html(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for content, kind in message.alternatives:
            if kind == "text/html":
                return str(content)
    return ""
