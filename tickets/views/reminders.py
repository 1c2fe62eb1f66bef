"""Reminders: the desk's rules for silent tickets, and a member's own "remind me later"."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required, role_required
from accounts.enums import Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from core.templatetags.vaste import full_time
from tickets.access import get_ticket
from tickets.enums import Unit
from tickets.forms_reminders import ReminderRuleForm, SnoozeForm
from tickets.models import ReminderRule
from tickets.services import snoozing
from tickets.views.actions import INVALID, attempt
from tickets.views.ticket import render_ticket


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def rules(request: MemberRequest) -> HttpResponse:
    listing = Listing(
        title=_("Reminders"),
        about=_("Of tickets on which nothing happens, beside the promises"),
        columns=[_("Remind when"), _("After how long"), _("Who is reminded"), _("State")],
        lines=[_line(row) for row in ReminderRule.objects.all()],
        add=(reverse("tickets:reminder_add"), _("Add a reminder")),
        empty=_("Nobody is reminded of silent tickets. An example: no word to the requester for 3 days."),
    )
    return list_page(request, listing)


def _line(row: ReminderRule) -> Line:
    chip = Chip("ok", "check", _("On")) if row.is_on else Chip("mute", "minus", _("Off"))
    hearer = str(row.get_hearer_display())
    if row.repeats:
        hearer = _("%(hearer)s, again and again") % {"hearer": hearer}
    url = reverse("tickets:reminder", args=[row.pk])
    return Line(url, str(row.get_kind_display()), [_span(row), hearer], chip, faded=not row.is_on)


def _span(row: ReminderRule) -> str:
    if row.unit == Unit.HOURS:
        words = ngettext("%(count)s working hour", "%(count)s working hours", row.amount)
    else:
        words = ngettext("%(count)s working day", "%(count)s working days", row.amount)
    return words % {"count": row.amount}


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def rule(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a reminder, or add one; it holds from the next quarter of an hour on."""
    row = get_object_or_404(ReminderRule, pk=pk) if pk else None
    form = ReminderRuleForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data, name="reminder")
        messages.success(request, _("Saved. Silent tickets are looked for every quarter of an hour."))
        return redirect("tickets:reminders")
    title = str(row.get_kind_display()) if row else _("New reminder")
    return form_page(request, form, title=title, up=("tickets:reminders", _("Reminders")))


@require_POST
@member_required
def snooze(request: MemberRequest, number: int) -> HttpResponse:
    """Remind me of this ticket later, and not before."""
    ticket = get_ticket(request, number, may="tickets.work")
    form, now = SnoozeForm(request.POST), timezone.now()
    if not form.is_valid():
        return render_ticket(request, ticket.number, snooze_form=form, status=INVALID)
    until = form.moment(request.membership, now=now)
    said = _("You are reminded %(moment)s") % {"moment": full_time(until)}
    return attempt(request, ticket, lambda: snoozing.snooze(ticket, request.membership, until=until, now=now), said)


@require_POST
@member_required
def wake(request: MemberRequest, number: int) -> HttpResponse:
    """Take the reminder back."""
    ticket = get_ticket(request, number, may="tickets.work")
    said = _("The reminder is taken back")
    return attempt(request, ticket, lambda: snoozing.take_back(ticket, request.membership), said)
