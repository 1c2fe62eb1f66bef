"""Absences: one's own, and for leads everybody's."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.absence_forms import AbsenceForm
from accounts.access import member_required, role_required
from accounts.enums import Role
from accounts.errors import AbsenceOver, AbsencesOverlap
from accounts.models import Absence
from accounts.models.absences import AbsenceQuerySet
from accounts.pages import Chip, Line, Listing, Words, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services import absences as service
from core.templatetags.vaste import full_day

LEADS = (Role.ADMIN, Role.LEAD)
MOST = 200
OWN = ("accounts:my_absences", gettext_lazy("My absences"))
ALL = ("accounts:absences", gettext_lazy("Absences"))


@require_GET
@member_required
def mine(request: MemberRequest) -> HttpResponse:
    """What one has planned, and the way to the handover."""
    member = request.membership
    rows = _rows().filter(member=member)
    listing = Listing(
        title=OWN[1],
        about=_("Who stands in for you while you are away"),
        columns=[_("Days"), _("Stand-in"), _("Note"), _("State")],
        lines=[_line(row, [_stand_in(row), row.note]) for row in rows],
        add=(reverse("accounts:my_absence_add"), _("Plan an absence")),
        more=[(reverse("tickets:handover_write", args=[member.pk]), _("Write the handover"))] if rows else [],
        empty=_("Plan one, and new work, reminders and answers go to whoever stands in for you."),
        up=(reverse("accounts:profile"), _("Profile")),
    )
    return list_page(request, listing)


@require_GET
@role_required(*LEADS)
def everybodys(request: MemberRequest) -> HttpResponse:
    """Who is away, and who will be."""
    listing = Listing(
        title=ALL[1],
        columns=[_("Name"), _("Days"), _("Stand-in"), _("Note"), _("State")],
        lines=[_line(row, [_days(row), _stand_in(row), row.note], name=row.member.name) for row in _rows()[:MOST]],
        add=(reverse("accounts:absence_add"), _("Plan an absence")),
        empty=_("New work, reminders and answers of those who are away go to whoever stands in for them."),
    )
    return list_page(request, listing)


def _rows() -> AbsenceQuerySet:
    related = ("member__user", "member__office", "substitute__user")
    return Absence.objects.not_over().filter(member__ended_at=None).select_related(*related)


def _line(row: Absence, cells: list[str], name: str = "") -> Line:
    begun = row.begins_at <= timezone.now()
    chip = Chip("info", "calendar", _("Away")) if begun else Chip("mute", "clock", _("Planned"))
    return Line(reverse("accounts:absence", args=[row.pk]), name or _days(row), cells, chip)


def _days(row: Absence) -> str:
    if row.ends_on is None:
        return _("From %(day)s on") % {"day": full_day(row.starts_on)}
    if row.ends_on == row.starts_on:
        return full_day(row.starts_on)
    return f"{full_day(row.starts_on)} \N{EN DASH} {full_day(row.ends_on)}"


def _stand_in(row: Absence) -> str:
    return row.substitute.name if row.substitute else _("Nobody: the team")


@require_http_methods(["GET", "POST"])
@member_required
def plan_own(request: MemberRequest) -> HttpResponse:
    """Plan an absence of one's own; the handover comes next."""
    return _plan(request, AbsenceForm(posted(request), member=request.membership), up=OWN)


@require_http_methods(["GET", "POST"])
@role_required(*LEADS)
def plan(request: MemberRequest) -> HttpResponse:
    """Plan an absence of anybody."""
    return _plan(request, AbsenceForm(posted(request)), up=ALL)


def _plan(request: MemberRequest, form: AbsenceForm, *, up: tuple[str, Words]) -> HttpResponse:
    if form.is_valid():
        data = dict(form.cleaned_data)
        member = data.pop("member", None) or request.membership
        try:
            service.plan(member, by=request.actor, **data)
        except AbsencesOverlap as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("Saved"))
            return redirect(up[0])
    return form_page(request, form, title=_("Plan an absence"), up=up)


@require_http_methods(["GET", "POST"])
@member_required
def absence(request: MemberRequest, pk: int) -> HttpResponse:
    """Change an absence that is not over."""
    row = _get(request, pk)
    up = OWN if row.member_id == request.membership.pk else ALL
    form = AbsenceForm(posted(request), instance=row, member=row.member)
    if form.is_valid():
        try:
            service.change(row, by=request.actor, **form.cleaned_data)
        except AbsencesOverlap as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("Saved"))
            return redirect(up[0])
    own, begun = up == OWN, row.begins_at <= timezone.now()
    title = _("My absence") if own else _("Absence of %(name)s") % {"name": row.member.name}
    return form_page(
        request, form, title=title, up=up, template="accounts/absence.html", absence=row, own=own, begun=begun
    )


@require_POST
@member_required
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """Back already, or not leaving after all."""
    row = _get(request, pk)
    try:
        service.end(row, by=request.actor)
    except AbsenceOver as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The absence has ended"))
    return redirect(OWN[0] if row.member_id == request.membership.pk else ALL[0])


def _get(request: MemberRequest, pk: int) -> Absence:
    """An absence that is one's own or, for leads, anybody's; Http404 for one that is over."""
    row: Absence = get_object_or_404(_rows(), pk=pk)
    if row.member_id != request.membership.pk and not request.membership.has_role(*LEADS):
        raise PermissionDenied
    return row
