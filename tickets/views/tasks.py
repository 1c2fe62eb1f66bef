"""The small steps of a ticket."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.forms_tasks import TasksForm
from tickets.models import TicketTask
from tickets.services import ticking
from tickets.views.actions import INVALID, attempt
from tickets.views.ticket import render_ticket


@require_POST
@member_required
def add(request: MemberRequest, number: int) -> HttpResponse:
    """Write down steps, one a line."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = TasksForm(request.POST, members=list(Membership.objects.assignable()))
    if not form.is_valid():
        return render_ticket(request, ticket.number, task_form=form, status=INVALID)
    member, due_on = form.chosen_member, form.cleaned_data["due_on"]
    return attempt(
        request, ticket, lambda: ticking.add(ticket, form.lines, member=member, due_on=due_on), task_form=form
    )


def _change(request: MemberRequest, number: int, pk: int, act: Callable[[TicketTask], None]) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    task = get_object_or_404(TicketTask.objects.select_related("ticket"), pk=pk, ticket=ticket)
    return attempt(request, ticket, lambda: act(task))


@require_POST
@member_required
def tick(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Done, or with an empty `done` not after all."""
    done = request.POST.get("done") == "1"
    return _change(request, number, pk, lambda task: ticking.tick(task, done=done, by=request.actor))


@require_POST
@member_required
def lift(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """One place up."""
    return _change(request, number, pk, ticking.lift)


@require_POST
@member_required
def remove(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Strike it out."""
    return _change(request, number, pk, ticking.remove)
