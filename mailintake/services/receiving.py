"""The first half of the protocol: the raw bytes are committed before anybody is told that we have them."""

from datetime import datetime

from celery import current_app
from django.db import transaction

from core.faults import fault_point
from mailintake.models import InboundMessage, Mailbox

# By name, because tasks stand above services.
PROCESS = "mailintake.tasks.process"
# Behind everything else that the broker holds: a flood of mail must not keep sweeps and replies waiting.
PRIORITY = 6


def store_raw(
    mailbox: Mailbox, *, source: str, raw: bytes, received_at: datetime, sender: str = "", recipient: str = ""
) -> InboundMessage:
    """Keep a mail as it arrived, in the caller's scope; only after its commit may the mail be acknowledged.

    Idempotent per source: the row that is there is returned. `sender` and `recipient` are the envelope's.
    """
    row, new = InboundMessage.objects.get_or_create(
        mailbox=mailbox,
        source=source,
        defaults={
            "raw": raw,
            "size": len(raw),
            "received_at": received_at,
            "envelope_from": sender[:320],
            "envelope_to": recipient[:320],
        },
    )
    fault_point("after-raw-write")
    if new:
        # Robust: where the broker is away, the sweep finds the row. A lambda, because a partial has no name to log.
        transaction.on_commit(lambda: _enqueue(row.tenant_id, row.pk), robust=True)
    return row


def _enqueue(tenant_id: int, inbound_id: int) -> None:
    fault_point("before-enqueue")
    current_app.send_task(PROCESS, (tenant_id, inbound_id), priority=PRIORITY, retry=False)
    fault_point("after-enqueue")
