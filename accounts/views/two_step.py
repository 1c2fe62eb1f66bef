"""The second step: asked for at sign-in, and set up by the person whose it is."""

import base64
import time

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import ReauthenticateView
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import clear_totp_secret
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from accounts.confirmation import confirmed_recently
from accounts.pages import posted
from accounts.requests import MemberRequest
from accounts.services import two_step
from accounts.sign_in_forms import SecondStepForm, TurnOnForm

# Which set of recovery codes this session may still show, and until when.
SHOWN_KEY = "two_step_codes"
SHOWN_SECONDS = 600


@require_http_methods(["GET", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]  # allauth has no types
def authenticate(request: HttpRequest) -> HttpResponse:
    """Between password or mailed code and the session."""
    stage = request._login_stage  # type: ignore[attr-defined]  # set by the decorator
    form = SecondStepForm(posted(request), user=stage.login.user)
    if form.is_valid():
        form.save()
        response: HttpResponse = stage.exit()
        return response
    return render(request, "mfa/authenticate.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def authenticate_again(request: MemberRequest) -> HttpResponseBase:
    """The way of somebody who shows by a code, not by the password, that it is them."""
    response: HttpResponseBase = ReauthenticateView.as_view()(request)
    return response


@require_GET
@signed_in
def overview(request: MemberRequest) -> HttpResponse:
    """Whether it is on, how many recovery codes are left, and what can be done."""
    return render(request, "mfa/overview.html", {"state": two_step.state_of(request.user)})


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed_recently
def turn_on(request: MemberRequest) -> HttpResponse:
    """The picture for the app, and the first code from it."""
    if two_step.is_on(request.user):
        return redirect("accounts:two_step")
    form = TurnOnForm(posted(request), user=request.user)
    if form.is_valid():
        two_step.turn_on(request.user, form.secret, by=request.actor)
        clear_totp_secret(request)
        record_authentication(request, request.user, "mfa", type="totp")
        return _show_codes(request)
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, form.secret)
    picture = base64.b64encode(adapter.build_totp_svg(url).encode()).decode()
    by_hand = [form.secret[start : start + 4] for start in range(0, len(form.secret), 4)]
    context = {"form": form, "app_url": url, "picture": f"data:image/svg+xml;base64,{picture}", "by_hand": by_hand}
    return render(request, "mfa/turn_on.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed_recently
def turn_off(request: MemberRequest) -> HttpResponse:
    """Back to the password or the mailed code alone, where the tenant lets them."""
    if request.tenant.require_two_step or not two_step.is_on(request.user):
        return redirect("accounts:two_step")
    if request.method == "POST":
        two_step.turn_off(request.user, by=request.actor)
        messages.success(request, _("Two-step sign-in is off"))
        return redirect("accounts:two_step")
    return render(request, "mfa/turn_off.html")


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed_recently
def codes(request: MemberRequest) -> HttpResponse:
    """Recovery codes: shown for ten minutes in the browser that had them made, then never again."""
    if not two_step.is_on(request.user):
        return redirect("accounts:two_step")
    if request.method == "POST":
        two_step.renew_codes(request.user, by=request.actor)
        return _show_codes(request)
    return render(request, "mfa/codes.html", {"codes": _codes_to_show(request)})


@require_GET
@signed_in
@confirmed_recently
def codes_file(request: MemberRequest) -> HttpResponse:
    """The same codes as a file to keep."""
    shown = _codes_to_show(request)
    if not shown:
        return redirect("accounts:two_step_codes")
    head = _("Recovery codes of %(email)s for %(desk)s, each for one sign-in") % {
        "email": request.user.email,
        "desk": request.tenant.name,
    }
    text = "\n".join([head, "", *shown, ""])
    file = HttpResponse(text, content_type="text/plain; charset=utf-8")
    file.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return file


def _show_codes(request: MemberRequest) -> HttpResponse:
    key, _unused = two_step.unused_codes(request.user)
    request.session[SHOWN_KEY] = {"key": key, "until": time.time() + SHOWN_SECONDS}
    return redirect("accounts:two_step_codes")


def _codes_to_show(request: MemberRequest) -> list[str]:
    may = request.session.get(SHOWN_KEY, {})
    if may.get("until", 0) < time.time():
        return []
    key, unused = two_step.unused_codes(request.user)
    return unused if key == may["key"] else []
