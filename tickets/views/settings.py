"""The index of all settings, and those of queues, teams, statuses and kinds of work."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.models import Team, TeamMember
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.people import save_team
from accounts.services.records import keep
from tickets.enums import StatusClass
from tickets.forms_settings import QueueForm, StatusForm, TeamQueuesForm, WorkTypeForm
from tickets.models import Queue, Status, WorkType
from tickets.services.arranging import save_queue, set_queues
from tickets.settings_index import sections_for


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def index(request: MemberRequest) -> HttpResponse:
    """Every setting that the member may open, found by its name or by what it does."""
    wanted = request.GET.get("q", "").strip()
    context = {"sections": sections_for(request.membership, wanted), "query": wanted}
    return render(request, "tickets/settings/index.html", context)


@require_GET
@role_required(Role.ADMIN)
def queues(request: MemberRequest) -> HttpResponse:
    rows = Queue.objects.select_related("office", "policy")
    listing = Listing(
        title=_("Queues"),
        about=_("Where tickets wait for somebody"),
        columns=[_("Name"), _("Address"), _("Office"), _("Promises")],
        lines=[_queue_line(row) for row in rows],
        add=(reverse("tickets:queue_add"), _("Add a queue")),
    )
    return list_page(request, listing)


def _queue_line(row: Queue) -> Line:
    promises = row.policy.name if row.policy else _("Those for all")
    return Line(reverse("tickets:queue_settings", args=[row.pk]), row.name, [row.address, row.office.name, promises])


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def queue(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a queue, or add one; its address is where answers of customers go."""
    row = get_object_or_404(Queue, pk=pk) if pk else None
    form = QueueForm(posted(request), instance=row, initial={} if row else {"office": request.membership.office_id})
    if form.is_valid():
        teams = form.cleaned_data["teams"]
        save_queue(form.save(commit=False), teams=teams, changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("tickets:queues")
    title = form.initial.get("name") or _("New queue")
    return form_page(request, form, title=title, up=("tickets:queues", _("Queues")))


@require_GET
@role_required(Role.ADMIN)
def teams(request: MemberRequest) -> HttpResponse:
    members = Prefetch(
        "members", TeamMember.objects.select_related("membership__user").order_by("membership__user__name")
    )
    rows = Team.objects.select_related("lead__user").prefetch_related(members)
    listing = Listing(
        title=_("Teams"),
        about=_("Members who share queues"),
        columns=[_("Name"), _("Team lead"), _("Members")],
        lines=[_team_line(row) for row in rows],
        add=(reverse("tickets:team_add"), _("Add a team")),
        more=[(reverse("accounts:people"), _("People"))],
    )
    return list_page(request, listing)


def _team_line(row: Team) -> Line:
    names = ", ".join(place.membership.name for place in row.members.all())
    return Line(reverse("tickets:team", args=[row.pk]), row.name, [row.lead.name if row.lead else "", names])


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def team(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a team, or add one."""
    row = get_object_or_404(Team, pk=pk) if pk else None
    form = TeamQueuesForm(posted(request), instance=row)
    if form.is_valid():
        data = form.cleaned_data
        facts = {name: data[name] for name in ("name", "lead", "members")}
        set_queues(save_team(row, by=request.actor, **facts), data["queues"], by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("tickets:teams")
    title = form.initial.get("name") or _("New team")
    return form_page(request, form, title=title, up=("tickets:teams", _("Teams")))


@require_GET
@role_required(Role.ADMIN)
def statuses(request: MemberRequest) -> HttpResponse:
    rows = list(Status.objects.all())
    names = {row.pk: str(row) for row in rows}
    listing = Listing(
        title=_("Statuses"),
        about=_("Named by you; the class decides clocks and colours"),
        columns=[_("Name"), _("Class"), _("May be set from"), ""],
        lines=[_status_line(row, names) for row in rows],
        add=(reverse("tickets:status_add"), _("Add a status")),
    )
    return list_page(request, listing)


def _status_line(row: Status, names: dict[int, str]) -> Line:
    chip = Chip("mute", "check", _("Default")) if row.is_default else None
    label = StatusClass(row.status_class).label
    before = ", ".join(names[pk] for pk in row.enter_from if pk in names) or _("All")
    return Line(reverse("tickets:status_settings", args=[row.pk]), str(row), [label, before], chip)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def status(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Rename a status, or add one of a class."""
    row = get_object_or_404(Status, pk=pk) if pk else None
    title = str(row) if row else _("New status")
    form = StatusForm(posted(request), instance=row, initial={} if row else {"position": Status.objects.count()})
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("tickets:statuses")
    return form_page(request, form, title=title, up=("tickets:statuses", _("Statuses")))


@require_GET
@role_required(Role.ADMIN)
def work_types(request: MemberRequest) -> HttpResponse:
    listing = Listing(
        title=_("Kinds of work"),
        about=_("How the time was spent that people log"),
        columns=[_("Name")],
        lines=[Line(reverse("tickets:work_type", args=[row.pk]), row.name) for row in WorkType.objects.all()],
        add=(reverse("tickets:work_type_add"), _("Add a kind")),
    )
    return list_page(request, listing)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def work_type(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Rename a kind of work, or add one."""
    row = get_object_or_404(WorkType, pk=pk) if pk else None
    form = WorkTypeForm(posted(request), instance=row)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("tickets:work_types")
    title = form.initial.get("name") or _("New kind of work")
    return form_page(request, form, title=title, up=("tickets:work_types", _("Kinds of work")))
