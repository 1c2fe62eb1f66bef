"""The keys that outgoing mail is signed with."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Chip, form_page, posted
from accounts.requests import MemberRequest
from outbox.enums import RecordState
from outbox.forms import SigningForm
from outbox.models import SigningKey
from outbox.services.signatures import add_key, ask_for_record, remove_key
from outbox.signing_keys import record_name, record_value

LOOKS = {
    RecordState.UNASKED: ("mute", "minus"),
    RecordState.ASKING: ("mute", "clock"),
    RecordState.RIGHT: ("ok", "check"),
    RecordState.WRONG: ("bad", "alert-triangle"),
    RecordState.MISSING: ("warn", "alert-circle"),
    RecordState.SILENT: ("warn", "alert-circle"),
}


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def signing(request: MemberRequest) -> HttpResponse:
    """The domains with a key and the records to publish; a new one."""
    form = SigningForm(posted(request))
    if form.is_valid():
        add_key(form.save(commit=False), by=request.actor)
        messages.success(request, _("The key is made. Publish the record, then check it."))
        return redirect("outbox:signing")
    keys = [_shown(key) for key in SigningKey.objects.all()]
    more: dict[str, Any] = {"template": "outbox/signing.html", "keys": keys, "save_label": _("Make a key")}
    return form_page(request, form, title=_("Signing mail"), up=("outbox:transport", _("Sending mail")), **more)


def _shown(key: SigningKey) -> dict[str, Any]:
    tone, icon = LOOKS[RecordState(key.record)]
    return {
        "key": key,
        "chip": Chip(tone, icon, RecordState(key.record).label),
        "name": record_name(key.selector, key.domain),
        "value": record_value(key.public),
    }


@require_POST
@role_required(Role.ADMIN)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask DNS; the page shows the answer as soon as it is there."""
    ask_for_record(get_object_or_404(SigningKey, pk=pk))
    messages.success(request, _("DNS is being asked. Load the page again in a few seconds."))
    return redirect("outbox:signing")


@require_POST
@role_required(Role.ADMIN)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    remove_key(get_object_or_404(SigningKey, pk=pk), by=request.actor)
    messages.success(request, _("Mails of this domain are no longer signed."))
    return redirect("outbox:signing")
