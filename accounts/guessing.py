"""Whoever asks for one thing after another that is not there guesses at numbers or links, and has to wait."""

from collections.abc import Callable

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from accounts.requests import TenantRequest

GetResponse = Callable[[TenantRequest], HttpResponseBase]
WRONG_GUESSES, WINDOW_SECONDS = 100, 600
# Sign-in has limits of its own, and whoever shares an address with a guesser must be able to get in.
FREE = ("/account/", "/portal/sign-in/")


def guessing(get_response: GetResponse) -> GetResponse:
    """Answer 429 to a member, or to an address without a session, after too many things that were not there.

    Also for what is there, so that no guess can hit; in this tenant only, and until the window that the first one
    opened is over. Paths that lead nowhere tell nothing and are not counted. Where the cache is away nobody is
    held up.
    """

    def middleware(request: TenantRequest) -> HttpResponseBase:
        key = _key(request)
        if not request.path.startswith(FREE) and _wrong(key) >= WRONG_GUESSES:
            return render(request, "429.html", status=429)
        response = get_response(request)
        if response.status_code == 404 and request.resolver_match and request.resolver_match.kwargs:
            _count(key)
        return response

    return middleware


def _key(request: TenantRequest) -> str:
    user = request.user
    who = f"user:{user.pk}" if user.is_authenticated else f"from:{_address(request)}"
    return f"wrong:{request.tenant.pk}:{who}"


def _address(request: TenantRequest) -> str:
    """As for the limits of sign-in: of IPv6 the network, because one caller has a whole one."""
    try:
        return str(get_ip(request))
    except PermissionDenied:
        # On a socket of this machine nobody has one: all of them are one caller.
        return ""


def _wrong(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except RedisError:
        return 0


def _count(key: str) -> None:
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        cache.incr(key)
    except (RedisError, ValueError):
        # ValueError: the window ended between the two.
        return
