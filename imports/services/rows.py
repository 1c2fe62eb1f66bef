"""Rows of this desk out of what another one knew; nothing is written here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.filenames import clean_filename
from core.html import html_to_text, sanitise_mail
from imports.format import OldMessage, OldTicket, OldWork
from imports.services.drafts import Draft
from imports.services.history import Spoken, spoken
from imports.services.people import People
from imports.services.places import Places
from tickets.enums import FINISHED, MessageKind, StatusClass
from tickets.models import Attachment, Message, Origin, Ticket, WorkEntry

BY_DESK = (MessageKind.REPLY, MessageKind.NOTE)
MOST_COPIES = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows as of `now`, the instant of the import."""

    places: Places
    people: People
    now: datetime

    def ticket(self, draft: Draft, number: int) -> Ticket:
        old, places = draft.old, self.places
        requester, status_class = self.people.requester(old.requester), self._standing(old)
        if requester is None:
            raise LookupError(old.requester)
        finished = status_class in FINISHED
        ended_at = (old.ended_at or _last(old)) if finished else None
        replies = [each.at for each in old.messages if each.kind == MessageKind.REPLY]
        places.count(old)
        return Ticket(
            number=number,
            title=old.title or "…",
            kind=old.kind,
            priority=old.priority,
            status=places.status(status_class),
            status_class=status_class,
            channel=old.channel,
            queue=places.queue(old.queue),
            customer=self.people.customer(old.customer) or requester.customer,
            requester=requester,
            product=places.product(old.product),
            assignee=draft.assignee,
            copies=list(old.copies)[:MOST_COPIES],
            solution=old.solution,
            received_at=old.received_at,
            work_started_at=min((each.at for each in old.messages if each.kind in BY_DESK), default=None),
            first_responded_at=min(replies, default=None),
            resolved_at=ended_at,
            closed_at=ended_at if status_class == StatusClass.CLOSED else None,
            scheduled_until=old.until if status_class == StatusClass.SCHEDULED else None,
            last_activity_at=_last(old),
            # Silence is counted from here on: nobody is reminded of what lay at another desk.
            last_word_at=max(replies, default=old.received_at) if finished else self.now,
        )

    def _standing(self, old: OldTicket) -> StatusClass:
        """The status it comes in; what is merged is closed until the other ticket is here too."""
        if old.status == StatusClass.MERGED:
            return StatusClass.CLOSED
        if old.status == StatusClass.SCHEDULED and (old.until is None or old.until <= self.now):
            return StatusClass.OPEN
        return StatusClass(old.status)

    def said(self, draft: Draft) -> list[tuple[Message, Spoken]]:
        """Messages, and as notes the working time of those who are no members: here it has to belong to one."""
        rows = [self._message(each) for each in draft.messages]
        return rows + [_as_note(each) for each in draft.work if self.people.member(each.by) is None]

    def _message(self, old: OldMessage) -> tuple[Message, Spoken]:
        by_desk = old.kind in BY_DESK
        member = self.people.member(old.author) if by_desk else None
        who = spoken(old.author, member, None if by_desk else self.people.requester(old.author))
        row = Message(
            kind=old.kind,
            member=who.member,
            requester=who.requester,
            author_name=who.name[:120],
            text=old.text or html_to_text(old.html),
            html=sanitise_mail(old.html).html if old.html else "",
            at=old.at,
            mail_id=old.message_id,
            delivered_at=old.at if old.kind == MessageKind.REPLY else None,
        )
        return row, who

    def worked(self, draft: Draft) -> Iterator[tuple[WorkEntry, Spoken]]:
        for each in draft.work:
            if member := self.people.member(each.by):
                row = WorkEntry(
                    ticket=draft.ticket,
                    member=member,
                    work_type=self.places.work_type(each.work_type),
                    minutes=each.minutes,
                    ended_at=each.at,
                    text=each.text,
                    recorded_at=self.now,
                )
                yield row, spoken(each.by, member)

    def attachments(self, draft: Draft) -> Iterator[Attachment]:
        for old, (row, _) in zip(draft.messages, draft.said, strict=False):
            for file in old.files:
                yield Attachment(
                    ticket=draft.ticket,
                    message=row,
                    name=clean_filename(file.name),
                    content_type=file.content_type,
                    size=len(draft.contents[file.spot]),
                    storage_key=draft.stored[file.spot],
                    content_id=file.content_id,
                    inline=file.inline,
                )

    def origin(self, draft: Draft) -> Origin:
        old = draft.old
        return Origin(
            ticket=draft.ticket,
            source=old.source,
            external_id=old.id,
            number=old.number,
            messages=[each.id for each in draft.messages],
            work=[each.id for each in draft.work],
            merges_into=old.merged_into if old.status == StatusClass.MERGED else "",
            follows=old.follows,
            imported_at=self.now,
        )


def _as_note(work: OldWork) -> tuple[Message, Spoken]:
    who = spoken(work.by, None)
    told = ": ".join(part for part in (f"{work.minutes} min", work.work_type, work.text) if part)
    return Message(kind=MessageKind.NOTE, author_name=who.name[:120], text=told, at=work.at), who


def _last(old: OldTicket) -> datetime:
    return max([old.received_at, *(each.at for each in old.messages), *(each.at for each in old.work)])
