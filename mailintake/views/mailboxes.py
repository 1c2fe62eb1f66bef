"""Mailboxes: where mail comes from, and whether it does."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from core.templatetags.vaste import local_time
from mailintake.advice import advice_for, trouble_words
from mailintake.fetching.oauth import providers
from mailintake.forms import MailboxForm
from mailintake.models import Mailbox
from mailintake.services.mailboxes import AddressTaken, fetch_now, save_mailbox, take_older

UP = ("mailintake:mailboxes", gettext_lazy("Mailboxes"))


def state_of(mailbox: Mailbox) -> Chip:
    """Whether mail comes in, in words."""
    if not mailbox.active:
        return Chip("mute", "player-pause", _("Paused"))
    if not mailbox.host:
        return Chip("mute", "mail-down", _("By web address") if mailbox.hook_hash else _("By SMTP only"))
    if mailbox.needs_sign_in:
        return Chip("bad", "alert-triangle", _("Somebody has to sign in"))
    if mailbox.failing_since:
        since = {"when": local_time(mailbox.failing_since)}
        return Chip("bad", "alert-triangle", _("Not fetched since %(when)s") % since)
    if mailbox.fetched_at is None:
        return Chip("warn", "clock", _("Not fetched yet"))
    return Chip("ok", "circle-check", _("Fetched %(when)s") % {"when": local_time(mailbox.fetched_at)})


@require_GET
@role_required(Role.ADMIN)
def mailboxes(request: MemberRequest) -> HttpResponse:
    lines = [
        Line(reverse("mailintake:mailbox", args=[row.pk]), row.address, [row.queue.name, row.host], state_of(row))
        for row in Mailbox.objects.select_related("queue")
    ]
    listing = Listing(
        title=_("Mailboxes"),
        about=_("Mail to these addresses becomes tickets"),
        columns=[_("Address"), _("Queue"), _("Server"), _("State")],
        lines=lines,
        add=(reverse("mailintake:mailbox_add"), _("Add a mailbox")),
        empty=_("Connect the address that your customers write to."),
    )
    return list_page(request, listing)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def mailbox(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a mailbox, or add one; saving asks a worker to fetch, and the page shows what it met."""
    row = get_object_or_404(Mailbox, pk=pk) if pk else None
    form = MailboxForm(posted(request), instance=row)
    if form.is_valid():
        saved, password = form.save(commit=False), form.cleaned_data["password"]
        try:
            save_mailbox(saved, password=password, changed=form.changed_data, by=request.actor)
        except AddressTaken:
            form.add_error("address", _("This address cannot be used here."))
        else:
            messages.success(request, _("Saved"))
            return redirect(_page_since(saved))
    title = form.initial.get("address") or _("New mailbox")
    more: dict[str, Any] = {
        "template": "mailintake/settings/mailbox.html",
        "save_label": _("Save and test"),
        **_result(request, row),
    }
    return form_page(request, form, title=title, up=UP, **more)


def _page_since(row: Mailbox) -> str:
    """The mailbox's page, which waits for the fetch that was asked for just now."""
    return f"{reverse('mailintake:mailbox', args=[row.pk])}?{urlencode({'since': row.next_poll_at.isoformat()})}"


def _result(request: MemberRequest, row: Mailbox | None) -> dict[str, object]:
    """What the page says of the last fetch; `waits` while the one asked for at `since` has not come back."""
    if row is None or not row.pk:
        return {"mailbox": None, "waits": False, "since": "", "state": None}
    since = request.GET.get("since", "").replace(" ", "+")
    try:
        # Each visit sets the time of the next one.
        waits = row.active and bool(row.host) and row.next_poll_at <= datetime.fromisoformat(since)
    except (ValueError, TypeError):
        since, waits = "", False
    provider = providers().get(row.sign_in)
    return {
        "mailbox": row,
        "waits": waits,
        "since": since,
        "state": state_of(row),
        "trouble": trouble_words(row.trouble),
        "advice": advice_for(row.trouble),
        "provider": provider.name if provider and row.host else "",
        "lag": -(-(row.lag_seconds or 0) // 60),
        "unread": len(row.doubtful),
    }


@require_GET
@role_required(Role.ADMIN)
def result(request: MemberRequest, pk: int) -> HttpResponse:
    """The result of a test, asked for again and again while it runs."""
    row = get_object_or_404(Mailbox, pk=pk)
    return render(request, "mailintake/settings/mailbox.html#result", _result(request, row))


@require_POST
@role_required(Role.ADMIN)
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Fetch now."""
    row = get_object_or_404(Mailbox, pk=pk)
    fetch_now(row)
    return redirect(_page_since(row))


@require_POST
@role_required(Role.ADMIN)
def older(request: MemberRequest, pk: int) -> HttpResponse:
    """Fetch what lay in the mailbox before its set-up, too."""
    row = get_object_or_404(Mailbox, pk=pk)
    take_older(row, by=request.actor)
    messages.success(request, _("The older mails are fetched now, the youngest first"))
    return redirect(_page_since(row))
