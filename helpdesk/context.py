"""What every page knows: the navigation, for whoever asks."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.access import may
from accounts.enums import Role, Theme
from accounts.models import Membership, Tenant
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from accounts.standing_in import covered_by
from core.alarms import Alarm
from core.templatetags.vaste import initials
from mailintake.navigation import mailbox_alarm, triage_count
from outbox.navigation import sending_alarm
from portal.models import Portal
from sla.navigation import holiday_alarm
from tickets.navigation import rule_alarm, work_of
from tickets.view_counts import views_of

CAP = 999
FRAMELESS = ("reports:board", "reports:linked")
# Of the portal the desk's own pages.
FRAMED = ("portal:settings", "portal:aftercare", "portal:access")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; `count_label` is the count as it is shown."""

    label: str
    url: str
    icon: str
    count: int | None = None
    current: bool = False
    # The keys that lead there, one after another.
    key: str = ""

    @property
    def count_label(self) -> str:
        return "" if not self.count else (f"{CAP}+" if self.count > CAP else str(self.count))


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    initials: str
    place: str
    profile_url: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """The frame around a page. Pages without a signed-in member have a name and nothing else."""

    tenant_name: str = "Vaste"
    tenant_initial: str = "V"
    offices: str = ""
    groups: list[Group] = field(default_factory=list)
    bottom: list[Item] = field(default_factory=list)
    person: Person | None = None
    new_ticket_url: str = ""
    # For requesters who came to the desk's sign-in.
    portal_url: str = ""
    search_url: str = ""
    alarms: list[Alarm] = field(default_factory=list)
    is_admin: bool = False


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `nav` and `theme`. Nothing is read before a template asks for it."""
    user = getattr(request, "user", None)
    theme = user.theme if user is not None and user.is_authenticated else Theme.SYSTEM.value
    return {"nav": _navigation(request), "theme": theme}


def _navigation(request: HttpRequest) -> Navigation:
    tenant: Tenant | None = getattr(request, "tenant", None)
    if tenant is None:
        return Navigation()
    membership = getattr(request, "membership", None)
    if membership is None or not _wants_frame(request):
        name = tenant.name
        return Navigation(tenant_name=name, tenant_initial=name[:1].upper(), portal_url=_portal_url(request))
    return _frame(request, tenant)  # type: ignore[arg-type]  # a membership makes it a member's request


def _portal_url(request: HttpRequest) -> str:
    """Where requesters sign in, on the page where the desk does."""
    match = request.resolver_match
    at_door = match is not None and match.view_name == "account_login"
    return reverse("portal:sign_in") if at_door and Portal.objects.filter(is_on=True).exists() else ""


def _wants_frame(request: HttpRequest) -> bool:
    """Fragments, pages behind mail links and boards show no menu, so they need not pay for one."""
    match = request.resolver_match
    if getattr(request, "htmx", False):
        return False
    if match is None or match.view_name in FRAMED:
        return True
    return not (match.app_name in ("portal", "help") or match.view_name in FRAMELESS)


def _frame(request: MemberRequest, tenant: Tenant) -> Navigation:
    member = request.membership
    desk = may(member, "tickets.create")
    return Navigation(
        tenant_name=tenant.name,
        tenant_initial=tenant.name[:1].upper(),
        offices=member.office.name,
        groups=_groups(request, desk=desk),
        bottom=_bottom(request),
        person=Person(member.name, initials(member.name), member.office.name, reverse("accounts:profile")),
        new_ticket_url=reverse("tickets:create") if desk else "",
        search_url=reverse("tickets:search"),
        alarms=_alarms(tenant.pk, member) if desk else [],
        is_admin=member.has_role(Role.ADMIN),
    )


def _alarms(tenant_id: int, member: Membership) -> list[Alarm]:
    found = [mailbox_alarm(tenant_id), sending_alarm(tenant_id)]
    if member.has_role(Role.ADMIN):
        found += [holiday_alarm(tenant_id), rule_alarm(tenant_id)]
    return [alarm for alarm in found if alarm]


def _item(request: HttpRequest, label: str, url: str, icon: str, count: int | None = None, *, key: str = "") -> Item:
    return Item(label, url, icon, count, current=request.path.startswith(url), key=key)


def _list(request: HttpRequest, label: str, url: str, icon: str, count: int | None = None, *, key: str = "") -> Item:
    """An entry that is not above others."""
    return Item(label, url, icon, count, current=request.path == url, key=key)


def _groups(request: MemberRequest, *, desk: bool) -> list[Group]:
    work, finance = work_of(request), _finance(request)
    if _only_finance(request.membership) and not (work.queues or any(work.hands.values())):
        # Without a grant and without a ticket of their own every list would be empty.
        return finance
    mine = [_list(request, _("Assigned to me"), reverse("tickets:mine"), "user", work.mine, key="g m")]
    mine += [_list(request, _("Waits for me"), reverse("tickets:waiting"), "message-reply", key="g w")]
    mine += [
        _item(
            request,
            _("%(name)s, away") % {"name": away.member.name},
            reverse("tickets:handover", args=[away.member.pk]),
            "user-share",
            work.hands.get(away.member.pk, 0),
        )
        for away in covered_by(request.membership.pk, away_for(request.membership))
    ]
    queues = []
    if desk:
        queues.append(
            _item(
                request,
                _("Unlinked mail"),
                reverse("mailintake:triage"),
                "mail-question",
                triage_count(request),
                key="g u",
            )
        )
        queues.append(_item(request, _("Unassigned"), reverse("tickets:unassigned"), "inbox", work.unassigned))
    queues.append(_list(request, _("All tickets"), reverse("tickets:every"), "list", key="g a"))
    queues += [
        _item(
            request,
            queue.name,
            reverse("tickets:queue", args=[queue.pk]),
            "layout-list",
            queue.unfinished,
            key="" if place else "g q",
        )
        for place, queue in enumerate(work.queues)
    ]
    views = [
        _item(request, view.name, reverse("tickets:view", args=[view.pk]), "bookmark", view.count)
        for view in views_of(request.membership)
    ]
    groups = [Group(_("My work"), mine), Group(_("Queues"), queues), Group(_("Saved views"), views)]
    return finance + [group for group in groups if group.items]


def _only_finance(member: Membership) -> bool:
    return member.roles == [Role.FINANCE]


def _finance(request: MemberRequest) -> list[Group]:
    """The pages of whoever does nothing but the billing; others find them behind one entry."""
    if not request.tenant.billing_on or not _only_finance(request.membership):
        return []
    pages = [
        (_("Month end"), "billing:desk", "receipt-euro"),
        (_("Invoices"), "billing:invoices", "file-text"),
        (_("What contracts cost"), "billing:prices", "list"),
        (_("How customers are invoiced"), "billing:buyers", "user"),
        (_("Companies that invoice"), "billing:sellers", "building"),
    ]
    return [Group(_("Finance"), [_list(request, label, reverse(name), icon) for label, name, icon in pages])]


def _bottom(request: MemberRequest) -> list[Item]:
    member, items = request.membership, []
    if member.has_role(Role.ADMIN):
        items.append(_item(request, _("First steps"), _named("first_steps"), "sparkles"))
    if request.tenant.knowledge_on:
        items.append(_item(request, _("Knowledge"), _named("knowledge:articles"), "book-2"))
    if member.has_role(Role.ADMIN, Role.LEAD):
        items.append(_item(request, _("Customers"), _named("accounts:customers"), "user"))
    if member.has_role(Role.ADMIN, Role.LEAD, Role.FINANCE):
        items.append(_item(request, _("Reports"), _named("reports:promises"), "chart-bar"))
    elif may(member, "tickets.create"):
        items.append(_item(request, _("Wall board"), _named("reports:board"), "layout-list"))
    if request.tenant.billing_on and member.has_role(Role.ADMIN, Role.FINANCE) and not _only_finance(member):
        items.append(_item(request, _("Finance"), _named("billing:desk"), "receipt-euro"))
    if may(member, "tickets.settings"):
        items.append(_item(request, _("Settings"), _named("tickets:settings"), "settings"))
    return [item for item in items if item.url]


def _named(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
