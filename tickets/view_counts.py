"""The saved views of the menu with their counts, asked for once in a while and not on every page."""

from dataclasses import dataclass

from django.core.cache import cache

from accounts.models import Membership
from tickets.fields import condition_of
from tickets.models import SavedView, Ticket
from tickets.own_lists import parse
from tickets.selection import UnknownSelection

SECONDS = 30
IN_MENU = 7
# One more than is ever told.
CAP = 1000


@dataclass(frozen=True, slots=True)
class ViewCount:
    pk: int
    name: str
    count: int


def views_of(member: Membership) -> list[ViewCount]:
    """The first views of the member's menu; counted at most twice a minute, up to CAP tickets each."""
    found: list[ViewCount] | None = cache.get(_key(member))
    if found is None:
        views = SavedView.objects.open_to(member).filter(in_menu=True)[:IN_MENU]
        found = [ViewCount(view.pk, view.name, _count(view, member)) for view in views]
        cache.set(_key(member), found, SECONDS)
    return found


def forget(member: Membership) -> None:
    """Count anew at once, for whoever has changed a view."""
    cache.delete(_key(member))


def _count(view: SavedView, member: Membership) -> int:
    try:
        condition = condition_of(parse(view.query), member)
    except UnknownSelection:
        return 0
    return Ticket.objects.visible_to(member).filter(condition).order_by()[:CAP].count()


def _key(member: Membership) -> str:
    return f"views:{member.tenant_id}:{member.pk}"
