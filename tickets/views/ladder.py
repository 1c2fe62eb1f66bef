"""The ladder of reminders of a policy: it names queues and colleagues, which the promises' own app does not know."""

from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import Membership
from accounts.pages import posted
from accounts.requests import MemberRequest
from outbox.models import Webhook
from sla.ladder import read, write
from sla.models import Calendar, Policy
from sla.services.editing import edit_policy
from tickets.forms_ladder import Steps, initial_of
from tickets.ladder_words import Names, sentence
from tickets.models import Queue


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def ladder(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the ladder by making the policy's next version."""
    row = get_object_or_404(Policy.objects.exclude(current=None).select_related("current"), pk=pk)
    stored, names = read(row.current.steps), _names()
    steps: Any = Steps(
        posted(request), initial=[initial_of(step) for step in stored], form_kwargs={"names": names}, prefix="step"
    )
    if steps.is_valid():
        rules = {"name": row.name, "is_default": row.is_default, "steps": write(steps.ladder())}
        edit_policy(row, by=request.actor, **rules)
        messages.success(request, _("Saved. It holds for tickets that come in or change from now on."))
        return redirect("tickets:ladder", row.pk)
    # A form that came back stands for itself.
    said = [] if steps.is_bound else [sentence(step, names) for step in stored]
    context = {"policy": row, "steps": steps, "entries": list(zip_longest(steps, said, fillvalue=""))}
    return render(request, "tickets/settings/ladder.html", context, status=422 if steps.is_bound else 200)


def _names() -> Names:
    """What a step may name, in four queries however many steps there are."""
    return {
        "opening": dict(Calendar.objects.exclude(current=None).values_list("pk", "name")),
        "queue": dict(Queue.objects.values_list("pk", "name")),
        "member": {member.pk: member.name for member in Membership.objects.assignable()},
        "webhook": dict(Webhook.objects.values_list("pk", "name")),
    }
