"""From the token in an address to the ticket and the person it stands for; a fresh link in place of a dead one."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from outbox.enums import Purpose
from outbox.models import OutgoingMail
from tickets.enums import LinkPurpose, MessageKind, StatusClass
from tickets.errors import LinkUnusable
from tickets.models import AccessLink, Ticket
from tickets.services import events, links, mails
from tickets.services.letters import Reader, member_reader, requester_reader
from tickets.threads import tag

MAILS_AN_HOUR = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the page of a link. The token is kept for the addresses on the page, and for nothing else."""

    link: AccessLink
    token: str

    @property
    def ticket(self) -> Ticket:
        ticket: Ticket = self.link.ticket
        return ticket

    @property
    def number(self) -> str:
        """What people call the ticket, such as SYS-1042."""
        return tag(self.ticket.tenant, self.ticket.number)

    @property
    def goes_on_as(self) -> str:
        """What people call the ticket that this one was merged into; empty for all others."""
        return tag(self.ticket.tenant, self.ticket.survivor.number) if self.ticket.is_merged else ""

    @property
    def reader(self) -> Reader:
        """In whose language and time zone the page speaks."""
        if self.link.member:
            return member_reader(self.link.member)
        return requester_reader(self.ticket)


def usable(token: str, purpose: LinkPurpose) -> Visit:
    """The visit that a link allows.

    Raises LinkUnusable, also for a requester who is no longer the ticket's.
    """
    link = links.find(token, purpose)
    if purpose != LinkPurpose.WORK and link.requester_id != link.ticket.requester_id:
        raise LinkUnusable
    return Visit(link, token)


def once_ours(token: str, purpose: LinkPurpose) -> Visit:
    """A link in whatever state it is; Http404 for a token that was never ours."""
    link = links.stale(token, purpose)
    if link is None:
        raise Http404
    return Visit(link, token)


def sent_lately(link: AccessLink, purpose: Purpose, email: str) -> int:
    """How many mails of a purpose went to the link's person about its ticket within the last hour."""
    since = timezone.now() - timedelta(hours=1)
    about = OutgoingMail.objects.about(link.ticket_id).filter(purpose=purpose, queued_at__gt=since)
    return int(about.filter(to__contains=[email]).count())


@transaction.atomic
def mail_new_work_link(link: AccessLink) -> None:
    """Send the ticket's details again to whoever still works on it; nothing for anybody else, or too often."""
    ticket, member = events.locked(link.ticket, even_merged=True), link.member
    if member is None or member.ended_at or not member.user.is_active:
        return
    if ticket.is_closed or not ticket.is_held_by(member):
        return
    if sent_lately(link, Purpose.DETAILS, member.email) < MAILS_AN_HOUR:
        mails.send_details(ticket, member)


@transaction.atomic
def mail_new_confirm_link(link: AccessLink) -> None:
    """Ask the requester once more whether the solution works, while that is the question; not too often."""
    ticket = events.locked(link.ticket, even_merged=True)
    if ticket.status_class != StatusClass.RESOLVED or ticket.requester_id != link.requester_id:
        return
    solution = ticket.messages.filter(kind=MessageKind.REPLY).order_by("at", "pk").last()
    if solution and sent_lately(link, Purpose.CONFIRMATION, ticket.requester.email) < MAILS_AN_HOUR:
        mails.send_solution(ticket, solution, again=True)
