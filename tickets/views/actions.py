"""What is done to one ticket: each a form of its own, each one call into a service."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import member_required
from accounts.away_words import sentence
from accounts.models import Customer, Membership, Product
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.errors import TicketError
from tickets.forms import ComposerForm, FactsForm, HandOverForm, ResolveForm, StatusForm, keep
from tickets.models import Message, Ticket, WorkType
from tickets.navigation import work_of
from tickets.services import assignment, conversation, facts, lifecycle, work
from tickets.services.undoing import Draft, undo_send
from tickets.threads import tag
from tickets.views.ticket import render_ticket

CONFLICT, INVALID = 409, 422


def attempt(request: MemberRequest, ticket: Ticket, act: Callable[[], object], said: str = "") -> HttpResponse:
    """Carry out one service call; what it refuses is said on the page, and nothing is changed."""
    try:
        act()
    except TicketError as refusal:
        return render_ticket(request, get_ticket(request, ticket.number), status=CONFLICT, problem=str(refusal))
    if said:
        messages.success(request, said)
    return redirect(ticket)


@require_POST
@member_required
def write(request: MemberRequest, number: int) -> HttpResponse:
    """Send a reply or keep a note, with the time worked on it."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = ComposerForm(request.POST, request.FILES, work_types=list(WorkType.objects.all()))
    if not form.is_valid():
        return render_ticket(request, ticket, composer=form, status=INVALID)
    try:
        _write(ticket, form, request)
    except TicketError as refusal:
        return render_ticket(request, ticket, composer=form, status=CONFLICT, problem=str(refusal))
    is_note = form.cleaned_data["mode"] == "note"
    messages.success(request, _("Note kept") if is_note else _("The mail leaves in a few seconds"))
    return redirect(ticket)


def _write(ticket: Ticket, form: ComposerForm, request: MemberRequest) -> None:
    """The verb that the pressed button names; a note has only one."""
    data, written, by = form.cleaned_data, form.written(), request.actor
    time = {"minutes": data["minutes"], "work_type": data["work_type"]}
    if data["mode"] == "reply" and "resolve" in request.POST:
        lifecycle.resolve(ticket, solution=written.text, files=written.files, by=by, **time)
        return
    if data["mode"] == "note":
        message = conversation.note(ticket, written, by=by)
    elif "wait" in request.POST:
        message = conversation.ask(ticket, written, by=by)
    else:
        message = conversation.reply(ticket, written, by=by)
    if data["minutes"]:
        work.log(ticket, by=by, at=message.at, **time)


@require_POST
@member_required
def undo(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Take a reply back while its mail has not left; what was typed returns to the composer."""
    ticket = get_ticket(request, number, may="tickets.work")
    message = get_object_or_404(Message, pk=pk, ticket=ticket, member=request.membership)
    try:
        draft = undo_send(message, by=request.actor)
    except TicketError as refusal:
        return render_ticket(request, ticket, status=CONFLICT, problem=str(refusal))
    if draft is None:
        return render_ticket(request, ticket, status=CONFLICT, problem=_("The reply has left already."))
    composer = ComposerForm(work_types=list(WorkType.objects.all()), initial=_as_typed(draft))
    return render_ticket(request, get_ticket(request, number), composer=composer)


def _as_typed(draft: Draft) -> dict[str, Any]:
    work = draft.work
    time = {"minutes": work.minutes, "work_type": work.work_type_id} if work else {}
    return {"mode": "reply", "text": draft.text, "kept": [keep(file) for file in draft.files], **time}


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
    mine = request.membership
    return attempt(
        request, ticket, lambda: assignment.assign(ticket, mine, by=request.actor), _("The ticket is yours")
    )


@require_POST
@member_required
def hand_over(request: MemberRequest, number: int) -> HttpResponse:
    """Give the ticket to a colleague or to a queue."""
    ticket = get_ticket(request, number, may="tickets.work")
    members, queues = list(Membership.objects.assignable()), work_of(request).queues
    form = HandOverForm(request.POST, members=members, queues=queues, away=away_for(request.membership))
    if not form.is_valid():
        return render_ticket(request, ticket, hand_over=form, status=INVALID)
    if form.queue:
        queue = form.queue
        return attempt(request, ticket, lambda: assignment.move(ticket, queue, by=request.actor), _("Moved"))
    return attempt(request, ticket, lambda: _give(request, ticket, form))


def _give(request: MemberRequest, ticket: Ticket, form: HandOverForm) -> None:
    even_away = form.cleaned_data.get("even_away", False)
    given = assignment.assign(ticket, form.member, by=request.actor, even_away=even_away)
    instead = given.instead_of
    messages.success(request, sentence(instead) if instead else _("Handed over, the details go by mail"))


@require_http_methods(["GET", "POST"])
@member_required
def resolve(request: MemberRequest, number: int) -> HttpResponse:
    """Write the solution; it goes to the requester, who is asked whether it works."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = ResolveForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        context = {"ticket": ticket, "form": form, "number": tag(request.tenant, ticket.number)}
        return render(request, "tickets/resolve.html", context, status=200 if request.method == "GET" else INVALID)
    said = _("Resolved, the requester is asked whether it works")
    return attempt(request, ticket, lambda: lifecycle.resolve(ticket, by=request.actor, **form.cleaned_data), said)


@require_POST
@member_required
def close(request: MemberRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    return attempt(request, ticket, lambda: lifecycle.close(ticket, by=request.actor), _("Closed"))


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
        return render_ticket(request, ticket, status_form=form, status=INVALID)
    status, until = form.cleaned_data["status"], form.cleaned_data["until"]
    return attempt(request, ticket, lambda: lifecycle.set_status(ticket, status, by=request.actor, until=until))


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, number: int) -> HttpResponse:
    """Correct the facts."""
    ticket = get_ticket(request, number, may="tickets.work")
    lists: dict[str, Any] = {
        "customers": list(Customer.objects.all()),
        "products": list(Product.objects.prefetch_related("modules")),
    }
    product = f"m{ticket.module_id}" if ticket.module_id else f"p{ticket.product_id}" if ticket.product_id else ""
    initial = {name: getattr(ticket, name) for name in ("title", "priority", "kind")}
    initial |= {"customer": ticket.customer_id, "product": product}
    form = FactsForm(request.POST or None, initial=initial, **lists)
    if request.method == "GET" or not form.is_valid():
        context = {"ticket": ticket, "form": form, "number": tag(request.tenant, ticket.number)}
        return render(request, "tickets/edit.html", context, status=200 if request.method == "GET" else INVALID)
    return attempt(request, ticket, lambda: facts.change(ticket, by=request.actor, **form.facts()), _("Facts changed"))
