"""The workspace itself: what it is called and what holds for everybody in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.forms import WorkspaceForm
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep

UP = ("tickets:settings", gettext_lazy("Settings"))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def workspace(request: MemberRequest) -> HttpResponse:
    form = WorkspaceForm(posted(request), instance=request.tenant)
    if form.is_valid():
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data, name="workspace")
        messages.success(request, _("Saved"))
        return redirect("accounts:workspace")
    return form_page(request, form, title=_("Workspace"), up=UP)
