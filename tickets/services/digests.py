"""What notices say: one alone in a mail of its own, many in one that lists them, most urgent first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from core.templatetags.vaste import ahead_words, behind_words, full_time, minutes_words
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from sla.models import Timer
from tickets.enums import NoticeKind
from tickets.metrics import promise_name
from tickets.models import Notice, Ticket
from tickets.services import mails
from tickets.services.letters import (
    Content,
    Entry,
    Posting,
    Section,
    member_reader,
    post,
    post_alone,
    reading_as,
    values_of,
)
from tickets.threads import tag

# What a mail lists before it only counts: mail programs cut off what is much longer.
MOST_LISTED = 100
LATE, SOON, ASKED, UNTOUCHED, WAITING = range(5)
PLACES = {
    NoticeKind.SNOOZED: ASKED,
    NoticeKind.UNTOUCHED: UNTOUCHED,
    NoticeKind.IDLE: UNTOUCHED,
    NoticeKind.SILENT: WAITING,
    NoticeKind.WAITING: WAITING,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A notice with its ticket, as its member may see it, and the instant that it turns on."""

    notice: Notice
    ticket: Ticket
    now: datetime

    @property
    def at(self) -> datetime:
        """When the promise is due, when the silence began, or when its member wanted to hear of it."""
        timer = self.notice.timer
        return (deadline(timer) if timer else self.notice.since) or self.notice.send_at

    @property
    def place(self) -> int:
        """The section it belongs in; the lowest is the most urgent."""
        if self.notice.kind == NoticeKind.PROMISE:
            return LATE if self.at <= self.now else SOON
        return PLACES[NoticeKind(self.notice.kind)]


def deadline(timer: Timer) -> datetime | None:
    """When it was or is due; of a broken promise whose clock stands still now, when it was broken."""
    return timer.due_at or timer.breached_at


def send_one(item: Item, member: Membership) -> OutgoingMail:
    """The notice in a mail of its own, as one about its ticket."""
    notice, ticket = item.notice, item.ticket
    if notice.timer is not None:
        return mails.send_reminder(ticket, notice.timer, notice.step, member)
    reader = member_reader(member)
    with reading_as(reader):
        values, line = values_of(ticket), _line(item)
        facts = [
            (_("Requester"), values["requester"]),
            (_("Customer"), values["customer"]),
            (_("Consultant"), values["assignee"] or _("Nobody")),
            (_("Next promise"), _next_promise(ticket, item.now)),
        ]
        content = Content(
            title=ticket.title,
            over_title=values["number"],
            promise=line,
            facts=[(label, value) for label, value in facts if value and value != line],
            buttons=[(_("Open the ticket"), ticket.tenant.url(ticket.get_absolute_url()), True)],
        )
        subject = f"{NoticeKind(notice.kind).label}: {ticket.title}"
        if notice.kind == NoticeKind.SNOOZED:
            subject = _("You asked to be reminded: %(title)s") % {"title": ticket.title}
        return post(ticket, Purpose.REMINDER, reader, subject, content, Posting(key=f"notice:{notice.pk}"))


def send_digest(items: Sequence[Item], member: Membership) -> OutgoingMail:
    """One mail that lists all the notices, in the member's language and on their clock."""
    reader = member_reader(member)
    ordered = sorted(items, key=lambda item: (item.place, item.at, item.ticket.number))
    first = ordered[0].ticket
    tenant = first.tenant
    with reading_as(reader):
        subject, left = _subject(items), len(ordered) - MOST_LISTED
        content = Content(
            title=subject,
            over_title=tenant.name,
            note=_("A reply to this mail reaches none of these tickets."),
            sections=_sections(ordered[:MOST_LISTED]),
            buttons=[(_("Open my work"), tenant.url(reverse("tickets:mine")), True)],
            footer="\n".join(
                [
                    *([_("And %(count)s more that are not listed here.") % {"count": left}] if left > 0 else []),
                    _("Times are those of %(zone)s.") % {"zone": reader.time_zone},
                ]
            ),
        )
        key = f"digest:{min(item.notice.pk for item in items)}"
        return post_alone(tenant, first.queue.address, reader, content, purpose=Purpose.REMINDER, key=key)


def _subject(items: Sequence[Item]) -> str:
    """How many tickets it is about, each counted once."""
    count = len({item.ticket.pk for item in items})
    late = len({item.ticket.pk for item in items if item.place == LATE})
    words = ngettext("Reminders of %(count)s ticket", "Reminders of %(count)s tickets", count) % {"count": count}
    return _("%(reminders)s, %(late)s late") % {"reminders": words, "late": late} if late else words


def _sections(items: Iterable[Item]) -> list[Section]:
    """The items by section, each ticket once in it with all that is to be said of it there."""
    found: dict[int, dict[int, Entry]] = {}
    for item in items:
        ticket = item.ticket
        place = found.setdefault(item.place, {})
        known = place.get(ticket.pk)
        url = ticket.tenant.url(ticket.get_absolute_url())
        lines = [*(known.lines if known else []), _line(item)]
        place[ticket.pk] = Entry(tag(ticket.tenant, ticket.number), ticket.title, url, lines)
    names = {
        LATE: _("Late"),
        SOON: _("Due soon"),
        ASKED: _("You asked to be reminded"),
        UNTOUCHED: _("Untouched"),
        WAITING: _("Waiting"),
    }
    return [Section(names[place], list(entries.values()), place == LATE) for place, entries in found.items()]


def _line(item: Item) -> str:
    """What there is to say, in one sentence with the clock time."""
    if item.notice.timer is not None:
        return _due(item.notice.timer.metric, item.at, item.now)
    values = {"moment": full_time(item.at)}
    match NoticeKind(item.notice.kind):
        case NoticeKind.UNTOUCHED:
            return _("Nobody has touched it since %(moment)s") % values
        case NoticeKind.IDLE:
            return _("Nothing has happened since %(moment)s") % values
        case NoticeKind.SILENT:
            return _("No word to the requester since %(moment)s") % values
        case NoticeKind.WAITING:
            return _("The requester has not answered since %(moment)s: remind them, or close it") % values
    return _next_promise(item.ticket, item.now) or _("You asked to be reminded")


def _next_promise(ticket: Ticket, now: datetime) -> str:
    return _due(ticket.next_metric, ticket.next_due_at, now) if ticket.next_due_at else ""


def _due(metric: str, due_at: datetime, now: datetime) -> str:
    """Such as "First response late by 18 min, due Thu 19 Nov 2026 16:45"."""
    say = behind_words if due_at <= now else ahead_words
    words = say(promise_name(metric), minutes_words(abs(due_at - now) // timedelta(minutes=1)))
    return _("%(promise)s, due %(moment)s") % {"promise": words, "moment": full_time(due_at)}
