"""The list that somebody came from to a ticket, and the ticket that follows there.

An address names the list (`?from=/my/`, a filtered one by a digest), and only a list of this site is believed. In
which order it stood there is kept in the cache for a working day; where that is lost, one goes back to the list.
"""

import hashlib
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from redis.exceptions import RedisError

from accounts.models import Membership
from accounts.requests import MemberRequest
from tickets.models import Ticket

LISTS = frozenset(f"tickets:{name}" for name in ("every", "mine", "waiting", "unassigned", "queue", "view", "drafts"))
# Stands before the digest of an address that is too long to stand in each row.
SHORT = "~"
LONGEST = 2000
KEPT_SECONDS = 10 * 3600


def list_path(path: str) -> str:
    """The path, where it is one of a list of tickets here; otherwise ""."""
    if len(path) > LONGEST or not (path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)):
        return ""
    try:
        return path if resolve(urlsplit(path).path).view_name in LISTS else ""
    except (Resolver404, ValueError):
        return ""


def whence(request: HttpRequest) -> str:
    """The list that the request says its ticket was opened from; "" where it says none."""
    named = request.GET.get("from", "")
    if not named.startswith(SHORT):
        return list_path(named)
    member = getattr(request, "membership", None)
    try:
        return list_path(cache.get(_place(member, named), "")) if member else ""
    except RedisError:
        return ""


def opened_from(request: HttpRequest) -> str:
    """What a list adds to the addresses of its tickets, so that they lead back to it."""
    path = list_path(request.get_full_path())
    if not path:
        return ""
    return "?" + urlencode({"from": _short(path) if request.GET else path}, safe="/~")


def remember(request: MemberRequest, numbers: Iterable[int]) -> None:
    """Keep where a list is and the order in which it has shown its tickets to this member."""
    path = request.get_full_path()
    kept = {_key(request.membership, path): list(numbers), _place(request.membership, _short(path)): path}
    try:
        cache.set_many(kept, KEPT_SECONDS)
    except RedisError:
        return


def follower(member: Membership, path: str, number: int) -> Ticket | None:
    """The next ticket below this one in the list as the member last saw it that is still open to them."""
    try:
        numbers: list[int] = cache.get(_key(member, path), [])
    except RedisError:
        return None
    below = numbers[numbers.index(number) + 1 :] if number in numbers else []
    tickets = Ticket.objects.visible_to(member).unfinished().filter(number__in=below)
    return min(tickets, key=lambda ticket: below.index(ticket.number), default=None)


def _short(path: str) -> str:
    return SHORT + hashlib.sha256(path.encode()).hexdigest()[:6]


def _place(member: Membership, short: str) -> str:
    return f"list-at:{member.tenant_id}:{member.pk}:{short[:12]}"


def _key(member: Membership, path: str) -> str:
    digest = hashlib.sha256(path.encode()).hexdigest()[:32]
    return f"list:{member.tenant_id}:{member.pk}:{digest}"
