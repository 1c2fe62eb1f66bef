"""Following: the list of a visitor's tickets, and the page of one of them with all that they may do there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.services.left import cost_in_words
from core.paging import page_by
from core.templatetags.vaste import local_time
from portal import asking, visitors
from portal.entries import for_visitor
from portal.following import standing
from portal.forms_portal import InviteForm, MessageForm, OnceForm, ReasonForm
from portal.visitors import VisitorRequest, visitor_required
from tickets.enums import StatusClass
from tickets.errors import AlreadyDone, TicketError, TransitionRefused
from tickets.models import Ticket
from tickets.services import conversation, events, inviting, lifecycle
from tickets.services.aftercare import care_of_tenant, closes_at, reopen_until

SIZE = 30
OVER = (StatusClass.CLOSED, StatusClass.MERGED)
Deed = Callable[[Ticket], object]


@require_safe
@visitor_required
def tickets(request: VisitorRequest) -> HttpResponse:
    """One's own by default, what is not over first; the company's for key users; what is over on request."""
    visitor = request.visitor
    wanted = request.GET.get("show", "")
    whole = wanted == "company" and visitor.sees_company
    rows = visitor.tickets if whole else inviting.of_requester(visitor.requester)
    over = wanted == "closed"
    rows = rows.filter(status_class__in=OVER) if over else rows.exclude(status_class__in=OVER)
    related = rows.select_related("tenant", "assignee__user", "requester")
    page = page_by(related, "last_activity_at", request.GET, newest_first=True, size=SIZE)
    care = care_of_tenant()
    context = {
        "rows": [(ticket, standing(ticket, care)) for ticket in page.rows],
        "earlier": page.earlier,
        "later": page.later,
        "tabs": _tabs(request, "company" if whole else "closed" if over else ""),
        "over": over,
        "waiting": [ticket for ticket in page.rows if ticket.status_class == StatusClass.RESOLVED and not whole],
    }
    return visitors.show(request, "portal/tickets.html", context)


def _tabs(request: VisitorRequest, shown: str) -> list[visitors.Place]:
    """The lists that there are for the visitor; the company's for key users only."""
    tabs = [("", _("Mine, open"))]
    if request.visitor.sees_company:
        tabs.append(("company", _("All of %(company)s") % {"company": request.visitor.requester.customer}))
    tabs.append(("closed", _("Closed")))
    here = request.path
    return [visitors.Place(label, f"{here}?show={key}" if key else here, key == shown) for key, label in tabs]


@require_safe
@visitor_required
def ticket(request: VisitorRequest, number: int) -> HttpResponse:
    """The public conversation and what there is to do; looking changes nothing."""
    return _page(request, _get(request, number))


@require_POST
@visitor_required
def write(request: VisitorRequest, number: int) -> HttpResponse:
    """A message, as if it had come by mail."""
    found = _get(request, number)
    form = MessageForm(request.POST, request.FILES, person=request.visitor.requester)
    if not form.is_valid():
        return _page(request, found, message=form, status=422)
    actor = request.visitor.actor

    def deed(row: Ticket) -> object:
        return conversation.receive(row, form.written(), by=actor, at=events.present(row))

    return _do(request, found, form, deed, _("Sent"), message=form)


@require_POST
@visitor_required
def works(request: VisitorRequest, number: int) -> HttpResponse:
    """The solution works: the ticket closes."""
    actor = request.visitor.actor
    return _press(request, number, lambda row: lifecycle.confirm(row, by=actor), _("Thank you. The ticket is closed."))


@require_POST
@visitor_required
def close(request: VisitorRequest, number: int) -> HttpResponse:
    """Nothing is needed any more."""
    actor = request.visitor.actor
    return _press(request, number, lambda row: lifecycle.withdraw(row, by=actor), _("The ticket is closed."))


