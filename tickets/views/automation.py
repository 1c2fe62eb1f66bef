"""Rules: their list, one with its conditions, what it would do, and whether it is on."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import Membership
from accounts.models.absences import away_for
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import remove as remove_row
from tickets import listings
from tickets.automation_words import condition_words, then_words, troubles_of, when_words
from tickets.forms_actions import Names, names_for
from tickets.forms_automation import RuleForm
from tickets.listing import show
from tickets.models import Rule, Ticket
from tickets.models.views import LONGEST
from tickets.own_lists import read
from tickets.selection import UnknownSelection
from tickets.services import ruling
from tickets.services.rule_conditions import selection_of
from tickets.services.rule_trials import DAYS, Trial, try_out
from tickets.threads import tag
from tickets.wording import NAMES

UP = "tickets:rules"


def _names(member: Membership) -> Names:
    return names_for(member, away_for(member))


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def rules(request: MemberRequest) -> HttpResponse:
    names = _names(request.membership)
    listing = Listing(
        title=_("Rules"),
        about=_("What happens by itself: when, for which tickets, and what then. They run in this order."),
        columns=[_("Name"), _("When"), _("What then"), _("State")],
        lines=[_line(row, names, request.membership) for row in Rule.objects.all()],
        add=(reverse("tickets:rule_add"), _("Add a rule")),
        more=[(reverse("tickets:rule_log"), _("What rules did"))],
        empty=_("Such as: when a ticket of Paperi Oy is opened, it goes to their named expert."),
    )
    return list_page(request, listing)


def _line(row: Rule, names: Names, member: Membership) -> Line:
    if troubles_of(row, names, member):
        chip = Chip("warn", "alert-circle", _("Needs attention"))
    else:
        chip = Chip("ok", "check", _("On")) if row.is_on else Chip("mute", "minus", _("Off"))
    then = ", ".join(then_words(row, names))
    return Line(reverse("tickets:rule", args=[row.pk]), row.name, [when_words(row), then], chip, faded=not row.is_on)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def rule(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a rule, or begin one, which is off at first: then one chooses its tickets and looks what it would do."""
    row, member = get_object_or_404(Rule, pk=pk) if pk else None, request.membership
    names, initial = _names(member), {} if row else {"position": Rule.objects.count()}
    form = RuleForm(posted(request), instance=row, names=names, initial=initial)
    if form.is_valid():
        kept = ruling.save(form.save(commit=False), changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved") if row else _("Saved. The rule is off; choose its tickets now."))
        return redirect("tickets:rule" if row else "tickets:rule_conditions", kept.pk)
    more: dict[str, Any] = {"rule": row}
    if row:
        more |= {"troubles": troubles_of(row, names, member), "conditions": _conditions(row, member)}
    return form_page(
        request,
        form,
        title=form.initial.get("name") or _("New rule"),
        up=(UP, _("Rules")),
        template="tickets/rule.html",
        names=NAMES.items(),
        **more,
    )


def _conditions(row: Rule, member: Membership) -> list[tuple[str, str]]:
    try:
        return condition_words(row, member)
    except UnknownSelection:
        return []


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def conditions(request: MemberRequest, pk: int) -> HttpResponse:
    """The tickets that a rule means, as a list whose filters can be changed and kept."""
    return show(request, listings.rule_conditions(request, pk))


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def keep_conditions(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the rule mean what the address says; not "me", because a rule acts for nobody."""
    row = get_object_or_404(Rule, pk=pk)
    try:
        query = read(request.GET).query
    except UnknownSelection as error:
        raise BadRequest(str(error)) from error
    try:
        selection_of(query)
    except UnknownSelection:
        messages.warning(request, _("A rule acts for nobody, so it cannot ask for “Me”. Choose a colleague by name."))
        return redirect(f"{reverse('tickets:rule_conditions', args=[pk])}?{query}")
    if len(query) > LONGEST:
        raise BadRequest("query")
    row.query = query
    ruling.save(row, changed=["query"], by=request.actor)
    messages.success(request, _("The rule means these tickets from now on"))
    return redirect("tickets:rule_trial", pk)


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def trial(request: MemberRequest, pk: int) -> HttpResponse:
    """What the rule would have met lately and would change now; nothing is done."""
    row, member, found = get_object_or_404(Rule, pk=pk), request.membership, None
    names = _names(member)
    with suppress(UnknownSelection):
        found = try_out(row, Ticket.objects.visible_to(member), names, now=timezone.now())
    context = {
        "rule": row,
        "when": when_words(row),
        "then": then_words(row, names),
        "conditions": _conditions(row, member),
        "troubles": troubles_of(row, names, member),
        "trial": found,
        "rows": _rows(request, found),
        "days": DAYS,
    }
    return render(request, "tickets/rule_trial.html", context)


def _rows(request: MemberRequest, found: Trial | None) -> list[dict[str, Any]]:
    return [
        {"number": tag(request.tenant, each.ticket.number), "ticket": each.ticket, "foreseen": each}
        for each in (found.tickets if found else ())
    ]


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def switch(request: MemberRequest, pk: int) -> HttpResponse:
    """On or off."""
    row, on = get_object_or_404(Rule, pk=pk), "on" in request.POST
    ruling.switch(row, on=on, by=request.actor)
    messages.success(request, _("The rule acts from now on") if on else _("The rule is off"))
    return redirect("tickets:rule", pk)


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a rule and its log; what it has done stays."""
    remove_row(get_object_or_404(Rule, pk=pk), by=request.actor, name="rule")
    messages.success(request, _("The rule is removed"))
    return redirect(UP)
