"""Settings of promises that concern tickets: rules, a trial, and present promises for open tickets."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services import audit
from accounts.services.records import keep, remove
from core.later import after_commit
from sla.models import Timer
from tickets.chips import timer_chip
from tickets.enums import UNFINISHED
from tickets.forms_promises import PromiseRuleForm, TrialForm
from tickets.models import PromiseRule, Ticket
from tickets.search import find
from tickets.services.applying import count_behind
from tickets.threads import tag
from tickets.trials import conditions_in_words, try_out

UP = ("sla:policies", gettext_lazy("Promises"))


@require_GET
@role_required(Role.ADMIN)
def rules(request: MemberRequest) -> HttpResponse:
    rows = PromiseRule.objects.select_related("customer", "product", "queue", "policy")
    listing = Listing(
        title=_("Rules for promises"),
        about=_("Asked from the top; the first that fits decides, before contract, queue and default"),
        columns=[_("Name"), _("For tickets with"), _("Promises")],
        lines=[
            Line(reverse("tickets:promise_rule", args=[row.pk]), row.name, [conditions_in_words(row), row.policy.name])
            for row in rows
        ],
        add=(reverse("tickets:promise_rule_add"), _("Add a rule")),
        empty=_("Contract, queue or the promises for all decide. A rule makes an exception."),
        up=(reverse(UP[0]), UP[1]),
        more=[(reverse("tickets:promise_trial"), _("Try it out"))],
    )
    return list_page(request, listing)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def rule(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a rule, or add one."""
    row = get_object_or_404(PromiseRule, pk=pk) if pk else None
    form = PromiseRuleForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved. It decides for tickets that come in from now on."))
        return redirect("tickets:promise_rules")
    title, up = form.initial.get("name") or _("New rule"), ("tickets:promise_rules", _("Rules for promises"))
    return form_page(request, form, title=title, up=up, template="tickets/settings/promise_rule.html", rule=row)


@require_POST
@role_required(Role.ADMIN)
def remove_rule(request: MemberRequest, pk: int) -> HttpResponse:
    remove(get_object_or_404(PromiseRule, pk=pk), by=request.actor)
    messages.success(request, _("The rule is gone. Open tickets keep what they were promised."))
    return redirect("tickets:promise_rules")


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def trial(request: MemberRequest) -> HttpResponse:
    """What a ticket would be promised, and why: one that is there, or one that might come."""
    words = request.GET.get("ticket", "").strip()
    ticket = find(words, tenant=request.tenant, member=request.membership).exact if words else None
    form = TrialForm(request.GET if "priority" in request.GET else None, initial=_begin(ticket))
    context: dict[str, Any] = {"form": form, "words": words, "ticket": ticket, "missing": bool(words and not ticket)}
    if ticket:
        context |= {"number": tag(request.tenant, ticket.number), "timers": _timers(ticket)}
        form = TrialForm(_begin(ticket))
    if form.is_valid():
        data = form.cleaned_data
        context["trial"] = try_out(form.facts(), at=form.at, channel=data["channel"], zone=form.zone)
    status = 422 if form.errors or context["missing"] else 200
    return render(request, "tickets/settings/promise_trial.html", context, status=status)


def _begin(ticket: Ticket | None) -> dict[str, Any]:
    """The facts of a ticket, or of one that comes just now, as the form takes them."""
    if ticket is None:
        return TrialForm.begin()
    names = ("channel", "customer_id", "product_id", "queue_id", "kind", "priority")
    facts = {name.removesuffix("_id"): getattr(ticket, name) or "" for name in names}
    return facts | {"received_at": timezone.localtime(ticket.received_at).strftime("%Y-%m-%dT%H:%M:%S")}


def _timers(ticket: Ticket) -> list[tuple[Timer, Any]]:
    now = timezone.now()
    timers = Timer.objects.of(ticket.pk).order_by("started_at", "metric", "cycle")
    return [(timer, timer_chip(timer, now, over=ticket.is_closed)) for timer in timers]


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def apply(request: MemberRequest) -> HttpResponse:
    """Give open tickets the present promises, in the background; each ticket's log tells of it."""
    if request.method == "POST":
        audit.record("promises.applied", by=request.actor, target="")
        after_commit("tickets.tasks.apply_promises", request.tenant.pk, request.membership.pk)
        messages.success(request, _("Open tickets are given the present promises, one after the other."))
        return redirect("tickets:apply_promises")
    open_tickets = Ticket.objects.filter(status_class__in=UNFINISHED).count()
    context = {"open": open_tickets, "behind": count_behind()}
    return render(request, "tickets/settings/apply_promises.html", context)
