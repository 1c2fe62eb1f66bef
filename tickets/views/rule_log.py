"""What rules have done, newest first, and how it is taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.actions import BadActions, read, words_of
from tickets.enums import RunState
from tickets.errors import TicketError
from tickets.forms_actions import Names, names_for
from tickets.models import Rule, RuleRun
from tickets.services.ruling import may_take_back, take_back
from tickets.threads import tag

SHOWN = 50
# A key of a row is a bigint.
MOST_DIGITS = 19
TONES = {
    RunState.DONE: ("ok", "check"),
    RunState.REFUSED: ("warn", "alert-circle"),
    RunState.STOPPED: ("bad", "ban"),
    RunState.FAILED: ("bad", "alert-triangle"),
}


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def log(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Of one rule, or of all."""
    rule = get_object_or_404(Rule, pk=pk) if pk else None
    runs = RuleRun.objects.filter(rule=rule) if rule else RuleRun.objects.all()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < MOST_DIGITS:
        runs = runs.filter(pk__lt=int(before))
    found = list(runs.select_related("rule", "ticket").order_by("-pk")[: SHOWN + 1])
    names = names_for(request.membership, away_for(request.membership))
    context = {
        "rule": rule,
        "rows": [_row(request, run, names) for run in found[:SHOWN]],
        "earlier": "?" if before else "",
        "later": f"?before={found[SHOWN - 1].pk}" if len(found) > SHOWN else "",
    }
    return render(request, "tickets/rule_log.html", context)


def _row(request: MemberRequest, run: RuleRun, names: Names) -> dict[str, Any]:
    tone, icon = TONES.get(RunState(run.state), ("mute", "minus"))
    try:
        did = ", ".join(words_of(read(run.actions), names))
    except BadActions:
        did = ""
    return {
        "run": run,
        "number": tag(request.tenant, run.ticket.number),
        "did": run.why or did,
        "state": (tone, icon, RunState(run.state).label),
        "may_take_back": may_take_back(run),
    }


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the ticket what it had before, where nobody has changed it since."""
    run = get_object_or_404(RuleRun.objects.select_related("ticket"), pk=pk)
    try:
        taken = take_back(run, by=request.actor)
    except TicketError as refusal:
        messages.warning(request, str(refusal) or _("What it had before is no longer there."))
    else:
        if taken:
            messages.success(request, _("Taken back"))
        else:
            messages.warning(request, _("The ticket has changed since, so it stays as it is."))
    return redirect(reverse("tickets:rule_log_of", args=[run.rule_id]))
