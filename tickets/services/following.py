"""Following tickets."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from core import live
from tickets.enums import NewsKind, NoticeEnd
from tickets.models import Follower, Notice, Ticket

# News that only followers hear.
FOLLOWERS_ONLY = (NewsKind.FOLLOWED, NewsKind.NOTED)


def follow(ticket: Ticket, members: Iterable[int]) -> None:
    """From now on the members, given by their ids, follow the ticket, which they see. Idempotent."""
    rows = [Follower(ticket=ticket, member_id=pk) for pk in members]
    Follower.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        live.touch(ticket.tenant_id, str(ticket.number))


@transaction.atomic
def unfollow(ticket: Ticket, member: Membership) -> None:
    """The member follows no more, and is not told what they would have heard as a follower. Idempotent."""
    Follower.objects.filter(ticket=ticket, member=member).delete()
    waiting = Notice.objects.filter(ticket=ticket, member=member, kind__in=FOLLOWERS_ONLY, settled_at=None)
    waiting.update(settled_at=timezone.now(), end=NoticeEnd.WITHDRAWN)
    live.touch(ticket.tenant_id, str(ticket.number))
