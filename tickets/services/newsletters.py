"""News of tickets in one mail: what happened, on which of them, and why its reader hears of it."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from core.templatetags.vaste import stamp
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from tickets.enums import NoticeKind
from tickets.models import Notice
from tickets.services.digests import MOST_LISTED, Item
from tickets.services.letters import Content, Entry, Section, choices_line, member_reader, post_alone, reading_as
from tickets.threads import tag

# The most personal first.
ORDER = (
    NoticeKind.MENTIONED,
    NoticeKind.RULE,
    NoticeKind.ASSIGNED,
    NoticeKind.ANSWERED,
    NoticeKind.FOLLOWED,
    NoticeKind.NOTED,
    NoticeKind.ARRIVED,
)
SNIPPET = 240


def send_news(items: Sequence[Item], member: Membership) -> OutgoingMail:
    """One mail of all the news, in the member's language. It has no ticket's address: a reply would go to the
    requester, and here colleagues speak among themselves.
    """
    reader = member_reader(member)
    ordered = sorted(items, key=lambda item: (ORDER.index(NoticeKind(item.notice.kind)), item.notice.made_at))
    first = ordered[0].ticket
    tenant = first.tenant
    with reading_as(reader):
        subject, left = _subject(ordered), len(ordered) - MOST_LISTED
        more = [_("And %(count)s more that are not listed here.") % {"count": left}] if left > 0 else []
        content = Content(
            title=subject,
            over_title=tenant.name,
            note=_("A reply to this mail reaches none of these tickets."),
            sections=_sections(ordered[:MOST_LISTED]),
            buttons=[_button(ordered)],
            footer="\n".join([*more, choices_line(tenant)]),
        )
        key = f"news:{min(item.notice.pk for item in items)}"
        return post_alone(tenant, first.queue.address, reader, content, purpose=Purpose.NEWS, key=key)


def _subject(items: Sequence[Item]) -> str:
    """Of one piece what it is; of several on how many tickets. No number in brackets: see `send_news`."""
    if len(items) == 1:
        return f"{_line(items[0].notice)}: {items[0].ticket.title}"
    tickets = len({item.ticket.pk for item in items})
    words = ngettext("News of %(count)s ticket", "News of %(count)s tickets", tickets)
    return words % {"count": tickets}


def _button(items: Sequence[Item]) -> tuple[str, str, bool]:
    ticket = items[0].ticket
    if len({item.ticket.pk for item in items}) == 1:
        return _("Open the ticket"), ticket.tenant.url(ticket.get_absolute_url()), True
    return _("Open my work"), ticket.tenant.url(reverse("tickets:mine")), True


def _sections(items: Sequence[Item]) -> list[Section]:
    """By kind, and in it by ticket: the heading is the reason why one hears of it."""
    found: dict[str, dict[int, Entry]] = {}
    for item in items:
        ticket, place = item.ticket, found.setdefault(item.notice.kind, {})
        known = place.get(ticket.pk)
        url = ticket.tenant.url(ticket.get_absolute_url())
        lines = [*(known.lines if known else []), *_lines(item.notice)]
        place[ticket.pk] = Entry(tag(ticket.tenant, ticket.number), ticket.title, url, lines)
    reasons = {
        NoticeKind.MENTIONED: _("You are mentioned"),
        NoticeKind.ASSIGNED: _("Assigned to you"),
        NoticeKind.ANSWERED: _("The requester wrote on a ticket of yours"),
        NoticeKind.FOLLOWED: _("The requester wrote on a ticket that you follow"),
        NoticeKind.NOTED: _("Notes on tickets that you have or follow"),
        NoticeKind.ARRIVED: _("New in your queues"),
        NoticeKind.RULE: _("The desk's rules tell you"),
    }
    return [Section(reasons[NoticeKind(kind)], list(entries.values())) for kind, entries in found.items()]


def _lines(notice: Notice) -> list[str]:
    message = notice.message
    if message is None:
        return [stamp(notice.made_at)]
    text = " ".join(message.text.split())
    beginning = f"{text[:SNIPPET]}…" if len(text) > SNIPPET else text
    return [f"{message.author_name}, {stamp(message.at)}: {beginning}"]


def _line(notice: Notice) -> str:
    """What one piece of news is, in a few words."""
    name = {"name": notice.message.author_name if notice.message else ""}
    match NoticeKind(notice.kind):
        case NoticeKind.MENTIONED:
            return _("%(name)s mentioned you") % name
        case NoticeKind.NOTED:
            return _("%(name)s wrote a note") % name
        case NoticeKind.ASSIGNED:
            return _("Assigned to you")
        case NoticeKind.ARRIVED:
            return _("New ticket")
    return _("%(name)s wrote") % name
