"""Signing in at a provider instead of storing a password: OAuth 2.0 with PKCE (RFC 6749, 7636), then XOAUTH2.

A provider is offered where the installation has registered with it: its client id and secret are in the settings.
"""

import base64
import hashlib
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone

from mailintake.enums import SignIn, Trouble
from mailintake.fetching.troubles import MailboxUnreachable

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 2**16
# A token is renewed this long before its end, so that it does not end under way.
EARLY = timedelta(minutes=2)
OUTLOOK = "https://outlook.office.com"
SCOPES = {
    SignIn.MICROSOFT: f"{OUTLOOK}/IMAP.AccessAsUser.All {OUTLOOK}/POP.AccessAsUser.All offline_access",
    SignIn.GOOGLE: "https://mail.google.com/",
}
# Google gives a refresh token only where it is asked for access without the user, and asks the user anew.
MORE: dict[str, dict[str, str]] = {
    SignIn.MICROSOFT: {"prompt": "select_account"},
    SignIn.GOOGLE: {"access_type": "offline", "prompt": "consent"},
}


@dataclass(frozen=True, slots=True)
class Provider:
    """One that the installation is registered with, and its mail servers, the only ones that see its tokens."""

    code: SignIn
    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    imap_host: str
    pop3_host: str

    @property
    def name(self) -> str:
        return str(self.code.label)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gives; `refresh` is empty where the former one stays good."""

    access: str
    refresh: str
    expires_at: datetime


def providers() -> dict[str, Provider]:
    """Those that this installation is registered with, by their code."""
    known = settings.VASTE_MAIL_PROVIDERS
    return {code: Provider(SignIn(code), **facts) for code, facts in known.items() if facts["client_id"]}


def authorize_address(provider: Provider, *, redirect: str, state: str, verifier: str, username: str) -> str:
    """Where a browser is sent to sign in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "scope": SCOPES[provider.code],
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": username,
    }
    return f"{provider.authorize_url}?{urlencode(query | MORE[provider.code])}"


def exchange(provider: Provider, *, code: str, verifier: str, redirect: str) -> Tokens:
    """The tokens for a code that a browser brought back. Raises MailboxUnreachable."""
    asked = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
    return _ask(provider, asked)


def renew(provider: Provider, refresh_token: str) -> Tokens:
    """New tokens for the refresh token. Raises MailboxUnreachable: SIGN_IN_AGAIN where it is not good any more."""
    return _ask(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _ask(provider: Provider, asked: Mapping[str, str]) -> Tokens:
    """One question to the token endpoint (RFC 6749, 5); no redirect is followed."""
    own = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    try:
        status, answer = _post(provider.token_url, urlencode({**asked, **own}))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise MailboxUnreachable(Trouble.PROVIDER, f"{provider.name}: {type(error).__name__}") from error
    if status != http.HTTPStatus.OK or not isinstance(answer.get("access_token"), str):
        raise _refused(provider, status, answer)
    life = timedelta(seconds=min(int(answer.get("expires_in") or 3600), 86_400))
    return Tokens(answer["access_token"], str(answer.get("refresh_token") or ""), timezone.now() + life - EARLY)


def _refused(provider: Provider, status: int, answer: Mapping[str, Any]) -> MailboxUnreachable:
    code, words = str(answer.get("error", "")), str(answer.get("error_description", ""))
    # What the user can mend by signing in again (RFC 6749, 5.2); the rest is the provider's or the installation's.
    again = code in ("invalid_grant", "interaction_required", "consent_required", "login_required")
    trouble = Trouble.SIGN_IN_AGAIN if again else Trouble.PROVIDER
    return MailboxUnreachable(trouble, f"{provider.name}: {status} {code} {words}".strip()[:500])


def _post(url: str, body: str) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", parts.path, body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read(LARGEST_ANSWER) or b"{}")
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else {}
