"""The lists that there are: what each shows, by the name of its address; others can ask for the same tickets."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.access import may
from accounts.away_words import aside, to_stand_in
from accounts.enums import Role
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from accounts.standing_in import covered_by
from tickets.access import get_queue
from tickets.enums import Audience
from tickets.fields import WORKING, condition_of
from tickets.listing import Listing
from tickets.models import Follower, Rule, SavedView, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.navigation import work_of
from tickets.own_lists import parse
from tickets.selection import Selection, UnknownSelection


def every(request: MemberRequest) -> Listing:
    """All that the member may see."""
    tickets = Ticket.objects.visible_to(request.membership)
    return Listing(title=_("All tickets"), empty=_("No ticket is open."), tickets=tickets)


def queue(request: MemberRequest, pk: int) -> Listing:
    """The tickets of one queue that is open to the member; Http404 where it is not."""
    found = get_queue(request, pk)
    return Listing(
        title=found.name,
        empty=_("Nothing waits in this queue."),
        tickets=Ticket.objects.filter(queue=found),
        fixed=("queue",),
        more=_way_on(request),
    )


def unassigned(request: MemberRequest) -> Listing:
    """What nobody has, in all queues open to the member."""
    return Listing(
        title=_("Unassigned"),
        empty=_("Every ticket is in somebody's hands."),
        tickets=Ticket.objects.visible_to(request.membership).unassigned(),
        fixed=("assignee",),
        more=_way_on(request),
    )


def mine(request: MemberRequest) -> Listing:
    """The member's own work and that of whom they stand in for."""
    member, hands = request.membership, work_of(request).hands
    away = away_for(member)
    standing = [
        (to_stand_in(each), hands.get(each.member.pk, 0), reverse("tickets:handover", args=[each.member.pk]))
        for each in covered_by(member.pk, away)
    ]
    own = aside(away[member.pk]) if member.pk in away else ""
    return Listing(
        title=_("Assigned to me"),
        empty=_nothing_of(request),
        tickets=Ticket.objects.on_desk_of(member),
        more={"standing": standing, "own_absence": own} | _way_on(request),
    )


def waiting(request: MemberRequest) -> Listing:
    """What the member has and what waits for nobody else: neither requester nor supplier nor a day that was set."""
    return Listing(
        title=_("Waits for me"),
        empty=_("Nothing waits for you."),
        about=_("Yours, and not waiting for anybody else"),
        tickets=Ticket.objects.on_desk_of(request.membership).filter(status_class__in=WORKING),
        fixed=("status",),
        more=_way_on(request),
    )


def followed(request: MemberRequest) -> Listing:
    """What the member follows, of what they still see."""
    follows = Follower.objects.filter(member=request.membership).values("ticket")
    return Listing(
        title=_("I follow"),
        empty=_("You follow no open ticket."),
        tickets=Ticket.objects.visible_to(request.membership).filter(pk__in=follows),
        more=_way_on(request),
    )


def saved(request: MemberRequest, pk: int) -> Listing:
    """The tickets of a view; Http404 where it is not open to the member."""
    view = get_object_or_404(SavedView.objects.open_to(request.membership), pk=pk)
    return Listing(
        title=view.name,
        empty=_("Nothing in this view."),
        tickets=Ticket.objects.visible_to(request.membership),
        usual=_kept(view),
        more={"view": view, "may_change_view": may_change(request, view)},
    )


def rule_conditions(request: MemberRequest, pk: int) -> Listing:
    """What a rule means, to be chosen; Http404 where there is none, PermissionDenied for whoever keeps no rules."""
    if not request.membership.has_role(Role.ADMIN, Role.LEAD):
        raise PermissionDenied
    rule = get_object_or_404(Rule, pk=pk)
    try:
        usual = parse(rule.query)
    except UnknownSelection:
        usual = Selection()
    return Listing(
        title=_("%(rule)s: for which tickets") % {"rule": rule.name},
        empty=_("No ticket fulfils this now."),
        about=_("Choose by filters. These tickets fulfil them now."),
        tickets=Ticket.objects.visible_to(request.membership),
        usual=usual,
        more={"rule": rule},
    )


def may_change(request: MemberRequest, view: SavedView) -> bool:
    """One's own, and for leads and admins those of others."""
    return view.audience == Audience.MINE or request.membership.has_role(Role.ADMIN, Role.LEAD)


def _kept(view: SavedView) -> Selection:
    """What was kept; nothing special where the product has forgotten what it meant."""
    try:
        return parse(view.query)
    except UnknownSelection:
        return Selection()


def _nothing_of(request: MemberRequest) -> str:
    """Why nothing is assigned to the member. Finance lands here where there is no month end."""
    if request.membership.roles == [Role.FINANCE] and not request.tenant.billing_on:
        return _("Invoicing is not switched on in this workspace. An admin does that in the settings.")
    return _("You have no open tickets.")


def _way_on(request: MemberRequest) -> dict[str, object]:
    """Where somebody finds work whose list is empty: address and words."""
    if request.path != reverse("tickets:mine"):
        return {"elsewhere": (reverse("tickets:mine"), _("Assigned to me"))}
    if may(request.membership, "tickets.create"):
        return {"elsewhere": (reverse("tickets:unassigned"), _("Unassigned"))}
    return {}


LISTS: dict[str, Callable[..., Listing]] = {
    "tickets:every": every,
    "tickets:queue": queue,
    "tickets:unassigned": unassigned,
    "tickets:mine": mine,
    "tickets:waiting": waiting,
    "tickets:followed": followed,
    "tickets:view": saved,
    "tickets:rule_conditions": rule_conditions,
}


def is_list(path: str) -> bool:
    """Whether there is a list at that path."""
    try:
        return resolve(path).view_name in LISTS
    except Resolver404:
        return False


def tickets_at(request: MemberRequest, address: str) -> TicketQuerySet:
    """All that the list at that address shows, on all its pages; raises what `list_at` raises."""
    listing, selection = list_at(request, address)
    return listing.tickets.filter(condition_of(selection, request.membership))


def list_at(request: MemberRequest, address: str) -> tuple[Listing, Selection]:
    """The list at that address, and what is asked of it.

    Raises Http404 where there is no list or it is not open to the member, UnknownSelection for what it cannot show.
    """
    place = urlsplit(address)
    if not is_list(place.path):
        raise Http404
    match = resolve(place.path)
    kwargs: dict[str, Any] = match.kwargs
    listing = LISTS[match.view_name](request, **kwargs)
    return listing, listing.selected(QueryDict(place.query))
