"""The access token of a mailbox: renewed in time, sealed at rest, written by whoever holds the mailbox's claim."""

import json

from django.db.models import Q
from django.utils import timezone

from accounts.scope import tenant_scope
from core.secrets import seal, unseal
from mailintake.enums import Trouble
from mailintake.fetching.oauth import Provider, Tokens, exchange, providers, renew
from mailintake.fetching.troubles import MailboxUnreachable
from mailintake.models import Mailbox


def grant_of(*, code: str, verifier: str, redirect: str) -> str:
    """What a browser brought back from the provider, sealed until a worker changes it into tokens."""
    return seal(json.dumps({"code": code, "verifier": verifier, "redirect": redirect}))


def access_token(mailbox: Mailbox) -> str:
    """A token that is good for some minutes; may ask the provider, so it is called outside any scope.

    Raises MailboxUnreachable: SIGN_IN_AGAIN where only a person can help.
    """
    provider = providers().get(mailbox.sign_in)
    if provider is None:
        raise MailboxUnreachable(Trouble.PROVIDER, "This installation is not registered with the provider.")
    if mailbox.sealed_grant:
        return _first(mailbox, provider)
    if mailbox.sealed_access_token and mailbox.access_expires_at and mailbox.access_expires_at > timezone.now():
        return unseal(mailbox.sealed_access_token)
    if not mailbox.sealed_refresh_token:
        raise MailboxUnreachable(Trouble.SIGN_IN_AGAIN, "Nobody has signed in yet.")
    return _keep(mailbox, renew(provider, unseal(mailbox.sealed_refresh_token)))


def _first(mailbox: Mailbox, provider: Provider) -> str:
    grant = json.loads(unseal(mailbox.sealed_grant))
    try:
        tokens = exchange(provider, **grant)
    except MailboxUnreachable as error:
        if error.trouble != Trouble.PROVIDER:
            # A code serves once.
            _update(mailbox, sealed_grant="")
        raise
    return _keep(mailbox, tokens)


def _keep(mailbox: Mailbox, tokens: Tokens) -> str:
    changes: dict[str, object] = {"sealed_access_token": seal(tokens.access), "access_expires_at": tokens.expires_at}
    if tokens.refresh:
        changes["sealed_refresh_token"] = seal(tokens.refresh)
    _update(mailbox, sealed_grant="", **changes)
    return tokens.access


def _update(mailbox: Mailbox, **changes: object) -> None:
    """Write only over what we have read: if somebody signed in anew meanwhile, theirs is the newer."""
    ours = Q(sealed_grant=mailbox.sealed_grant, sealed_refresh_token=mailbox.sealed_refresh_token)
    with tenant_scope(mailbox.tenant_id):
        Mailbox.objects.filter(ours, pk=mailbox.pk).update(**changes)
