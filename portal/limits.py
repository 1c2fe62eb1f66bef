"""What one address of the network, one person and one tenant's portal may send in an hour."""

from datetime import timedelta

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import Requester
from accounts.requests import TenantRequest
from tickets.models import Message, Ticket
from tickets.services.conversation import NewFile

ASKED_FROM, TYPED_FROM, WINDOW_SECONDS = 30, 60, 3600
MESSAGES = 60
# Files and kilobytes of one person, and of all of a tenant's.
OWN = {"files": 100, "kilobytes": 200_000}
ALL = {"files": 5_000, "kilobytes": 4_000_000}


def too_many_from(request: TenantRequest, what: str, most: int) -> bool:
    """Count one more of something from the caller's network; whether that was one too many."""
    return _counted(f"{what}:{request.tenant.pk}:{_network(request)}", 1) > most


def _network(request: TenantRequest) -> str:
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return ""


def _counted(what: str, more: int) -> int:
    """How many there are within the hour that the first one began.

    Where the cache is away nobody is held up: what matters most, codes and messages, is counted by its rows.
    """
    key = f"portal:{what}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return int(cache.incr(key, more))
    except (RedisError, ValueError):
        return 0


def takes_files(person: Requester, files: list[NewFile]) -> bool:
    """Count files before they are stored, also of forms that are refused; whether they may be."""
    size = sum(len(file.content) for file in files)
    sent = {"files": len(files), "kilobytes": -(-size // 1000)}
    within = [
        _counted(f"{what}:{person.tenant_id}:{whose}", more) <= most[what]
        for what, more in sent.items()
        for whose, most in ((person.pk, OWN), ("all", ALL))
    ]
    return all(within)


def has_written_enough(person: Requester) -> bool:
    """Whether a person has written so much within the hour that the next has to wait."""
    since = timezone.now() - timedelta(hours=1)
    # What was written within the hour stands on tickets that have moved within it, and those an index finds.
    moved = Ticket.objects.filter(last_activity_at__gt=since).values("pk")
    return Message.objects.filter(requester=person, at__gt=since, ticket__in=moved).count() >= MESSAGES
