"""What one address of the network, and one person, may send in an hour."""

from datetime import timedelta

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import Requester
from accounts.requests import TenantRequest
from tickets.models import Attachment, Message, Ticket
from tickets.services.conversation import NewFile

ASKED_FROM, TYPED_FROM, WINDOW_SECONDS = 30, 60, 3600
MESSAGES, FILES, BYTES = 60, 100, 200 * 2**20


def too_many_from(request: TenantRequest, what: str, most: int) -> bool:
    """Count one more of something from the caller's network; whether that was one too many.

    Where the cache is away nobody is held up: codes are limited by their own rows as well.
    """
    key = f"portal:{what}:{request.tenant.pk}:{_network(request)}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return bool(cache.incr(key) > most)
    except (RedisError, ValueError):
        return False


def _network(request: TenantRequest) -> str:
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return ""


def has_sent_enough(person: Requester, files: list[NewFile]) -> bool:
    """Whether a person has written or attached so much within the hour that this has to wait."""
    since = timezone.now() - timedelta(hours=1)
    # What was written within the hour stands on tickets that have moved within it, and those an index finds.
    moved = Ticket.objects.filter(last_activity_at__gt=since).values("pk")
    if Message.objects.filter(requester=person, at__gt=since, ticket__in=moved).count() >= MESSAGES:
        return True
    if not files:
        return False
    sent = Attachment.objects.filter(message__requester=person, message__at__gt=since, ticket__in=moved)
    told = sent.aggregate(count=Count("pk"), size=Sum("size"))
    size = (told["size"] or 0) + sum(len(file.content) for file in files)
    return bool(told["count"] + len(files) > FILES or size > BYTES)
