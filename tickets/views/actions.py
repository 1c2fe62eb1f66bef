"""What is done to one ticket: each a form of its own, each one call into a service."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import member_required
from accounts.away_words import sentence
from accounts.models import Customer, Membership, Product
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.errors import FactsDiffer, FieldsMissing, Overtaken, TicketError
from tickets.forms import FactsForm, HandOverForm, ResolveForm, StatusForm
from tickets.forms_own import Asked
from tickets.models import Ticket, TicketTask
from tickets.navigation import work_of
from tickets.process import process
from tickets.requirements import Stage
from tickets.services import assignment, facts, lifecycle
from tickets.services.events import log_position
from tickets.services.own_fields import values_of
from tickets.stories import Difference, facts_in_words
from tickets.threads import tag
from tickets.views.ticket import position_seen, render_ticket, timeline
from tickets.whence import whence

CONFLICT, INVALID = 409, 422


def attempt(
    request: MemberRequest, ticket: Ticket, act: Callable[[], object], said: str = "", **forms: Any
) -> HttpResponse:
    """Carry out one service call; what it refuses is said on the page with the forms as they were, nothing changed."""
    try:
        act()
    except TicketError as refusal:
        return refused(request, ticket, refusal, **forms)
    if said:
        messages.success(request, said)
    return redirect(back_to(request, ticket))


def refused(request: MemberRequest, ticket: Ticket, refusal: TicketError, **forms: Any) -> HttpResponse:
    """The ticket's page as it is now, with why, and with what others have done where that is why."""
    since = refusal.seen if isinstance(refusal, Overtaken) else None
    problem = problem_of(ticket.number, refusal)
    return render_ticket(request, ticket.number, status=CONFLICT, problem=problem, since=since, **forms)


def problem_of(number: int, refusal: TicketError) -> str:
    """Why something was refused, with the way to where that is mended."""
    if not isinstance(refusal, FieldsMissing):
        return str(refusal)
    url = reverse("tickets:edit", args=[number])
    return format_html('{} <a href="{}">{}</a>', str(refusal), url, _("Fill them in"))


def back_to(request: MemberRequest, ticket: Ticket) -> str:
    """The ticket's page, which still knows the list that it was opened from."""
    path = whence(request)
    return f"{ticket.get_absolute_url()}?from={quote(path)}" if path else ticket.get_absolute_url()


