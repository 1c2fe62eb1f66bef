"""Signing in to the portal by a mailed code. Nothing of a tenant's is shown before the address is proved."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import posted
from portal import signing_in, visitors
from portal.forms import CodeForm
from portal.forms_portal import SignInForm
from portal.limits import ASKED_FROM, TYPED_FROM, too_many_from
from portal.visitors import PortalRequest, VisitorRequest, portal_page, visitor_required, way_on
from tickets.errors import CodeRefused

# Which code this browser waits for; the code itself is only in the mail.
WAITS = f"{visitors.COOKIE}-code"


@require_http_methods(["GET", "POST"])
@portal_page
def ask(request: PortalRequest) -> HttpResponse:
    """The address; the answer is the same for each."""
    if request.visitor is not None:
        return redirect(way_on(request, request.GET.get("next", "")))
    form = SignInForm(posted(request), initial={"next": request.GET.get("next", "")})
    if not form.is_valid():
        return _page(request, "portal/sign_in.html", form, status=422 if form.errors else 200)
    if too_many_from(request, "codes", ASKED_FROM):
        return _page(request, "portal/sign_in.html", form, too_many=True, status=429)
    secret = signing_in.ask(form.cleaned_data["email"], request.portal, tenant=request.tenant)
    onward = urlencode({"next": way_on(request, form.cleaned_data["next"])})
    response = redirect(f"{reverse('portal:type_code')}?{onward}")
    response.set_cookie(
        WAITS,
        secret,
        max_age=int(signing_in.CODE_LIFETIME.total_seconds()),
        secure=settings.SECURE_SITE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_http_methods(["GET", "POST"])
@portal_page
def type_code(request: PortalRequest) -> HttpResponse:
    """The code; a new session begins with it, whatever the browser had before."""
    form = CodeForm(posted(request))
    if not form.is_valid():
        return _page(request, "portal/sign_in_code.html", form, status=422 if form.errors else 200)
    if too_many_from(request, "typed", TYPED_FROM):
        return _page(request, "portal/sign_in_code.html", form, too_many=True, status=429)
    try:
        secret = signing_in.enter(request.COOKIES.get(WAITS, ""), form.cleaned_data["code"], request.portal)
    except CodeRefused as refusal:
        form.add_error("code", str(refusal))
        return _page(request, "portal/sign_in_code.html", form, status=422)
    response = redirect(way_on(request, request.GET.get("next", "")))
    response.delete_cookie(WAITS)
    visitors.remember(response, secret)
    return response


@require_POST
@visitor_required
def leave(request: VisitorRequest) -> HttpResponse:
    """Out, in this browser or in all of them."""
    signing_in.leave(request.visitor.session, everywhere="everywhere" in request.POST)
    messages.success(request, _("Signed out"))
    response = redirect("portal:sign_in")
    response.delete_cookie(visitors.COOKIE)
    return response


def _page(
    request: PortalRequest, template: str, form: SignInForm | CodeForm, *, too_many: bool = False, status: int = 200
) -> HttpResponse:
    return visitors.show(request, template, {"form": form, "too_many": too_many}, status=status)
