"""Where providers post mails: a secret address for each mailbox. Answered once the mail is committed."""

import time

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest, TenantRequest
from core.secrets import unseal
from mailintake.enums import HookKind
from mailintake.forms import HookForm
from mailintake.models import Mailbox
from mailintake.posted import NotSigned, read
from mailintake.services.hooks import close_hook, digest_of, open_hook, take_in

UP = ("mailintake:mailboxes", gettext_lazy("Mailboxes"))


def largest_post() -> int:
    """In bytes: escapes in JSON or a form make a mail larger, and there is some talk around it."""
    return settings.VASTE_MAX_MAIL_BYTES * 4 // 3 + 2**20


@csrf_exempt
@require_POST
def receive(request: TenantRequest, token: str) -> HttpResponse:
    """Take one mail: 404 for an unknown address, 413 for too much, 401 without a good signature, else 200.

    The request's transaction ends before the answer leaves, so 200 means that the mail is kept.
    """
    mailbox = Mailbox.objects.filter(hook_hash=digest_of(token), active=True).first()
    if mailbox is None:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > largest_post():
        return JsonResponse({"error": "too large"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        # Not `request.body`, which ends where forms of pages end.
        found = read(
            mailbox.hook_kind,
            request.read(largest_post()),
            headers,
            key=unseal(mailbox.sealed_hook_key),
            now=time.time(),
        )
    except NotSigned:
        return JsonResponse({"error": "signature"}, status=401)
    take_in(mailbox, found)
    return JsonResponse({"status": "stored"})


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def hook(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a mailbox a web address; it is shown once, on the answer to this form."""
    row = get_object_or_404(Mailbox, pk=pk)
    form = HookForm(posted(request), initial={"kind": row.hook_kind or HookKind.RAW})
    if form.is_valid():
        kind = HookKind(form.cleaned_data["kind"])
        token, key = open_hook(row, kind=kind, key=form.cleaned_data["key"], by=request.actor)
        url = request.tenant.url(reverse("mailintake:hook", args=[token]))
        return render(request, "mailintake/settings/hook_opened.html", {"mailbox": row, "url": url, "key": key})
    title = _("Web address of %(address)s") % {"address": row.address}
    up = ("mailintake:mailboxes", UP[1])
    return form_page(
        request,
        form,
        title=title,
        up=up,
        template="mailintake/settings/hook.html",
        mailbox=row,
        save_label=_("Make a web address"),
    )


@require_POST
@role_required(Role.ADMIN)
def end_hook(request: MemberRequest, pk: int) -> HttpResponse:
    """Let nobody post to the mailbox any more."""
    row = get_object_or_404(Mailbox, pk=pk)
    close_hook(row, by=request.actor)
    return redirect("mailintake:mailbox", pk=row.pk)
