"""What a person can do with a mail in the log: have it read anew, or delete what it says."""

from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from mailintake.services.receiving import PRIORITY, PROCESS

# On a ticket or a second copy of one that is: reading those anew could only do harm.
UNPLACED = (InboundState.QUARANTINED, InboundState.IGNORED, InboundState.TRIAGE)
ERASED = "erased"
# Of one there is nothing left, of the other only the head, which alone would make an empty ticket.
NOT_AGAIN = (ERASED, "too_big")


@transaction.atomic
def read_again(inbound_id: int, *, by: Actor) -> bool:
    """Treat a mail that is on no ticket as if it had just come in; says whether there was one."""
    rows = InboundMessage.objects.filter(pk=inbound_id, state__in=UNPLACED).exclude(reason__in=NOT_AGAIN)
    fresh = {"state": InboundState.RECEIVED, "reason": "", "error": "", "attempts": 0}
    found = bool(rows.update(**fresh, possible_ticket=None, next_attempt_at=timezone.now()))
    if found:
        row = InboundMessage.objects.only("tenant").get(pk=inbound_id)
        audit.record("mail.read_again", by=by, target=inbound_id)
        task = partial(current_app.send_task, PROCESS, (row.tenant_id, row.pk), priority=PRIORITY, retry=False)
        # Robust: where the broker is away, the sweep finds the row.
        transaction.on_commit(task, robust=True)
    return found


@transaction.atomic
def erase(inbound_id: int, *, by: Actor) -> bool:
    """Delete what a mail says and whom it names (GDPR, article 17); says whether there was anything.

    The row stays with its source and its fingerprint, neither of which tells anything, so that the same mail cannot
    come in again from a mailbox that still has it. What it brought to a ticket is deleted there.
    """
    rows = InboundMessage.objects.filter(pk=inbound_id).exclude(state=InboundState.RECEIVED).exclude(reason=ERASED)
    row = rows.defer("raw").select_for_update().first()
    if row is None:
        return False
    row.raw = b""
    row.subject = row.from_name = row.from_email = row.excerpt = row.error = row.message_id = ""
    row.envelope_from = row.envelope_to = ""
    row.reason = ERASED
    if row.state != InboundState.LINKED:
        row.state = InboundState.IGNORED
    row.save()
    audit.record("mail.erased", by=by, target=inbound_id)
    return True
