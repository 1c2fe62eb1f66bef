"""The tenant's own server for outgoing mail."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from outbox.enums import MailState
from outbox.forms import TransportForm
from outbox.models import OutgoingMail, Transport
from outbox.services.settings import remove_transport, save_transport


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def transport(request: MemberRequest) -> HttpResponse:
    """Set the server; who sets it has shown just now that it is them."""
    row = Transport.objects.first()
    form = TransportForm(posted(request), instance=row)
    if form.is_valid():
        password = form.cleaned_data["password"]
        save_transport(form.save(commit=False), password=password, changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved. All admins are told by mail."))
        return redirect("outbox:transport")
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED).exclude(error="")
    last = waiting.only("error").order_by("-queued_at").first()
    more: dict[str, Any] = {
        "template": "outbox/transport.html",
        "transport": row,
        "waiting": waiting.count(),
        "last": last,
    }
    return form_page(request, form, title=_("Sending mail"), up=("tickets:settings", _("Settings")), **more)


@require_POST
@role_required(Role.ADMIN)
@confirmed_recently
def remove(request: MemberRequest) -> HttpResponse:
    """Let mails leave by the installation's server again."""
    remove_transport(get_object_or_404(Transport.objects.all()), by=request.actor)
    messages.success(request, _("Mails leave by the installation's server again."))
    return redirect("outbox:transport")
