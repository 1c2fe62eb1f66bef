"""Programs that are called when a promise needs somebody, and what came of the last calls."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from outbox.enums import CallOutcome, CallState
from outbox.forms import WebhookForm
from outbox.models import Webhook, WebhookCall
from outbox.services.webhooks import SETTLED, call_again, change_secret, remove_hook, save_hook, try_out

SHOWN = 30
LOOKS = {
    CallState.QUEUED: ("mute", "clock"),
    CallState.CALLING: ("mute", "clock"),
    CallState.DONE: ("ok", "check"),
    CallState.FAILED: ("bad", "alert-triangle"),
}


@require_GET
@role_required(Role.ADMIN)
def webhooks(request: MemberRequest) -> HttpResponse:
    latest = WebhookCall.objects.filter(hook=OuterRef("pk")).order_by("-queued_at", "-pk")
    rows = Webhook.objects.annotate(last_state=Subquery(latest.values("state")[:1]))
    listing = Listing(
        title=_("Webhooks"),
        about=_("Programs that are called when a promise needs somebody, such as an on-call pager"),
        columns=[_("Name"), _("Address"), _("Last call")],
        lines=[
            Line(
                reverse("outbox:webhook", args=[row.pk]),
                row.name,
                [row.url],
                _chip(row.last_state) if row.last_state else Chip("mute", "minus", _("None yet")),
            )
            for row in rows
        ],
        add=(reverse("outbox:webhook_add"), _("Add a webhook")),
        empty=_("A step of the reminders of a promise can call one."),
    )
    return list_page(request, listing)


def _chip(state: str) -> Chip:
    return Chip(*LOOKS[CallState(state)], CallState(state).label)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def webhook(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a webhook, or add one; the secret of a new one is shown once, on the answer to this form."""
    row = get_object_or_404(Webhook, pk=pk) if pk else None
    form = WebhookForm(posted(request), instance=row)
    if form.is_valid():
        hook = form.save(commit=False)
        secret = save_hook(hook, changed=form.changed_data, by=request.actor)
        if secret:
            return render(request, "outbox/webhook_secret.html", {"hook": hook, "secret": secret})
        messages.success(request, _("Saved. All admins are told by mail."))
        return redirect("outbox:webhook", hook.pk)
    more: dict[str, Any] = {"template": "outbox/webhook.html", "hook": row, "calls": _calls(row) if row else []}
    title = form.initial.get("name") or _("New webhook")
    return form_page(request, form, title=title, up=("outbox:webhooks", _("Webhooks")), **more)


def _calls(hook: Webhook) -> list[dict[str, Any]]:
    rows = hook.calls.defer("body").order_by("-queued_at", "-pk")[:SHOWN]
    return [
        {"call": row, "chip": _chip(row.state), "said": _said(row), "settled": row.state in SETTLED} for row in rows
    ]


def _said(row: WebhookCall) -> str:
    """What came of the last try: never a word of what was answered."""
    if row.outcome == CallOutcome.ANSWERED:
        return _("answered with %(status)s") % {"status": row.status}
    return str(CallOutcome(row.outcome).label) if row.outcome else ""


@require_POST
@role_required(Role.ADMIN)
@confirmed_recently
def secret(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a webhook another secret, which is shown once."""
    hook = get_object_or_404(Webhook, pk=pk)
    made = change_secret(hook, by=request.actor)
    return render(request, "outbox/webhook_secret.html", {"hook": hook, "secret": made})


@require_POST
@role_required(Role.ADMIN)
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a call of which nothing follows; the page shows what came of it as soon as that is known."""
    try_out(get_object_or_404(Webhook, pk=pk))
    messages.success(request, _("It is being called. Load the page again in a few seconds."))
    return redirect("outbox:webhook", pk)


@require_POST
@role_required(Role.ADMIN)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    remove_hook(get_object_or_404(Webhook, pk=pk), by=request.actor)
    messages.success(request, _("The webhook is called no more. Steps that name it go on without it."))
    return redirect("outbox:webhooks")


@require_POST
@role_required(Role.ADMIN)
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a call once more."""
    row = get_object_or_404(WebhookCall, pk=pk)
    if call_again(row):
        messages.success(request, _("It is being called. Load the page again in a few seconds."))
    return redirect("outbox:webhook", row.hook_id)