@require_POST
@member_required
def start(request: MemberRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    return attempt(request, ticket, lambda: lifecycle.start(ticket, by=request.actor), _("Investigation started"))


@require_POST
@member_required
def take(request: MemberRequest, number: int) -> HttpResponse:
    """Give the ticket to oneself."""
    ticket = get_ticket(request, number, may="tickets.work")
    mine, seen = request.membership, position_seen(request)
    return attempt(
        request, ticket, lambda: assignment.assign(ticket, mine, by=request.actor, seen=seen), _("The ticket is yours")
    )


@require_POST
@member_required
def hand_over(request: MemberRequest, number: int) -> HttpResponse:
    """Give the ticket to a colleague or to a queue."""
    ticket = get_ticket(request, number, may="tickets.work")
    members, queues = list(Membership.objects.assignable()), work_of(request).queues
    form = HandOverForm(request.POST, members=members, queues=queues, away=away_for(request.membership))
    if not form.is_valid():
        return render_ticket(request, ticket.number, hand_over=form, status=INVALID)
    if form.queue:
        queue, seen = form.queue, position_seen(request)

        def move() -> None:
            assignment.move(ticket, queue, by=request.actor, seen=seen)

        return attempt(request, ticket, move, _("Moved"), hand_over=form)
    return attempt(request, ticket, lambda: _give(request, ticket, form), hand_over=form)


def _give(request: MemberRequest, ticket: Ticket, form: HandOverForm) -> None:
    even_away = form.cleaned_data.get("even_away", False)
    seen = position_seen(request)
    given = assignment.assign(ticket, form.member, by=request.actor, even_away=even_away, seen=seen)
    instead = given.instead_of
    messages.success(request, sentence(instead) if instead else _("Handed over, the details go by mail"))


@require_http_methods(["GET", "POST"])
@member_required
def resolve(request: MemberRequest, number: int) -> HttpResponse:
    """Write the solution; it goes to the requester, who is asked whether it works."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = ResolveForm(request.POST or None, own=_asked(request, ticket, Stage.RESOLVED))
    if request.method == "GET" or not form.is_valid():
        return _resolve_page(request, ticket, form, status=200 if request.method == "GET" else INVALID)
    seen = position_seen(request)
    try:
        lifecycle.resolve(ticket, by=request.actor, seen=seen, **form.solving)
    except Overtaken:
        return _resolve_page(request, ticket, form, status=CONFLICT, since=seen)
    except TicketError as refusal:
        return refused(request, ticket, refusal)
    messages.success(request, _("Resolved, the requester is asked whether it works"))
    return redirect(back_to(request, ticket))


def _resolve_page(
    request: MemberRequest, ticket: Ticket, form: ResolveForm, *, status: int, since: int | None = None
) -> HttpResponse:
    """The form, knowing what its writer has seen; `since` is the position after which others have written."""
    told, before = timeline(ticket, since=since, reader=request.membership.pk), position_seen(request)
    # Whoever comes from the ticket's page has read as far as that page.
    seen = before if before is not None and since is None else told.position
    context = {"ticket": ticket, "form": form, "number": tag(request.tenant, ticket.number)}
    left = TicketTask.objects.filter(ticket=ticket, done_at=None).count()
    context |= {"news": told.news, "tasks_left": left, "seen": seen, "whence": whence(request)}
    return render(request, "tickets/resolve.html", context, status=status)


@require_POST
@member_required
def close(request: MemberRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    seen = position_seen(request)
    return attempt(request, ticket, lambda: lifecycle.close(ticket, by=request.actor, seen=seen), _("Closed"))


@require_POST
@member_required
def restored(request: MemberRequest, number: int) -> HttpResponse:
    """Note that the service works again, while the fault is still to be solved."""
    ticket = get_ticket(request, number, may="tickets.work")
    return attempt(request, ticket, lambda: lifecycle.restored(ticket, by=request.actor), _("Noted: it works again"))


@require_POST
@member_required
def reopen(request: MemberRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.reopen")
    return attempt(request, ticket, lambda: lifecycle.reopen(ticket, by=request.actor), _("Open again"))


@require_POST
@member_required
def set_status(request: MemberRequest, number: int) -> HttpResponse:
    """Choose one of the working statuses."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = StatusForm(request.POST)
    if not form.is_valid():
        return render_ticket(request, ticket.number, status_form=form, status=INVALID)
    status, until, seen = form.cleaned_data["status"], form.cleaned_data["until"], position_seen(request)
    return attempt(
        request, ticket, lambda: lifecycle.set_status(ticket, status, by=request.actor, until=until, seen=seen)
    )


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, number: int) -> HttpResponse:
    """Correct the facts."""
    position = log_position(get_ticket(request, number, may="tickets.work"))
    # Read after its log: what changes in between is shown, but not counted as seen.
    ticket, before = get_ticket(request, number), position_seen(request)
    form = _facts_form(request, ticket)
    if request.method == "GET":
        return _facts_page(request, ticket, form, seen=position)
    if not form.is_valid():
        return _facts_page(request, ticket, form, seen=before or position, status=INVALID)
    try:
        facts.change(ticket, by=request.actor, seen=before, own=form.own, **form.facts())
    except FactsDiffer as refusal:
        names = {"product" if name == "module" else name for name in refusal.fields}
        again = _facts_form(request, ticket, again={name: form[name].value() for name in names})
        both = facts_in_words(refusal.fields)
        return _facts_page(request, ticket, again, seen=position, status=CONFLICT, both=both)
    except TicketError as refusal:
        return refused(request, ticket, refusal)
    messages.success(request, _("Facts changed"))
    return redirect(back_to(request, ticket))


def _facts_form(request: MemberRequest, ticket: Ticket, *, again: dict[str, Any] | None = None) -> FactsForm:
    """The form as it was posted, or with the ticket's facts and, `again`, the values that its writer wanted."""
    lists: dict[str, Any] = {
        "customers": list(Customer.objects.all()),
        "products": list(Product.objects.prefetch_related("modules")),
        "own": _asked(request, ticket),
    }
    posted = None if again else request.POST or None
    return FactsForm(posted, initial=_facts_now(ticket) | (again or {}), **lists)


def _asked(request: MemberRequest, ticket: Ticket, stage: Stage | None = None) -> Asked:
    """What the team wants to know of the ticket; at a stage, only what that one waits for."""
    own, roles = process(), frozenset(request.membership.roles)
    now = values_of(ticket, own)
    return Asked(process=own, now=now, stage=stage, roles=roles, kind=ticket.kind, few=stage is not None)


def _facts_now(ticket: Ticket) -> dict[str, Any]:
    product = f"m{ticket.module_id}" if ticket.module_id else f"p{ticket.product_id}" if ticket.product_id else ""
    now = {name: getattr(ticket, name) for name in ("title", "priority", "kind")}
    return now | {"customer": ticket.customer_id, "product": product}


def _facts_page(
    request: MemberRequest,
    ticket: Ticket,
    form: FactsForm,
    *,
    seen: int,
    status: int = 200,
    both: Sequence[Difference] = (),
) -> HttpResponse:
    """The form with the log position that its writer has seen; `both` are facts that others have changed too."""
    context = {"ticket": ticket, "form": form, "number": tag(request.tenant, ticket.number)}
    context |= {"both": both, "seen": seen, "whence": whence(request)}
    return render(request, "tickets/edit.html", context, status=status)
