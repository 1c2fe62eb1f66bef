"""The requester's page about a solution: it works, or it is still broken."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor, requester_actor
from accounts.requests import TenantRequest
from core.templatetags.vaste import local_time
from portal import pages
from portal.entries import for_requester
from portal.forms import LinkForm, ReasonForm
from portal.links import Visit, mail_new_confirm_link
from portal.pages import link_page
from tickets.enums import LinkPurpose
from tickets.errors import AlreadyDone, LinkUnusable, TicketClosed, TransitionRefused
from tickets.models import Ticket
from tickets.services import events, lifecycle, links
from tickets.services.aftercare import care_of_tenant, reopen_until


@require_safe
@link_page(LinkPurpose.CONFIRM)
def show(request: TenantRequest, visit: Visit) -> HttpResponse:
    """The solution and the two answers, or what came of them; looking changes nothing."""
    return _page(request, visit)


@require_POST
@link_page(LinkPurpose.CONFIRM)
def works(request: TenantRequest, visit: Visit) -> HttpResponse:
    """It works: the ticket closes."""
    form = LinkForm(request.POST, name="works", link=visit.link)
    if not form.is_valid():
        return _page(request, visit, status=422)
    try:
        with transaction.atomic():
            links.use_form(visit.link, form.cleaned_data["form_token"])
            lifecycle.confirm(visit.ticket, by=_actor(visit))
    except TicketClosed:
        return _page(request, visit, status=409)
    except (AlreadyDone, TransitionRefused) as refusal:
        return _page(request, visit, problem=str(refusal), status=409)
    messages.success(request, _("Thank you. The ticket is closed."))
    return redirect("portal:confirm", visit.token)


@require_POST
@link_page(LinkPurpose.CONFIRM)
def broken(request: TenantRequest, visit: Visit) -> HttpResponse:
    """Still broken: the ticket opens again with the reason, and this link has done its duty."""
    form = ReasonForm(request.POST, name="broken", link=visit.link)
    if not form.is_valid():
        return _page(request, visit, bound=form, status=422)
    try:
        _reject(visit, form)
    except TicketClosed:
        # The page itself says that it is closed or merged, and how to write again.
        return _page(request, visit, status=409)
    except (AlreadyDone, TransitionRefused) as refusal:
        return _page(request, visit, problem=str(refusal), status=409)
    return redirect("portal:confirm", visit.token)


@require_POST
@link_page(LinkPurpose.CONFIRM, dead=True)
def new_link(request: TenantRequest, visit: Visit) -> HttpResponse:
    """A new link to the address on file; the answer is the same whether one was sent or not."""
    mail_new_confirm_link(visit.link)
    return pages.gone(request, visit, asked=True)


@transaction.atomic
def _reject(visit: Visit, form: ReasonForm) -> None:
    """Raises TicketClosed on a ticket that only the desk may open again."""
    ticket = events.locked(visit.ticket, even_closed=True)
    if ticket.is_closed and reopen_until(ticket, care_of_tenant()) is None:
        raise TicketClosed
    links.use_form(visit.link, form.cleaned_data["form_token"])
    lifecycle.reject(ticket, reason=form.cleaned_data["reason"], by=_actor(visit))


def _actor(visit: Visit) -> Actor:
    if visit.link.requester is None:
        raise LinkUnusable
    return requester_actor(visit.link.requester)


def _reopen_until(ticket: Ticket) -> str:
    """Until when the requester may still say that it is broken, once it is closed."""
    until = reopen_until(ticket, care_of_tenant()) if ticket.is_closed else None
    return local_time(until) if until else ""


def _page(
    request: TenantRequest, visit: Visit, *, bound: ReasonForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    ticket = visit.ticket
    if status != 200:
        ticket.refresh_from_db(fields=["status", "status_class", "resolved_at", "merged_into"])
    context = {
        "ticket": ticket,
        "works": LinkForm(name="works", link=visit.link),
        "broken": bound or ReasonForm(name="broken", link=visit.link),
        "problem": problem,
        "solved": local_time(ticket.resolved_at) if ticket.resolved_at else "",
        "entries": for_requester(ticket, visit.token),
        "reopen_until": _reopen_until(ticket),
    }
    return pages.show(request, "portal/confirm.html", visit, context, status=status)
