"""The handover of a colleague: open tickets with what was done and what comes next, to be read in five minutes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import check, member_required
from accounts.away_words import aside
from accounts.models import Absence, Membership
from accounts.models.absences import away_for, covered_ids
from accounts.pages import posted
from accounts.requests import MemberRequest
from tickets.chips import next_promise_chip, status_look
from tickets.errors import TicketClosed
from tickets.handover_forms import NextStepsForm
from tickets.models import Ticket
from tickets.services import handover as service
from tickets.threads import tag


@require_GET
@member_required
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """What is open, what was done, what comes next, and who has begun already."""
    member = _colleague(request, pk)
    tickets, absence = _held(member), _absence(member)
    begun = absence if absence and absence.begins_at <= timezone.now() else None
    told = service.tell(tickets, since=begun.begins_at if begun else None, without=member)
    heads = [(_head(request, one.ticket), one) for one in told]
    return _page(request, "tickets/handover.html", member, absence, told=heads)


@require_http_methods(["GET", "POST"])
@member_required
def write(request: MemberRequest, pk: int) -> HttpResponse:
    """Write the next step of each open ticket."""
    member = _colleague(request, pk)
    tickets = _held(member)
    form = NextStepsForm(posted(request), tickets=tickets)
    if form.is_valid():
        _keep(form, request)
        messages.success(request, _("Saved"))
        return redirect("tickets:handover", pk)
    rows = [(_head(request, ticket), ticket, form[f"step-{ticket.pk}"]) for ticket in tickets]
    status = 422 if form.errors else 200
    return _page(request, "tickets/handover_write.html", member, _absence(member), form=form, rows=rows, status=status)


def _keep(form: NextStepsForm, request: MemberRequest) -> None:
    """Only what was changed on the page, so that nobody writes over what a colleague has written meanwhile."""
    for ticket, text in form.changed_steps():
        try:
            service.set_next_step(ticket, text, by=request.actor)
        except TicketClosed:
            messages.warning(request, _("%(number)s has been closed") % {"number": tag(request.tenant, ticket.number)})


def _colleague(request: MemberRequest, pk: int) -> Membership:
    """Whose handover it is.

    Raises Http404 outside the tenant, PermissionDenied for whoever does not stand in for them.
    """
    member = get_object_or_404(Membership.objects.select_related("user", "office"), pk=pk)
    check(request.membership, "tickets.handover", member)
    return member


def _held(member: Membership) -> list[Ticket]:
    return list(service.held_by(member)[: service.MOST])


def _absence(member: Membership) -> Absence | None:
    """The absence in force, or the next one."""
    rows = Absence.objects.not_over().filter(member=member).select_related("member__office", "substitute__user")
    return rows.order_by("starts_on").first()


def _head(request: MemberRequest, ticket: Ticket) -> dict[str, object]:
    """What the page says of a ticket before anything else."""
    return {
        "number": tag(request.tenant, ticket.number),
        "status": status_look(ticket),
        "chip": next_promise_chip(ticket),
    }


def _up(request: MemberRequest, member: Membership) -> tuple[str, str]:
    """Where one comes from: one's own absences, the work of whoever stands in, or the absences that leads arrange."""
    if member.pk == request.membership.pk:
        return reverse("accounts:my_absences"), _("My absences")
    if member.pk in covered_ids(request.membership):
        return reverse("tickets:mine"), _("Assigned to me")
    return reverse("accounts:absences"), _("Absences")


def _page(  # what both pages say above their tickets
    request: MemberRequest,
    template: str,
    member: Membership,
    absence: Absence | None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    away = away_for(request.membership).get(member.pk)
    context = {
        "member": member,
        "absence": absence,
        "away": aside(away) if away else "",
        "up": _up(request, member),
        "now": timezone.now(),
    }
    return render(request, template, context | more, status=status)
