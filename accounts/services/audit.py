"""The audit log of sensitive acts."""

from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import AuditEntry


def record(action: str, *, by: Actor, target: object = "", **data: Any) -> AuditEntry:
    """Add an entry in the caller's transaction, so that act and entry stand or fall together.

    `data` holds plain JSON values and never secrets.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_kind=by.kind,
        member_id=by.membership_id,
        actor_name=by.name,
        action=action,
        target=str(target)[:120],
        data=data,
    )
