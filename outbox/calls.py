"""From a stored call to one that was made: claim and commit, call, record what came of it."""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.scope import tenant_scope
from core.secrets import SecretUnreadable
from outbox.calling import Outgoing, Result, make
from outbox.enums import CallEvent, CallOutcome, CallState
from outbox.models import WebhookCall
from outbox.recording import backoff

# Longer than a call can take; the worker of one that is still being made then was lost (also in `door_due_calls`).
STALE = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)
# Nobody wants to be called out of bed for what was wrong yesterday.
GIVE_UP_AFTER = timedelta(days=1)


def call_out(tenant_id: int, call_id: int) -> None:
    """Make one call if it is due and no other worker has it; safe to run twice.

    A worker that dies after the receiver's answer leaves the call to be made again, with the same id.
    """
    now = timezone.now()
    claimed = _claim(tenant_id, call_id, now)
    if claimed is None:
        return
    result = make(claimed, now=now)
    with tenant_scope(tenant_id):
        _record(call_id, result, timezone.now())


def _claim(tenant_id: int, call_id: int, now: datetime) -> Outgoing | None:
    with tenant_scope(tenant_id):
        lost = Q(state=CallState.CALLING, claimed_at__lt=now - STALE)
        calls = WebhookCall.objects.filter(lost | Q(state=CallState.QUEUED), pk=call_id, due_at__lte=now)
        if not calls.update(state=CallState.CALLING, claimed_at=now, attempts=F("attempts") + 1):
            return None
        call = WebhookCall.objects.select_related("hook").get(pk=call_id)
        try:
            return Outgoing(call.hook.url, call.hook.secret, call.message_id, call.body)
        except SecretUnreadable:
            # Whoever gives the hook a new secret has the call made again from its page.
            WebhookCall.objects.filter(pk=call_id).update(state=CallState.FAILED, tried_at=now)
            return None


def _record(call_id: int, result: Result, now: datetime) -> None:
    call = WebhookCall.objects.select_for_update().filter(pk=call_id).first()
    if call is None:
        return
    call.outcome, call.status, call.tried_at = result.outcome, result.status, now
    if result.taken:
        call.state = CallState.DONE
    elif result.hopeless or call.event == CallEvent.TEST or now - call.queued_at >= GIVE_UP_AFTER:
        call.state = CallState.FAILED
    else:
        call.state, call.due_at = CallState.QUEUED, now + backoff(call.attempts, LONGEST_WAIT)
        if result.outcome != CallOutcome.ANSWERED:
            _rest(call)
    call.save(update_fields=["state", "outcome", "status", "due_at", "tried_at"])


def _rest(call: WebhookCall) -> None:
    """Let the other calls to a receiver that is away wait as well, so that they hold up no workers one by one."""
    waiting = WebhookCall.objects.filter(hook=call.hook_id, state=CallState.QUEUED).exclude(event=CallEvent.TEST)
    waiting.exclude(pk=call.pk).update(due_at=Greatest("due_at", call.due_at))
