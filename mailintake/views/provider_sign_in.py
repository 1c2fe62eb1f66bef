"""Signing a mailbox in at its provider: out with a state that is bound to browser and tenant, back with a code.

A provider knows one address to send browsers back to, on the installation's own host; from there they go to the
tenant that the signed state names. The code is changed into tokens by a worker, because no network is talked to
inside a tenant's scope.
"""

import hmac
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.confirmation import confirmed_recently
from accounts.enums import Role
from accounts.models import Tenant
from accounts.requests import MemberRequest
from mailintake.fetching.oauth import authorize_address, providers
from mailintake.models import Mailbox
from mailintake.services.mailboxes import keep_grant
from mailintake.services.provider_tokens import grant_of

SALT = "mailintake.provider_sign_in"
KEY = "mailbox_sign_in"
# A sign-in with a second step takes a while.
LONGEST_SECONDS = 900
BROUGHT_BACK = ("state", "code", "error")


def redirect_address() -> str:
    """Where providers send browsers back to; registered with them by whoever runs the installation."""
    port = f":{settings.VASTE_PUBLIC_PORT}" if settings.VASTE_PUBLIC_PORT else ""
    return f"{settings.VASTE_SCHEME}://{settings.VASTE_BASE_DOMAIN}{port}/mail/signed-in/"


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
@confirmed_recently
def leave(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the way to the provider; a link, because the page's policy lets forms lead nowhere else."""
    row = get_object_or_404(Mailbox, pk=pk)
    provider = providers().get(row.sign_in)
    if request.method == "GET" or provider is None:
        # From where one has shown who one is; or the mailbox has a password meanwhile.
        return redirect("mailintake:mailbox", pk=row.pk)
    verifier = secrets.token_urlsafe(64)
    state = signing.dumps({"tenant": request.tenant.pk, "nonce": secrets.token_urlsafe(16)}, salt=SALT)
    request.session[KEY] = {"state": state, "verifier": verifier, "mailbox": row.pk, "at": time.time()}
    address = authorize_address(
        provider, redirect=redirect_address(), state=state, verifier=verifier, username=row.username
    )
    page = {"mailbox": row, "provider": provider.name, "address": address}
    return render(request, "mailintake/settings/sign_in.html", page)


def bounce(request: HttpRequest) -> HttpResponse:
    """On the installation's own host: send the browser on to the tenant in whose state it came back."""
    try:
        told: dict[str, Any] = signing.loads(request.GET.get("state", ""), salt=SALT, max_age=LONGEST_SECONDS)
        tenant = Tenant.objects.get(pk=told["tenant"])
    except (signing.BadSignature, Tenant.DoesNotExist):
        here = {"host": request.get_host(), "at_home": False, "workspaces": []}
        return render(request, "outside.html", here, status=400)
    query = urlencode({name: request.GET[name] for name in BROUGHT_BACK if name in request.GET})
    return HttpResponseRedirect(f"{tenant.url(reverse('mailintake:signed_in'))}?{query}")


@require_GET
@role_required(Role.ADMIN)
def signed_in(request: MemberRequest) -> HttpResponse:
    """Take the code that this very browser was sent out for, once.

    The one address where following a link changes something: the provider's protocol has it so, and only the
    browser with the session that began it, less than a quarter of an hour ago, can come back here with its state.
    """
    begun = request.session.get(KEY) or {}
    given = request.GET.get("state", "")
    fresh = time.time() - begun.get("at", 0) < LONGEST_SECONDS
    if not (begun and fresh and hmac.compare_digest(begun["state"].encode(), given.encode())):
        messages.error(request, _("This sign-in was not begun here, or it took too long. Begin again."))
        return redirect("mailintake:mailboxes")
    del request.session[KEY]
    row = get_object_or_404(Mailbox, pk=begun["mailbox"])
    here = reverse("mailintake:mailbox", args=[row.pk])
    if not (code := request.GET.get("code", "")):
        messages.error(request, _("The provider has not let you in. Nothing has changed."))
        return redirect(here)
    keep_grant(row, grant_of(code=code, verifier=begun["verifier"], redirect=redirect_address()), by=request.actor)
    return redirect(f"{here}?{urlencode({'since': row.next_poll_at.isoformat()})}")
