"""Sending: claim and commit, talk to the server, record what it said in a new transaction."""

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from outbox.delivery import DeliveryDelayed, DeliveryRefused, Envelope, Server, envelope, hand_over, server_for
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.signals import delivered, failed

logger = logging.getLogger(__name__)
BATCH = 200
STALE = timedelta(minutes=10)
MAX_ATTEMPTS = 12
TELL_TRIES = 2


@shared_task
def sweep_outgoing() -> None:
    """Send what is due and nobody is sending; the broker may have lost the task that should have."""
    for tenant_id, mail_id in open_door("door_due_outgoing", BATCH):
        send(tenant_id, mail_id)


@shared_task
def send(tenant_id: int, mail_id: int) -> None:
    """Send one mail if it is due and no other worker has it; safe to run twice, and its faults stay its own."""
    if not _claim(tenant_id, mail_id):
        return
    try:
        mail, server = _prepare(tenant_id, mail_id)
        missed = _hand_over(mail, server) if server else ""
    except DeliveryRefused as refusal:
        _fail(tenant_id, mail_id, str(refusal))
    except DeliveryDelayed as delay:
        _delay(tenant_id, mail_id, str(delay))
    except Exception as error:  # whatever a mail can do to us must not stop the next one
        logger.exception("mail.not_sent", extra={"tenant_id": tenant_id, "mail_id": mail_id})
        _delay(tenant_id, mail_id, f"{type(error).__name__}: {error}")
    else:
        _deliver(tenant_id, mail_id, MailState.SENT if server else MailState.KEPT, missed)


def _claim(tenant_id: int, mail_id: int) -> bool:
    """Take the mail, counted and committed before it is touched, so that one that kills its worker counts too."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        lost = Q(state=MailState.SENDING, claimed_at__lt=now - STALE)
        mails = OutgoingMail.objects.filter(lost | Q(state=MailState.QUEUED), pk=mail_id, due_at__lte=now)
        fresh = mails.filter(attempts__lt=MAX_ATTEMPTS)
        if fresh.update(state=MailState.SENDING, claimed_at=now, attempts=F("attempts") + 1):
            return True
        gave_up = mails.exists()
    if gave_up:
        _fail(tenant_id, mail_id, "Its worker was lost again and again.")
    return False


def _prepare(tenant_id: int, mail_id: int) -> tuple[Envelope, Server | None]:
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_related("tenant").prefetch_related("files").get(pk=mail_id)
        return envelope(mail), server_for(mail)


def _hand_over(mail: Envelope, server: Server) -> str:
    fault_point("before-smtp")
    missed = hand_over(mail, server)
    fault_point("after-smtp")
    return missed


def _deliver(tenant_id: int, mail_id: int, state: MailState, missed: str) -> None:
    """Record that the mail has left, and tell it. Whatever fails in the telling, the mail must not leave again."""
    now = timezone.now()
    for _try in range(TELL_TRIES):
        try:
            with tenant_scope(tenant_id):
                delivered.send(OutgoingMail, mail=_record(mail_id, state, missed, now), at=now)
        except Exception:  # the next try may have no deadlock; without one the mail is only recorded
            logger.exception("mail.delivery_not_told", extra={"tenant_id": tenant_id, "mail_id": mail_id})
        else:
            return
    with tenant_scope(tenant_id):
        _record(mail_id, state, missed, now)


def _record(mail_id: int, state: MailState, error: str, now: datetime) -> OutgoingMail:
    mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
    mail.state, mail.sent_at, mail.error = state, now, error
    mail.save(update_fields=["state", "sent_at", "error"])
    return mail


def _delay(tenant_id: int, mail_id: int, error: str) -> None:
    """Try again later, each time later than before; after two days or so it has failed."""
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
        if mail.attempts < MAX_ATTEMPTS:
            wait = timedelta(seconds=min(30 * 2**mail.attempts, 6 * 3600))
            mail.state, mail.due_at, mail.error = MailState.QUEUED, timezone.now() + wait, error
            mail.save(update_fields=["state", "due_at", "error"])
            return
    _fail(tenant_id, mail_id, error)


def _fail(tenant_id: int, mail_id: int, error: str) -> None:
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
        mail.state, mail.error = MailState.FAILED, error
        mail.save(update_fields=["state", "error"])
        failed.send(OutgoingMail, mail=mail, at=timezone.now(), error=error)
