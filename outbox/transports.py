"""What a mail leaves by."""

from urllib.parse import unquote, urlsplit

from django.conf import settings

from accounts.models import Tenant
from outbox.delivery import Carrier
from outbox.enums import TransportKind
from outbox.models import Transport
from outbox.providers import Provider
from outbox.smtp import Server

SECURITY = {"smtps": Transport.Security.TLS, "smtp+tls": Transport.Security.STARTTLS}


def leaves_by_own(*, confidential: bool) -> bool:
    """Whether a mail leaves by the tenant's own server.

    Confidential mail never does: the tenant's admin could read sign-in codes there.
    """
    return not confidential and Transport.objects.exists()


def server_for(tenant: Tenant, *, own: bool) -> Carrier | None:
    """The tenant's own server or provider, or the installation's server; None where mail stays on this machine.

    Raises SecretUnreadable where the password was encrypted with another key.
    """
    if tenant.is_demo:
        return None
    if own:
        row = Transport.objects.get()
        if row.kind != TransportKind.SMTP:
            return Provider(TransportKind(row.kind), row.password)
        return Server(row.host, row.port, row.security, row.username, row.password, foreign=True)
    return _installation()


def _installation() -> Server | None:
    if not settings.VASTE_SMTP_URL:
        return None
    url = urlsplit(settings.VASTE_SMTP_URL)
    return Server(
        url.hostname or "localhost",
        url.port or 25,
        SECURITY.get(url.scheme, Transport.Security.NONE),
        unquote(url.username or ""),
        unquote(url.password or ""),
    )
