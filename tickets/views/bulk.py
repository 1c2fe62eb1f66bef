"""One act on many tickets: choose what, look at what it will change, do it, and take it back if it was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import member_required
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from core.later import after_commit
from tickets.enums import BulkKind, BulkState
from tickets.forms_bulk import BulkForm
from tickets.listings import tickets_at
from tickets.models import BulkAction, Macro, Ticket
from tickets.selection import UnknownSelection
from tickets.services import bulk
from tickets.services.responses import plan_macro
from tickets.threads import tag

# So many are done before the page comes back; a worker does the others.
AT_ONCE = 10
SHOWN = 12
TAGS = (BulkKind.TAG, BulkKind.UNTAG)
KINDS = {kind.value: kind for kind in BulkKind}


@dataclass(frozen=True, slots=True)
class Affected:
    """A ticket as the preview shows it."""

    number: str
    title: str
    url: str
    now: str


def chosen(request: MemberRequest) -> list[Ticket]:
    """The ticked tickets that the member may see, or all that the list shows, at most bulk.MOST."""
    tickets = Ticket.objects.visible_to(request.membership).for_list()
    if "all" in request.POST:
        try:
            shown = tickets_at(request, back_of(request))
        except UnknownSelection as error:
            raise BadRequest(str(error)) from error
        return list(tickets.filter(pk__in=shown.values("pk")).by_next_deadline()[: bulk.MOST])
    ids = [int(pk) for pk in request.POST.getlist("ticket")[: bulk.MOST] if pk.isdecimal() and len(pk) < 19]
    return list(tickets.filter(pk__in=ids).by_next_deadline())


def _kind(request: MemberRequest) -> BulkKind:
    kind = KINDS.get(request.POST.get("what", ""))
    if kind is None:
        raise BadRequest("what")
    return kind


def _nothing(request: MemberRequest) -> HttpResponse:
    messages.info(request, _("No ticket was ticked."))
    return redirect(back_of(request))


@require_POST
@member_required
def start(request: MemberRequest) -> HttpResponse:
    """Ask what the ticked tickets are to get; nothing is changed. Taking them needs no question."""
    tickets, me = chosen(request), request.membership
    if not tickets:
        return _nothing(request)
    if "take" in request.POST:
        return _run(request, bulk.plan(tickets, BulkKind.ASSIGN, value=str(me.pk), words=me.name, member=me))
    kind = _kind(request)
    return _ask(request, kind, tickets, BulkForm(kind=kind, member=me, away=away_for(me)))


def _ask(request: MemberRequest, kind: BulkKind, tickets: Sequence[Ticket], form: BulkForm) -> HttpResponse:
    open_ones = [ticket for ticket in tickets if kind in TAGS or not ticket.is_finished]
    context = {
        "kind": kind,
        "form": form,
        "count": len(open_ones),
        "finished": len(tickets) - len(open_ones),
        "tickets": open_ones,
        "affected": [
            Affected(tag(request.tenant, ticket.number), ticket.title, ticket.get_absolute_url(), form.now_of(ticket))
            for ticket in open_ones[:SHOWN]
        ],
        "hidden_ones": max(0, len(open_ones) - SHOWN),
        "back": back_of(request),
    }
    return render(request, "tickets/bulk_ask.html", context, status=422 if form.errors else 200)


@require_POST
@member_required
def do(request: MemberRequest) -> HttpResponse:
    """Do it: a few at once, the rest in the background."""
    tickets, member = chosen(request), request.membership
    if not tickets:
        return _nothing(request)
    kind = _kind(request)
    form = BulkForm(request.POST, kind=kind, member=member, away=away_for(member))
    if not form.is_valid():
        return _ask(request, kind, tickets, form)
    notify = form.cleaned_data.get("notify", False)
    if kind == BulkKind.MACRO:
        macro = get_object_or_404(Macro.objects.open_to(member).for_many(), pk=form.value)
        return _run(request, plan_macro(macro, tickets, member, notify=notify))
    return _run(request, bulk.plan(tickets, kind, value=form.value, words=form.words, member=member, notify=notify))


def _run(request: MemberRequest, action: BulkAction) -> HttpResponse:
    left = bulk.step(action, most=AT_ONCE)
    if left:
        after_commit("tickets.tasks.run_bulk", request.tenant.pk, action.pk)
    page = f"{reverse('tickets:bulk_result', args=[action.pk])}?back={back_of(request)}"
    counts = _counts(action)
    if left or counts[BulkState.REFUSED]:
        return redirect(page)
    done = counts[BulkState.DONE]
    said = ngettext("%(count)s ticket changed", "%(count)s tickets changed", done) % {"count": done}
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, page, _("Take back")) if done else said)
    return redirect(back_of(request))


def _counts(action: BulkAction) -> dict[str, int]:
    counted = dict(action.items.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in BulkState.values}


@require_GET
@member_required
def result(request: MemberRequest, pk: int) -> HttpResponse:
    """How far it has come, and what was left as it was and why."""
    action = get_object_or_404(BulkAction, pk=pk, member=request.membership)
    counts = _counts(action)
    problems = action.items.filter(Q(state=BulkState.REFUSED) | Q(state=BulkState.KEPT)).select_related("ticket")
    context = {
        "action": action,
        "label": BulkKind(action.kind).label,
        "counts": [(BulkState(state).label, count) for state, count in counts.items() if count],
        "problems": [
            (tag(request.tenant, item.ticket.number), item.ticket, item.why or BulkState(item.state).label)
            for item in problems[:50]
        ],
        "running": action.finished_at is None,
        "may_undo": bool(counts[BulkState.DONE]) and bulk.may_undo(action),
        "back": _safe(request.GET.get("back", "")),
    }
    return render(request, "tickets/bulk_result.html#state" if request.htmx else "tickets/bulk_result.html", context)


@require_POST
@member_required
def take_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Give each ticket what it had, where nobody has changed it since."""
    action = get_object_or_404(BulkAction, pk=pk, member=request.membership)
    if not bulk.undo(action):
        messages.warning(request, _("This can no longer be taken back."))
        return redirect(f"{reverse('tickets:bulk_result', args=[pk])}?back={back_of(request)}")
    action.refresh_from_db()
    if bulk.step(action, most=AT_ONCE):
        after_commit("tickets.tasks.run_bulk", request.tenant.pk, pk)
    return redirect(f"{reverse('tickets:bulk_result', args=[pk])}?back={back_of(request)}")


def back_of(request: MemberRequest) -> str:
    """The list one came from: a path of this site, or one's own work."""
    return _safe(request.POST.get("back", ""))


def _safe(path: str) -> str:
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe else reverse("tickets:mine")
