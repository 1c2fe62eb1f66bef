"""Sending: claim and commit, talk to the server, record what it said in a new transaction."""

from datetime import timedelta

from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from outbox.delivery import DeliveryDelayed, DeliveryRefused, Envelope, Server, envelope, hand_over, server_for
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.signals import delivered, failed

BATCH = 200
STALE = timedelta(minutes=10)
MAX_ATTEMPTS = 12


@shared_task
def sweep_outgoing() -> None:
    """Send what is due and nobody is sending; the broker may have lost the task that should have."""
    for tenant_id, mail_id in open_door("door_due_outgoing", BATCH):
        send(tenant_id, mail_id)


@shared_task
def send(tenant_id: int, mail_id: int) -> None:
    """Send one mail if it is due and no other worker has it; safe to run twice."""
    claimed = _claim(tenant_id, mail_id)
    if claimed is None:
        return
    mail, server = claimed
    try:
        if server is not None:
            hand_over(mail, server)
    except DeliveryRefused as refusal:
        _fail(tenant_id, mail_id, str(refusal))
    except DeliveryDelayed as delay:
        _delay(tenant_id, mail_id, str(delay))
    else:
        _deliver(tenant_id, mail_id, MailState.KEPT if server is None else MailState.SENT)


def _claim(tenant_id: int, mail_id: int) -> tuple[Envelope, Server | None] | None:
    now = timezone.now()
    with tenant_scope(tenant_id):
        free = Q(state=MailState.QUEUED) | Q(state=MailState.SENDING, claimed_at__lt=now - STALE)
        claimed = OutgoingMail.objects.filter(free, pk=mail_id, due_at__lte=now).update(
            state=MailState.SENDING, claimed_at=now, attempts=F("attempts") + 1
        )
        if not claimed:
            return None
        mail = OutgoingMail.objects.select_related("tenant").prefetch_related("files").get(pk=mail_id)
        return envelope(mail), server_for(mail)


def _deliver(tenant_id: int, mail_id: int, state: MailState) -> None:
    now = timezone.now()
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
        mail.state, mail.sent_at, mail.error = state, now, ""
        mail.save(update_fields=["state", "sent_at", "error"])
        delivered.send(OutgoingMail, mail=mail, at=now)


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
