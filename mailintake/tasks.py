"""What beat and the doors ask of incoming mail. Each task may be lost or run twice; the rows decide."""

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.db import IntegrityError
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from core.sql import first_row
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.parsing import UnreadableMail
from mailintake.services import polling, silence
from mailintake.services.processing import process_inbound
from mailintake.services.receiving import PRIORITY
from tickets.errors import TicketClosed

logger = logging.getLogger(__name__)
# Seconds that one sweep works, less than beat leaves between two, and how much it asks for at once.
SWEEP_FOR = 4
OF_EACH, AT_ONCE = 5, 50
GRACE = timedelta(seconds=5)
MAX_ATTEMPTS = 3
# A mail that kills its worker is tried again after this long, and no more than MAX_ATTEMPTS times.
RETRY = timedelta(seconds=20)
TIME_LIMIT_SECONDS = 60
# Of the polling worker's sixteen threads, so that dead servers leave the others to those that answer.
FAILING_AT_ONCE = 4


@shared_task(soft_time_limit=SWEEP_FOR + TIME_LIMIT_SECONDS, time_limit=SWEEP_FOR + TIME_LIMIT_SECONDS + 15)
def sweep_inbound() -> None:
    """Place what waits: the broker may have lost its task, or has it behind another tenant's flood.

    Of each tenant some, in turn, so nobody waits for anybody else's mail; whatever is left is the next sweep's.
    """
    end = time.monotonic() + SWEEP_FOR
    while mails := waiting():
        for tenant_id, inbound_id in mails:
            if time.monotonic() > end:
                return
            process(tenant_id, inbound_id)


def waiting() -> list[tuple[int, int]]:
    """(tenant, mail) of what has waited longer than its own task should take: each tenant's first, then the second."""
    return open_door("door_due_inbound", OF_EACH, (timezone.now() - GRACE).isoformat())[:AT_ONCE]


@shared_task(soft_time_limit=TIME_LIMIT_SECONDS, time_limit=TIME_LIMIT_SECONDS + 15)
def process(tenant_id: int, inbound_id: int) -> None:
    """Place one stored mail; its own faults stay its own.

    The try is counted and committed before the mail is touched, so that a mail that kills the process counts too.
    """
    if not _claim(tenant_id, inbound_id):
        return
    try:
        try:
            _place(tenant_id, inbound_id)
        # Somebody was faster: their rows are there now, or they closed or merged the ticket; the second look sees it.
        except (IntegrityError, TicketClosed):
            _place(tenant_id, inbound_id)
    except UnreadableMail as error:
        _quarantine(tenant_id, inbound_id, "unreadable", str(error))
    except Exception as error:  # whatever a mail can do to us must not stop the next one
        logger.exception("mail.not_processed", extra={"tenant_id": tenant_id, "inbound_id": inbound_id})
        _note_failure(tenant_id, inbound_id, error)
    fault_point("after-process-commit")


def _place(tenant_id: int, inbound_id: int) -> None:
    with tenant_scope(tenant_id):
        process_inbound(inbound_id)
        fault_point("after-message-insert")


# A mail that is due is counted, or given up after its last try.
# A mail whose next try lies further ahead than any can was stored before the clock was set back.
CLAIM = """
    UPDATE mailintake_inboundmessage SET
        attempts = least(attempts + 1, %(most)s),
        next_attempt_at = %(now)s + %(retry)s,
        state = CASE WHEN attempts < %(most)s THEN state ELSE %(given_up)s END,
        reason = CASE WHEN attempts < %(most)s THEN reason ELSE 'gave_up' END
    WHERE tenant_id = %(tenant)s AND id = %(mail)s AND state = %(received)s
    AND (next_attempt_at <= %(now)s OR next_attempt_at > %(now)s + %(retry)s)
    RETURNING state = %(received)s
"""


def _claim(tenant_id: int, inbound_id: int) -> bool:
    with tenant_scope(tenant_id):
        claimed = first_row(
            CLAIM,
            tenant=tenant_id,
            mail=inbound_id,
            now=timezone.now(),
            retry=RETRY,
            most=MAX_ATTEMPTS,
            received=InboundState.RECEIVED.value,
            given_up=InboundState.QUARANTINED.value,
        )
    return claimed == (True,)


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
    """Ask for each mailbox that is due, separately, so that a slow server delays only its own."""
    for tenant_id, mailbox_id in open_door("door_due_mailboxes", FAILING_AT_ONCE):
        poll_mailbox.apply_async((tenant_id, mailbox_id), priority=PRIORITY, expires=60, retry=False)


@shared_task
def poll_mailbox(tenant_id: int, mailbox_id: int) -> None:
    """Fetch what is new in one mailbox. Its steps end by themselves: threads know no time limit."""
    polling.poll(tenant_id, mailbox_id)


@shared_task
def tell_silent_mailboxes() -> None:
    """Tell admins of mailboxes that have fallen silent, and of those that are back."""
    for tenant_id in sorted({tenant_id for tenant_id, _ in open_door("door_silent_mailboxes")}):
        silence.tell(tenant_id)
