"""What a list that lies open learns of its tickets: who is on them, and how many are new or changed.

The page carries a signed token with the numbers that it shows and the position at which they were read, so that no
poll has to find out again what its reader may see; a change of rights makes the token worth nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.requests import MemberRequest
from core import live
from tickets.models import Ticket

HEADER = "X-Vaste-Live"
# A page that has lain open for longer loads itself anew before it learns more.
TOKEN_SECONDS = 10 * 3600
MOST = 99


@dataclass(frozen=True, slots=True)
class Watch:
    """A list at the moment before it is read."""

    member: Membership
    position: str

    def token(self, tickets: Iterable[Ticket]) -> str:
        """What the page gives back when it asks."""
        shown = [ticket.number for ticket in tickets]
        return signing.dumps([self.position, shown], salt=_salt(self.member), compress=True)


def watch(request: MemberRequest) -> Watch:
    """To be asked before the list is read, so that nothing falls between."""
    return Watch(request.membership, live.look(request.tenant.pk).position)


def read_token(token: str, member: Membership) -> tuple[str, list[int]] | None:
    """Position and numbers of a page of this member; None for anything else."""
    try:
        position, shown = signing.loads(token, salt=_salt(member), max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    return position, shown


def _salt(member: Membership) -> str:
    return f"tickets.watching.{member.tenant_id}.{member.pk}"


def asks_what_changed(request: MemberRequest) -> bool:
    """Whether a list is asked by a page that shows it, rather than for a page."""
    return HEADER in request.headers


def what_changed(request: MemberRequest, tickets: "QuerySet[Any]") -> HttpResponse:
    """How many of the list are new or changed since it was read, in words; the list's own conditions decide."""
    known = read_token(request.headers[HEADER], request.membership)
    if known is None:
        return JsonResponse({"words": "", "show": ""})
    position, shown = known
    touched = {int(name) for name in live.touched_since(request.tenant.pk, position) if name.isdecimal()}
    here = set(tickets.filter(number__in=touched).order_by().values_list("number", flat=True)[: MOST + 1])
    count = len(here | (touched & set(shown)))
    words = ngettext("%(count)s new or changed", "%(count)s new or changed", count) % {"count": min(count, MOST)}
    return JsonResponse({"words": words if count else "", "show": _("show")})
