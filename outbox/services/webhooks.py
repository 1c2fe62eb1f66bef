"""Webhooks as an admin keeps them, and calls as others queue them."""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import audit
from accounts.services.people import tell_admins
from accounts.services.records import keep, remove
from core.later import after_commit
from outbox.calling import new_secret
from outbox.enums import CallEvent, CallState
from outbox.models import Webhook, WebhookCall

SETTLED = (CallState.DONE, CallState.FAILED)


@transaction.atomic
def save_hook(hook: Webhook, *, changed: Sequence[str], by: Actor) -> str:
    """Save a webhook; returns the secret of a new one, which is shown once, and "" for one that has its own.

    What tickets are called leaves by it, so all admins hear of it.
    """
    secret = "" if hook.sealed_secret else new_secret()
    if secret:
        hook.secret = secret
    keep(hook, by=by, changed=changed)
    if changed:
        _tell(hook, by)
    return secret


@transaction.atomic
def remove_hook(hook: Webhook, *, by: Actor) -> None:
    """Call it no more; what was called is forgotten with it."""
    remove(hook, by=by)


def _tell(hook: Webhook, by: Actor) -> None:
    def compose(admin: Membership) -> tuple[str, str]:
        values = {"name": by.name, "desk": admin.tenant.name, "hook": hook.name, "url": hook.url}
        return (
            _("A webhook of %(desk)s calls a new address") % values,
            _(
                "%(name)s has set where the webhook “%(hook)s” calls: %(url)s. It is told the numbers and titles of "
                "tickets.\n\nIf this is wrong, look at the settings and at who is an admin."
            )
            % values,
        )

    tell_admins(compose)


@transaction.atomic
def change_secret(hook: Webhook, *, by: Actor) -> str:
    """Give it another secret, which is shown once; calls are signed with it from now on."""
    secret = new_secret()
    hook.secret = secret
    hook.save(update_fields=["sealed_secret"])
    audit.record("webhook.secret_changed", by=by, target=hook)
    return secret


@transaction.atomic
def queue_call(hook: Webhook, event: CallEvent, data: dict[str, Any], *, key: str, about: str = "") -> WebhookCall:
    """Write a call in the caller's transaction; it is made after commit. The same key again is the same call.

    `data` holds plain JSON values.
    """
    if known := WebhookCall.objects.filter(key=key).first():
        return known
    now = timezone.now()
    body = {"type": event.value, "timestamp": now.isoformat(timespec="seconds"), "data": data}
    row = WebhookCall.objects.create(
        hook=hook,
        key=key,
        event=event,
        about=about,
        message_id=f"msg_{secrets.token_hex(16)}",
        body=json.dumps(body, ensure_ascii=False),
        queued_at=now,
        due_at=now,
    )
    _call_after_commit(row)
    return row


def try_out(hook: Webhook) -> WebhookCall:
    """A call of which nothing follows, made once."""
    return queue_call(hook, CallEvent.TEST, {"name": hook.name}, key=f"test:{secrets.token_hex(16)}")


@transaction.atomic
def call_again(row: WebhookCall) -> bool:
    """Make a call again that was taken or given up, with the same id; says whether it was either."""
    now = timezone.now()
    settled = WebhookCall.objects.filter(pk=row.pk, state__in=SETTLED)
    again = settled.update(state=CallState.QUEUED, attempts=0, queued_at=now, due_at=now)
    if again:
        _call_after_commit(row)
    return bool(again)


def _call_after_commit(row: WebhookCall) -> None:
    after_commit("outbox.tasks.call", row.tenant_id, row.pk)
