"""The desk's side of the portal: switching it on, its look, what follows a solution, and who is invited."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import Requester
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep
from portal import arranging
from portal.models import Portal
from portal.settings_forms import AccessForm, AftercareForm, PortalForm
from tickets.models import Aftercare, Queue

UP = ("tickets:settings", gettext_lazy("Settings"))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def portal(request: MemberRequest) -> HttpResponse:
    row = Portal.objects.first() or Portal(queue=Queue.objects.first())
    form = PortalForm(posted(request), request.FILES or None, instance=row, billing=request.tenant.billing_on)
    form.show_texts()
    if form.is_valid():
        arranging.save_portal(form, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("portal:settings")
    address = request.tenant.url("/portal/") if row.pk and row.is_on else ""
    return form_page(request, form, title=_("Portal"), up=UP, template="portal/settings.html", address=address)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def aftercare(request: MemberRequest) -> HttpResponse:
    form = AftercareForm(posted(request), instance=Aftercare.objects.first() or Aftercare())
    if form.is_valid():
        arranging.save_aftercare(form.save(commit=False), changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("portal:aftercare")
    return form_page(request, form, title=_("After a solution"), up=UP)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, Role.LEAD)
def access(request: MemberRequest, pk: int) -> HttpResponse:
    """What one requester sees, and the button that invites them."""
    person = get_object_or_404(Requester.objects.select_related("customer"), pk=pk)
    form = AccessForm(posted(request), instance=person)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("portal:access", pk)
    more = {"person": person, "open": Portal.objects.filter(is_on=True).first()}
    title = _("%(name)s in the portal") % {"name": person.name}
    up = ("accounts:requesters", _("Requesters"))
    return form_page(request, form, title=title, up=up, template="portal/access.html", **more)


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def invite(request: MemberRequest, pk: int) -> HttpResponse:
    """Write to a requester how to get in."""
    person = get_object_or_404(Requester.objects.select_related("customer__office"), pk=pk)
    if arranging.invite(person, by=request.actor):
        messages.success(request, _("The invitation is on its way"))
    else:
        messages.error(request, _("The portal is closed, or the person has no address that takes mail."))
    return redirect("portal:access", pk)
