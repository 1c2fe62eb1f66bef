"""What beat and the doors ask of incoming mail. Each task may be lost or run twice; the rows decide."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import F
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.parsing import UnreadableMail
from mailintake.services import polling
from mailintake.services.processing import process_inbound

logger = logging.getLogger(__name__)
BATCH = 200
MAX_ATTEMPTS = 3
# A mail that kills its worker is tried again after this long, and no more than MAX_ATTEMPTS times.
RETRY = timedelta(seconds=20)
TIME_LIMIT_SECONDS = 60


@shared_task
def sweep_inbound() -> None:
    """Process what waits; the broker may have lost the task that should have."""
    for tenant_id, inbound_id in open_door("door_due_inbound", BATCH):
        process(tenant_id, inbound_id)


@shared_task(soft_time_limit=TIME_LIMIT_SECONDS)
def process(tenant_id: int, inbound_id: int) -> None:
    """Place one stored mail; its own faults stay its own.

    The try is counted and committed before the mail is touched, so that a mail that kills the process counts too.
    """
    if not _claim(tenant_id, inbound_id):
        return
    try:
        with tenant_scope(tenant_id):
            process_inbound(inbound_id)
            fault_point("after-message-insert")
    except UnreadableMail as error:
        _quarantine(tenant_id, inbound_id, "unreadable", str(error))
    except Exception as error:  # whatever a mail can do to us must not stop the next one
        logger.exception("mail.not_processed", extra={"tenant_id": tenant_id, "inbound_id": inbound_id})
        _note_failure(tenant_id, inbound_id, error)
    fault_point("after-process-commit")


def _claim(tenant_id: int, inbound_id: int) -> bool:
    now = timezone.now()
    with tenant_scope(tenant_id):
        waiting = InboundMessage.objects.filter(pk=inbound_id, state=InboundState.RECEIVED, next_attempt_at__lte=now)
        if waiting.filter(attempts__gte=MAX_ATTEMPTS).update(state=InboundState.QUARANTINED, reason="gave_up"):
            return False
        return bool(waiting.update(attempts=F("attempts") + 1, next_attempt_at=now + RETRY))


def _note_failure(tenant_id: int, inbound_id: int, error: Exception) -> None:
    with tenant_scope(tenant_id):
        row = InboundMessage.objects.select_for_update().defer("raw").get(pk=inbound_id)
        row.error = f"{type(error).__name__}: {error}"[:2000]
        if row.attempts >= MAX_ATTEMPTS:
            row.state, row.reason = InboundState.QUARANTINED, "failed"
        row.save(update_fields=["error", "state", "reason"])


def _quarantine(tenant_id: int, inbound_id: int, reason: str, error: str) -> None:
    with tenant_scope(tenant_id):
        InboundMessage.objects.filter(pk=inbound_id).update(
            state=InboundState.QUARANTINED, reason=reason, error=error[:2000]
        )


@shared_task
def poll_mailboxes() -> None:
    """Ask for each mailbox separately, so that a slow server delays only its own."""
    for tenant_id, mailbox_id in open_door("door_mailboxes"):
        poll_mailbox.apply_async((tenant_id, mailbox_id), expires=60, retry=False)


@shared_task(soft_time_limit=240)
def poll_mailbox(tenant_id: int, mailbox_id: int) -> None:
    """Fetch what is new in one mailbox."""
    polling.poll(tenant_id, mailbox_id)
