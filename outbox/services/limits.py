"""How often a program may write to one mailbox, so that nobody can have the desk flood a victim."""

from datetime import timedelta

from django.utils import timezone

from outbox.enums import Purpose
from outbox.inboxes import inbox_of
from outbox.models import OutgoingMail

AN_HOUR, A_DAY = 1, 3


def may_answer(address: str, purpose: Purpose) -> bool:
    """Whether the mailbox behind an address may get another mail of this purpose now.

    The caller holds a lock that lets no other of its kind count meanwhile: whoever opens a ticket holds the tenant's
    counter of tickets.
    """
    now = timezone.now()
    lately = OutgoingMail.objects.filter(
        inbox=inbox_of(address), purpose=purpose, queued_at__gt=now - timedelta(days=1)
    )
    sent = lately.order_by("-queued_at").values_list("queued_at", flat=True)[:A_DAY]
    return len(sent) < A_DAY and sum(at > now - timedelta(hours=1) for at in sent) < AN_HOUR