@require_POST
@visitor_required
def broken(request: VisitorRequest, number: int) -> HttpResponse:
    """Still broken, or broken again within the time in which one may say so."""
    found = _get(request, number)
    form = ReasonForm(request.POST, auto_id="broken-%s")
    if not form.is_valid():
        return _page(request, found, broken=form, status=422)
    actor, reason = request.visitor.actor, form.cleaned_data["reason"]

    def deed(row: Ticket) -> object:
        if row.is_closed and reopen_until(row, care_of_tenant()) is None:
            raise TransitionRefused
        return lifecycle.reject(row, reason=reason, by=actor)

    return _do(request, found, form, deed, _("We are working on it again"), broken=form)


@require_POST
@visitor_required
def invite(request: VisitorRequest, number: int) -> HttpResponse:
    """Bring in a colleague of the same company."""
    found = _get(request, number)
    form = InviteForm(request.POST, auto_id="invite-%s")
    if not form.is_valid():
        return _page(request, found, invite=form, status=422)
    actor, email = request.visitor.actor, form.cleaned_data["email"]
    done = _("%(email)s sees this ticket now") % {"email": email}
    return _do(request, found, form, lambda row: inviting.ask_in(row, email, by=actor), done, invite=form)


def _get(request: VisitorRequest, number: int) -> Ticket:
    """Http404 for whatever the visitor may not know of."""
    rows = request.visitor.tickets.select_related(
        "tenant", "queue__office", "requester", "customer__office", "assignee__user", "product", "merged_into"
    )
    return get_object_or_404(rows, number=number)


def _press(request: VisitorRequest, number: int, deed: Deed, done: str) -> HttpResponse:
    """A form with a button alone."""
    found, form = _get(request, number), OnceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422)
    return _do(request, found, form, deed, done)


def _do(
    request: VisitorRequest, found: Ticket, form: OnceForm, deed: Deed, done: str, **forms: OnceForm
) -> HttpResponse:
    """Use the form up and do it, both or neither; a press that was done before shows what it did."""
    try:
        with transaction.atomic():
            row = events.locked(found, even_closed=True)
            asking.use_once(request.visitor, form.cleaned_data["form_token"], row)
            deed(row)
    except AlreadyDone:
        return redirect("portal:ticket", found.number)
    except TicketError as refusal:
        form.add_error(None, str(refusal))
        found.refresh_from_db()
        return _page(request, _get(request, found.number), problem=str(refusal), status=409, **forms)
    messages.success(request, done)
    return redirect("portal:ticket", found.number)


def _page(
    request: VisitorRequest, found: Ticket, *, problem: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    care = care_of_tenant()
    closes, until = closes_at(found, care), reopen_until(found, care)
    person = request.visitor.requester
    context = {
        "ticket": found,
        "standing": standing(found, care),
        "entries": for_visitor(found, person),
        "participants": [row.requester for row in found.participants.select_related("requester").order_by("pk")],
        "closes": local_time(closes) if closes else "",
        "reopen_until": local_time(until) if until else "",
        "reopen_days": care.reopen_days if care.pk else 0,
        "solved": local_time(found.resolved_at) if found.resolved_at else "",
        "goes_on_as": _goes_on(request, found),
        "costs": _costs(request, found),
        "once": OnceForm(),
        "message": forms.get("message") or MessageForm(person=person),
        "broken": forms.get("broken") or ReasonForm(auto_id="broken-%s"),
        "invite": forms.get("invite") or InviteForm(auto_id="invite-%s"),
        "problem": problem,
    }
    return visitors.show(request, "portal/ticket.html", context, status=status)


def _costs(request: VisitorRequest, found: Ticket) -> list[str]:
    """What it has cost, for key users of the company that pays, where the tenant shows that."""
    visitor = request.visitor
    shown = request.tenant.billing_on and request.portal.shows_costs and visitor.sees_company
    if not shown or found.customer_id != visitor.requester.customer_id:
        return []
    return cost_in_words(found, now=timezone.now())


def _goes_on(request: VisitorRequest, found: Ticket) -> Ticket | None:
    """The ticket that a merged one goes on in, where the visitor may know of it."""
    if not found.is_merged:
        return None
    other: Ticket | None = request.visitor.tickets.select_related("tenant").filter(pk=found.survivor.pk).first()
    return other
