"""From host name to tenant, from session to member; one transaction a request."""

import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string

from accounts.actors import member_actor
from accounts.models import Tenant
from accounts.scope import marked, tenant_scope
from core.rls import SETTING

GetResponse = Callable[[HttpRequest], HttpResponseBase]
TENANT_KEY = "tenant"
# Where one can ask for a mail to an address.
STEADY = ("account_reset_password", "account_request_login_code", "account_confirm_login_code", "portal:sign_in")


def steady(get_response: GetResponse) -> GetResponse:
    """Answer whoever asks for a mail after a fixed time, so that the work it makes does not tell a known address.

    Stands outside the tenant's transaction, because its commit is part of that work. Refusals are not held back.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.monotonic()
        response = get_response(request)
        asks = request.method == "POST" and request.path in {reverse(name) for name in STEADY}
        if asks and response.status_code < 400:
            time.sleep(max(0.0, begun + settings.VASTE_STEADY_SECONDS - time.monotonic()))
        return response

    return middleware


def enter_by_host(host: str) -> Tenant | None:
    """The tenant of a host name, telling the database in the same statement; None for an unknown host."""
    tell = Func(Value(SETTING), Cast("pk", TextField()), Value(True), function="set_config", output_field=TextField())
    return Tenant.objects.filter(hosts__host=host).annotate(told=tell).first()


def _stream_in_scope(response: StreamingHttpResponse, tenant: Tenant) -> None:
    """The body is read after the request's transaction has ended, so it opens its own."""
    body = response.streaming_content

    def stream() -> Iterator[bytes]:
        with tenant_scope(tenant.pk):
            yield from body  # type: ignore[misc]  # WSGI serves synchronous bodies only

    response.streaming_content = stream()


def tenant(get_response: GetResponse) -> GetResponse:
    """Open the tenant's scope for the request; roll back on any answer of 500 and above.

    Django turns a view's exception into a response further in, so the status is all that can be seen here.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        with transaction.atomic():
            found = enter_by_host(host)
            if found is None:
                return _outside(request, host)
            request.tenant = found  # type: ignore[attr-defined]
            with marked(found.pk):
                response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if isinstance(response, StreamingHttpResponse):
            _stream_in_scope(response, found)
        return response

    return middleware


def _outside(request: HttpRequest, host: str) -> HttpResponseBase:
    """The installation's own host has pages of its own; every other host that is no tenant's is refused."""
    if host == settings.VASTE_BASE_DOMAIN and request.path in settings.VASTE_BASE_VIEWS:
        view: GetResponse = import_string(settings.VASTE_BASE_VIEWS[request.path])
        return view(request)
    return render(request, "outside.html", {"host": host, "at_home": False, "workspaces": []}, status=400)


def tenant_session(get_response: GetResponse) -> GetResponse:
    """Bind every session to the tenant it began in; on any other tenant's host it is as if there were none."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        here = request.tenant.pk  # type: ignore[attr-defined]
        session = request.session
        if session.session_key and session.get(TENANT_KEY) != here:
            request.session = type(session)()
        response = get_response(request)
        if request.session.modified and not request.session.is_empty():
            request.session[TENANT_KEY] = here
        return response

    return middleware


def _language(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return str(request.user.language)
    asked = translation.get_language_from_request(request)
    return asked if request.headers.get("Accept-Language") else str(request.tenant.language)  # type: ignore[attr-defined]


def member(get_response: GetResponse) -> GetResponse:
    """Who asks: `request.membership` and `request.actor`, and their language and time zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        membership = getattr(request.user, "membership", None)
        request.membership = membership  # type: ignore[attr-defined]
        request.actor = member_actor(membership) if membership else None  # type: ignore[attr-defined]
        zone = membership.office.time_zone if membership else request.tenant.time_zone  # type: ignore[attr-defined]
        language = _language(request)
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            response = get_response(request)
            if isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Language", language)
                # Pages hold one person's view of one tenant: no shared cache may keep them.
                response.headers.setdefault("Cache-Control", "no-store, private")
                patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    return middleware
