"""A mail to a provider, by its own interface over HTTPS."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import requests
from anymail.backends import brevo, mailgun, postmark
from anymail.exceptions import AnymailError, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.mail import EmailMultiAlternatives
from urllib3.exceptions import ProtocolError

from outbox.answers import Answer, Answers, ServerFailing, for_all, words
from outbox.delivery import Envelope
from outbox.enums import Fate, TransportKind

# Class, the name of its key, and what else it is told.
BACKENDS: Mapping[TransportKind, tuple[Any, str, Mapping[str, str]]] = {
    TransportKind.POSTMARK: (postmark.EmailBackend, "server_token", {}),
    TransportKind.MAILGUN: (mailgun.EmailBackend, "api_key", {}),
    TransportKind.MAILGUN_EU: (mailgun.EmailBackend, "api_key", {"api_url": "https://api.eu.mailgun.net/v3"}),
    TransportKind.BREVO: (brevo.EmailBackend, "api_key", {}),
}
# A wrong key, an unknown domain, too many mails: about the account and not about this mail.
ABOUT_US = frozenset({401, 402, 403, 404, 408, 429})
# What the provider makes anew; the rest goes along.
MADE_ANEW = frozenset(
    {"from", "to", "cc", "reply-to", "subject", "date", "mime-version", "content-type", "content-transfer-encoding"}
)
FATES = {"sent": Fate.ACCEPTED, "queued": Fate.ACCEPTED, "unknown": Fate.DELAYED}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's account; its key is the tenant's."""

    kind: TransportKind
    key: str

    def hand_over(self, mail: Envelope) -> Answers:
        if not mail.recipients:
            return {}
        backend, key, more = BACKENDS[self.kind]
        message = _message(mail, keeps_id=self.kind == TransportKind.POSTMARK)
        try:
            backend(**{key: self.key}, **more).send_messages([message])
        except AnymailRecipientsRefused:
            pass  # each receiver's status says so
        except AnymailRequestsAPIError as error:
            return for_all(mail.recipients, _judged(error))
        except AnymailError as error:
            return for_all(mail.recipients, Answer(Fate.REFUSED, words(str(error))))
        return _answers(mail, message)


def _message(mail: Envelope, *, keeps_id: bool) -> EmailMultiAlternatives:
    """The bytes as the parts that providers ask for. They sign by themselves, so the signature stays behind."""
    raw: EmailMessage = message_from_bytes(mail.content, policy=default)
    to = _listed(raw, "to", mail.recipients)
    copies = [address for address in mail.recipients if address not in to]
    kept = {name: str(value) for name, value in raw.items() if name.lower() not in MADE_ANEW | {"dkim-signature"}}
    message = EmailMultiAlternatives(
        subject=str(raw["Subject"]),
        body=_body(raw, "plain"),
        from_email=str(raw["From"]),
        # A copy that follows alone has nobody else to stand for it.
        to=to or copies,
        cc=copies if to else [],
        reply_to=[str(raw["Reply-To"])] if raw["Reply-To"] else [],
        headers=kept | ({"X-PM-KeepID": "true"} if keeps_id else {}),
    )
    if html := _body(raw, "html"):
        message.attach_alternative(html, "text/html")
    for part in raw.iter_attachments():
        message.attach(part.get_filename(), part.get_payload(decode=True), part.get_content_type())
    return message


def _listed(raw: EmailMessage, name: str, receivers: tuple[str, ...]) -> list[str]:
    known = {address.addr_spec for address in raw[name].addresses} if raw[name] else set()
    return [address for address in receivers if address in known]


def _body(raw: EmailMessage, kind: str) -> str:
    part = raw.get_body((kind,))
    return str(part.get_content()) if part else ""


def _answers(mail: Envelope, message: EmailMultiAlternatives) -> Answers:
    """What the provider said of each; of whom it said nothing, the mail has not been taken."""
    status = message.anymail_status  # type: ignore[attr-defined]  # set by the backend
    told = {address.lower(): known for address, known in status.recipients.items()}
    answers = {}
    for address in mail.recipients:
        known = told.get(address.lower())
        state = (known.status if known else None) or "unknown"
        said = f"{state} {known.message_id}" if known and known.message_id else state
        answers[address] = Answer(FATES.get(state, Fate.REFUSED), words(said))
    return answers


def _judged(error: AnymailRequestsAPIError) -> Answer:
    """What an error means for the mail; never with what we had sent, which holds the key."""
    cause = error.__cause__
    if error.response is None:
        said = words(str(cause) or type(cause).__name__)
        broken = isinstance(cause, requests.ConnectionError) and isinstance(cause.args[0], ProtocolError)
        if isinstance(cause, requests.ReadTimeout) or broken:
            return Answer(Fate.UNCERTAIN, words(f"No answer to the mail: {said}"))
        raise ServerFailing(said) from error
    code = error.response.status_code
    said = words(f"{code} {error.response.text}")
    if code in ABOUT_US or code >= 500:
        raise ServerFailing(said) from error
    return Answer(Fate.UNCERTAIN if code < 300 else Fate.REFUSED, said)
