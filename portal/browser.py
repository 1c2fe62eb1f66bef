"""The consultant's browser: a link alone opens the page, only a browser that has shown the mailed code may act."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.actors import member_actor
from accounts.services import audit
from outbox.enums import Purpose
from portal.links import MAILS_AN_HOUR, Visit, sent_lately
from tickets.models import AccessLink
from tickets.services import events, links, mails

COOKIE = "__Host-browser" if settings.SECURE_SITE else "browser"


def is_trusted(request: HttpRequest, link: AccessLink) -> bool:
    """Whether this browser may act for the link's member: bound by code, signed in as them, or no code is asked."""
    membership = getattr(request, "membership", None)
    if link.member_id is None:
        return False
    if not link.ticket.tenant.confirm_browsers or (membership and membership.pk == link.member_id):
        return True
    return links.is_bound(link.member_id, request.COOKIES.get(COOKIE, ""))


@transaction.atomic
def mail_code(link: AccessLink, *, again: bool = False) -> bool:
    """Mail a code, unless one is on its way that can still be typed; `again` replaces that one.

    At most MAILS_AN_HOUR an hour. Says whether there is a code to type.
    """
    row = AccessLink.objects.select_for_update().get(pk=link.pk)
    waits = _waits(row)
    member = link.member
    if (waits and not again) or member is None:
        return waits
    if sent_lately(link, Purpose.CODE, member.email) >= MAILS_AN_HOUR:
        return waits
    mails.send_code(link.ticket, member, links.issue_code(row))
    return True


def _waits(link: AccessLink) -> bool:
    running = link.code_expires_at is not None and link.code_expires_at > timezone.now()
    return bool(link.code_hash) and running and link.code_tries < links.MAX_TRIES


def bind(visit: Visit, code: str) -> str:
    """Trade the typed code for the browser's secret.

    Raises CodeRefused, and TicketClosed on a ticket that has just been closed.
    """
    # The ticket before the link, as every service locks them: the other way round would meet a reassignment head-on.
    events.locked(visit.ticket)
    secret = links.bind_browser(visit.link, code)
    if visit.link.member:
        audit.record("browser.bound", by=member_actor(visit.link.member), target=visit.ticket.number)
    return secret


def remember(response: HttpResponse, secret: str) -> None:
    """Give the browser its secret, for this host only."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(links.BROWSER_LIFETIME.total_seconds()),
        secure=settings.SECURE_SITE,
        httponly=True,
        samesite="Lax",
    )
