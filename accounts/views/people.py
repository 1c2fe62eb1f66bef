"""Members: who has a place in the tenant, and what they may do."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.away_words import aside
from accounts.enums import Role
from accounts.errors import LastAdmin
from accounts.forms import InviteForm, PlaceForm
from accounts.models import Membership
from accounts.models.absences import away_for
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services import people as service
from accounts.services.tenants import end_membership
from accounts.standing_in import Away
from core.paging import page_by

UP = ("accounts:people", gettext_lazy("People"))


@require_GET
@role_required(Role.ADMIN)
def people(request: MemberRequest) -> HttpResponse:
    """All members, those whose place has ended faded."""
    wanted = request.GET.get("q", "").strip()
    members = Membership.objects.select_related("user", "office")
    if wanted:
        members = members.filter(user__name__icontains=wanted) | members.filter(user__email__icontains=wanted)
    page = page_by(members, "user__name", request.GET)
    away = away_for(request.membership)
    listing = Listing(
        title=_("People"),
        columns=[_("Name"), _("Address"), _("Roles"), _("Office"), _("State")],
        lines=[_line(member, away) for member in page.rows],
        add=(reverse("accounts:person_add"), _("Invite")),
        more=[(reverse("tickets:teams"), _("Teams")), (reverse("accounts:absences"), _("Absences"))],
        searches=True,
        query=wanted,
        earlier=page.earlier,
        later=page.later,
    )
    return list_page(request, listing)


def _line(member: Membership, away: Mapping[int, Away]) -> Line:
    ended = member.ended_at is not None
    roles = ", ".join(str(Role(role).label) for role in member.roles)
    chip = Chip("mute", "lock", _("Ended")) if ended else _state(member, away.get(member.pk))
    url = reverse("accounts:person", args=[member.pk])
    return Line(url, member.name, [member.email, roles, member.office.name], chip, faded=ended)


def _state(member: Membership, away: Away | None) -> Chip:
    if away:
        return Chip("info", "calendar", aside(away))
    if member.user.last_login is None:
        return Chip("warn", "mail", _("Invited"))
    return Chip("ok", "check", _("Active"))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def add(request: MemberRequest) -> HttpResponse:
    """Give somebody a place and mail them how to get in."""
    initial = {"office": request.membership.office_id, "roles": [Role.AGENT]}
    form = InviteForm(posted(request), initial=initial, prices=request.tenant.billing_on)
    if form.is_valid():
        data = form.cleaned_data
        member = service.invite(data["email"], data["name"], form.place(), by=request.actor)
        messages.success(request, _("%(email)s gets an invitation by mail.") % {"email": member.email})
        return redirect("accounts:people")
    return form_page(request, form, title=_("Invite a person"), up=UP, save_label=_("Invite"))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def person(request: MemberRequest, pk: int) -> HttpResponse:
    """Roles, office and teams of one member."""
    member = get_object_or_404(Membership.objects.select_related("user", "office"), pk=pk)
    form = PlaceForm(posted(request), initial=_now(member), prices=request.tenant.billing_on)
    if member.ended_at is None and form.is_valid():
        try:
            service.change_place(member, form.place(), by=request.actor)
        except LastAdmin as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, _("Saved"))
            return redirect("accounts:people")
    away = away_for(request.membership).get(member.pk)
    return form_page(
        request, form, title=member.name, up=UP, template="accounts/person.html", member=member, away=away
    )


def _now(member: Membership) -> dict[str, object]:
    teams = list(member.team_memberships.values_list("team", flat=True))
    values = {name: getattr(member, name) for name in ("roles", "title", "phone", "sees_prices")}
    return values | {"office": member.office_id, "teams": teams}


@require_POST
@role_required(Role.ADMIN)
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End a member's place."""
    member = get_object_or_404(Membership.objects.active().select_related("user"), pk=pk)
    try:
        end_membership(member, by=request.actor)
    except LastAdmin as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:person", member.pk)
    messages.success(request, _("%(name)s has no access here any more.") % {"name": member.name})
    return redirect("accounts:people")


@require_POST
@role_required(Role.ADMIN)
def invite_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Mail the invitation once more."""
    member = get_object_or_404(Membership.objects.active().select_related("user", "tenant"), pk=pk)
    service.send_invitation(member, by=request.actor)
    messages.success(request, _("%(email)s gets an invitation by mail.") % {"email": member.email})
    return redirect("accounts:person", member.pk)
