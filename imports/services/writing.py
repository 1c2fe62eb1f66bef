"""A batch of tickets of another desk becomes tickets here, in one transaction.

Nothing but rows is written: no mail, no notice, no webhook, and no promise unless it is asked for. What this desk has
done since an earlier import stays; only messages and working time that are not here yet are added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Membership
from accounts.scope import require_tenant_id
from core import live
from core.files import store
from imports.files import Store
from imports.format import OldTicket
from imports.services.drafts import Done, Draft, Options, drafts_of, has_files
from imports.services.history import Log
from imports.services.people import People
from imports.services.places import Places
from imports.services.rows import Rows
from tickets.enums import FINISHED, StatusClass
from tickets.models import Attachment, Message, Origin, Tag, Ticket, TicketCounter, TicketEvent, TicketTag, WorkEntry
from tickets.services import clock
from tickets.services.choosing import choose, facts_of

EVENTS_AT_ONCE = 2_000


@transaction.atomic
def write(tickets: Sequence[OldTicket], places: Places, files: Store, options: Options) -> Done:
    """Write what is new of the tickets, in the tenant in scope.

    Raises IntegrityError where somebody was faster, such as a mail of a person whom both make; then nothing is
    written, and the caller tries again.
    """
    done = Done()
    drafts = [draft for draft in drafts_of(tickets, done) if has_files(draft, files, done)]
    if drafts:
        people = People.of([draft.old for draft in drafts], places.first_queue.office)
        done.requesters, done.customers = people.made_requesters, people.made_customers
        _Writer(places, people, options, done).write(drafts)
    return done


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the rows of a batch, table after table, so that each takes few statements."""

    places: Places
    people: People
    options: Options
    done: Done

    def write(self, drafts: Sequence[Draft]) -> None:
        rows = Rows(self.places, self.people, self.options.now)
        new, known = [each for each in drafts if each.is_new], [each for each in drafts if not each.is_new]
        # What takes long comes before the counter, at which new tickets wait.
        for draft in drafts:
            draft.assignee = self._assignee(draft.old)
            draft.said = rows.said(draft)
            draft.stored = self._stored(draft)
        self._tickets(new, known, rows)
        self._conversation(drafts, rows)
        self._log(drafts)
        Origin.objects.bulk_create(rows.origin(draft) for draft in new)
        _tag(new)
        self._go_on(known)
        for draft in new if self.options.clocks else ():
            self._begin_clocks(draft.ticket)

    def _assignee(self, old: OldTicket) -> Membership | None:
        member = self.people.member(old.assignee) if old.assignee else None
        return member if member and member.ended_at is None else None

    def _stored(self, draft: Draft) -> dict[str, str]:
        if not self.options.keeps_files:
            return dict.fromkeys(draft.contents, "")
        return {spot: store(require_tenant_id(), content) for spot, content in draft.contents.items()}

    def _tickets(self, new: Sequence[Draft], known: Iterable[Draft], rows: Rows) -> None:
        for draft, number in zip(new, _next_numbers(len(new)), strict=True):
            draft.ticket = rows.ticket(draft, number)
        Ticket.objects.bulk_create(draft.ticket for draft in new)
        for draft in known:
            if draft.origin:
                draft.ticket = draft.origin.ticket
        self.done.tickets = len(new)

    def _conversation(self, drafts: Sequence[Draft], rows: Rows) -> None:
        for draft in drafts:
            for message, _ in draft.said:
                message.ticket = draft.ticket
            draft.worked = list(rows.worked(draft))
        messages = [message for draft in drafts for message, _ in draft.said]
        Message.objects.bulk_create(messages)
        work = [entry for draft in drafts for entry, _ in draft.worked]
        WorkEntry.objects.bulk_create(work)
        files = [file for draft in drafts for file in rows.attachments(draft)]
        Attachment.objects.bulk_create(files)
        self.done.messages, self.done.work, self.done.files = len(messages), len(work), len(files)

    def _log(self, drafts: Iterable[Draft]) -> None:
        begins = self.places.status(StatusClass.NEW).pk
        for draft in drafts:
            log = Log(draft.ticket, draft.old.source, self.options.now)
            draft.log = [event for row, who in draft.said for event in log.said(row, who.actor)]
            draft.log += [log.worked(row, who.actor) for row, who in draft.worked]
            draft.log.sort(key=lambda event: event.at)
            if draft.is_new:
                ending = log.ending(draft.old, counts=self._counts(draft.ticket))
                draft.log = [*log.beginning(begins, draft.assignee), *draft.log, *ending]
        events = [event for draft in drafts for event in draft.log]
        TicketEvent.objects.bulk_create(events, batch_size=EVENTS_AT_ONCE)

    def _go_on(self, drafts: Sequence[Draft]) -> None:
        """Tickets that are here already and have gone on at the other desk."""
        for draft in drafts:
            if draft.origin:
                draft.origin.messages += [each.id for each in draft.messages]
                draft.origin.work += [each.id for each in draft.work]
                draft.origin.save(update_fields=["messages", "work"])
            latest = max(event.at for event in draft.log)
            Ticket.objects.filter(pk=draft.ticket.pk, last_activity_at__lt=latest).update(last_activity_at=latest)
            live.touch(draft.ticket.tenant_id, str(draft.ticket.number))
        self.done.continued = len(drafts)

    def _counts(self, ticket: Ticket) -> bool:
        return self.options.clocks and ticket.status_class not in FINISHED

    def _begin_clocks(self, ticket: Ticket) -> None:
        """The promises of an open ticket, from now on."""
        choice = choose(facts_of(ticket)) if self._counts(ticket) else None
        if choice:
            ticket.contract_id = choice.contract_id
            clock.first_promises(ticket, choice, at=self.options.now).save()
            clock.refresh(ticket, now=self.options.now, changed=["contract"])


def _tag(drafts: Sequence[Draft]) -> None:
    """Tags are the same whatever their case, and written as they were first."""
    names = {tag.casefold()[:40]: tag for draft in reversed(drafts) for tag in reversed(draft.old.tags)}
    Tag.objects.bulk_create((Tag(key=key, name=name) for key, name in names.items()), ignore_conflicts=True)
    tags = {tag.key: tag for tag in Tag.objects.filter(key__in=names)}
    TicketTag.objects.bulk_create(
        TicketTag(ticket=draft.ticket, tag=tags[key])
        for draft in drafts
        for key in dict.fromkeys(tag.casefold()[:40] for tag in draft.old.tags)
    )


def _next_numbers(count: int) -> range:
    """So many numbers of the tenant's own; the counter stays locked until the transaction ends."""
    if not count:
        return range(0)
    TicketCounter.objects.bulk_create([TicketCounter()], ignore_conflicts=True)
    counter = TicketCounter.objects.select_for_update().get()
    first = counter.last_number + 1
    counter.last_number += count
    counter.save(update_fields=["last_number"])
    return range(first, counter.last_number + 1)
