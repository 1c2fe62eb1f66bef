"""Signed links: made for one mail, revoked by what ends their reason."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, Requester
from core.tokens import new_code, new_token, same, token_hash
from tickets.enums import LinkPurpose
from tickets.errors import AlreadyDone, CodeRefused, LinkUnusable
from tickets.models import AccessLink, BoundBrowser, Ticket, UsedFormToken

LIFETIME = timedelta(days=30)
BROWSER_LIFETIME = timedelta(days=180)
CODE_LIFETIME = timedelta(minutes=15)
MAX_TRIES = 5


def make_work_link(ticket: Ticket, member: Membership) -> str:
    """A token for the consultant's page of one ticket. The token is in the returned text and nowhere else."""
    return _make(ticket, LinkPurpose.WORK, member=member)


def make_confirm_link(ticket: Ticket, requester: Requester) -> str:
    """A token for the requester's page about the solution."""
    return _make(ticket, LinkPurpose.CONFIRM, requester=requester)


def make_rating_link(ticket: Ticket, requester: Requester) -> str:
    """A token for the requester's page on which they say how it was."""
    return _make(ticket, LinkPurpose.RATE, requester=requester)


def _make(
    ticket: Ticket, purpose: LinkPurpose, *, member: Membership | None = None, requester: Requester | None = None
) -> str:
    token = new_token()
    AccessLink.objects.create(
        ticket=ticket,
        purpose=purpose,
        member=member,
        requester=requester,
        token_hash=token_hash(token),
        expires_at=timezone.now() + LIFETIME,
    )
    return token


def find(token: str, purpose: LinkPurpose) -> AccessLink:
    """The usable link behind a token.

    Raises LinkUnusable for one that is unknown, revoked, expired, made for another purpose, or whose member has
    lost their place, or the ticket, or no longer stands in for whoever has it.
    """
    links = AccessLink.objects.usable().filter(purpose=purpose, token_hash=token_hash(token))
    related = ("ticket__tenant", "ticket__status", "ticket__queue__office", "ticket__requester", "ticket__customer")
    link = links.select_related(
        *related, "ticket__product", "ticket__module", "member__user", "member__office"
    ).first()
    if link is None or (link.member and (link.member.ended_at or not link.member.user.is_active)):
        raise LinkUnusable
    if purpose == LinkPurpose.WORK and not (link.member and link.ticket.is_held_by(link.member)):
        raise LinkUnusable
    return link


def stale(token: str, purpose: LinkPurpose) -> AccessLink | None:
    """A link that was ours once and is usable no more, so that the page can offer a new one."""
    links = AccessLink.objects.filter(purpose=purpose, token_hash=token_hash(token))
    return links.select_related("ticket__tenant", "member__user").first()


def revoke(ticket: Ticket, purpose: LinkPurpose | None = None, *, at: datetime | None = None) -> int:
    """Take all of a ticket's links, or those of one purpose, out of use; returns how many."""
    links = ticket.links.filter(revoked_at=None)
    if purpose:
        links = links.filter(purpose=purpose)
    return int(links.update(revoked_at=at or timezone.now()))


def use_form(link: AccessLink, form_token: str) -> None:
    """Use up a form of a link's page.

    Raises AlreadyDone for one that was sent before.
    """
    try:
        with transaction.atomic():
            UsedFormToken.objects.create(link=link, token=form_token[:64])
    except IntegrityError as error:
        raise AlreadyDone from error


@transaction.atomic
def issue_code(link: AccessLink) -> str:
    """A new six-digit code for a browser; replaces the one before."""
    code = new_code()
    link.code_hash, link.code_tries = token_hash(code), 0
    link.code_expires_at = timezone.now() + CODE_LIFETIME
    link.save(update_fields=["code_hash", "code_tries", "code_expires_at"])
    return code


def bind_browser(link: AccessLink, code: str) -> str:
    """Trade the mailed code for a browser's secret, which goes into its cookie.

    Raises CodeRefused for a wrong, old or worn-out code; each try counts, also when two come at once.
    """
    tried = AccessLink.objects.filter(
        pk=link.pk, code_tries__lt=MAX_TRIES, code_expires_at__gt=timezone.now()
    ).exclude(code_hash="")
    if not tried.update(code_tries=F("code_tries") + 1):
        raise CodeRefused
    with transaction.atomic():
        row = AccessLink.objects.select_for_update(of=("self",)).select_related("member").get(pk=link.pk)
        if row.member is None or not row.code_hash or not same(row.code_hash, token_hash(code.strip())):
            raise CodeRefused
        row.code_hash = ""
        row.save(update_fields=["code_hash"])
        secret = new_token()
        BoundBrowser.objects.create(
            member=row.member, secret_hash=token_hash(secret), expires_at=timezone.now() + BROWSER_LIFETIME
        )
    return secret


def is_bound(member_id: int, secret: str) -> bool:
    """Whether a browser's cookie was given to this member's browser."""
    if not secret:
        return False
    browsers = BoundBrowser.objects.filter(member_id=member_id, expires_at__gt=timezone.now())
    return browsers.filter(secret_hash=token_hash(secret)).exists()
