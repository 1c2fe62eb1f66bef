"""Lists of tickets: a queue, unassigned, my own, and what a search finds."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import may, member_required
from accounts.away_words import aside, to_stand_in
from accounts.enums import Role
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from accounts.standing_in import covered_by
from tickets.access import get_queue
from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.navigation import work_of
from tickets.paging import page_by_deadline
from tickets.rows import rows_of
from tickets.search import NEWEST, find
from tickets.search_words import examples, trouble_words

# A key of a row is a bigint.
MOST_DIGITS = 19
SHOWN = {"open": pgettext_lazy("tickets", "Open"), "finished": gettext_lazy("Finished"), "all": gettext_lazy("All")}


@require_GET
@member_required
def home(request: MemberRequest) -> HttpResponse:
    """Where one lands: the first steps of an empty workspace, what nobody has, or one's own work."""
    if request.membership.has_role(Role.ADMIN) and not Ticket.objects.exists():
        return redirect("first_steps")
    if may(request.membership, "tickets.create"):
        return redirect("tickets:unassigned")
    return redirect("tickets:mine")


def _list(request: MemberRequest, tickets: TicketQuerySet, title: str, empty: str, **more: object) -> HttpResponse:
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "all"
    if shown == "open":
        tickets = tickets.unfinished()
    elif shown == "finished":
        tickets = tickets.finished()
    page = page_by_deadline(tickets.for_list(), request.GET)
    rows = rows_of(page.tickets, request.tenant, away=away_for(request.membership))
    late = sum(row.chip.kind == "late" for row in rows)
    context = {
        "title": title,
        "summary": ngettext("%(count)s late on this page", "%(count)s late on this page", late) % {"count": late}
        if late
        else "",
        "rows": rows,
        "page": page,
        "empty": empty,
        "shown": shown,
        "filters": [(label, f"?show={name}", shown == name) for name, label in SHOWN.items()],
        "may_take": may(request.membership, "tickets.create"),
        "elsewhere": _elsewhere(request),
    }
    return render(request, "tickets/ticket_list.html", context | more)


def _elsewhere(request: MemberRequest) -> tuple[str, str] | None:
    """Where somebody finds work whose list is empty: address and words."""
    if request.path != reverse("tickets:mine"):
        return reverse("tickets:mine"), _("Assigned to me")
    return (reverse("tickets:unassigned"), _("Unassigned")) if may(request.membership, "tickets.create") else None


@require_GET
@member_required
def queue(request: MemberRequest, pk: int) -> HttpResponse:
    """The tickets of one queue that is open to the member."""
    found = get_queue(request, pk)
    return _list(request, Ticket.objects.filter(queue=found), found.name, _("Nothing waits in this queue."))


@require_GET
@member_required
def unassigned(request: MemberRequest) -> HttpResponse:
    """What nobody has, in all queues open to the member."""
    tickets = Ticket.objects.visible_to(request.membership).unassigned()
    return _list(request, tickets, _("Unassigned"), _("Every ticket is in somebody's hands."))


@require_GET
@member_required
def mine(request: MemberRequest) -> HttpResponse:
    """The member's own work and that of whom they stand in for, next deadline first."""
    member, hands = request.membership, work_of(request).hands
    away = away_for(member)
    standing = [
        (to_stand_in(each), hands.get(each.member.pk, 0), reverse("tickets:handover", args=[each.member.pk]))
        for each in covered_by(member.pk, away)
    ]
    own = aside(away[member.pk]) if member.pk in away else ""
    tickets = Ticket.objects.on_desk_of(member)
    title, empty = _("Assigned to me"), _("You have no open tickets.")
    return _list(request, tickets, title, empty, standing=standing, own_absence=own)


@require_GET
@member_required
def search(request: MemberRequest) -> HttpResponse:
    """Find by number, address, words or operators; a number goes straight to its ticket, unless it is being typed."""
    typed, before = request.GET.get("q", "").strip(), request.GET.get("before", "")
    after = int(before) if before.isdecimal() and len(before) < MOST_DIGITS else NEWEST
    found = find(typed, tenant=request.tenant, member=request.membership, before=after)
    typing = bool(getattr(request, "htmx", False))
    if found.exact is not None and not typing:
        return redirect(found.exact)
    tickets = found.tickets if found.exact is None else [found.exact]
    context = {
        "typed": typed,
        "rows": rows_of(tickets, request.tenant, away=away_for(request.membership)),
        "later": "?" + urlencode({"q": typed, "before": found.later}) if found.later else "",
        "first": after == NEWEST,
        "troubles": [trouble_words(trouble) for trouble in found.troubles],
        "examples": examples(),
    }
    return render(request, "tickets/search.html#results" if typing else "tickets/search.html", context)
