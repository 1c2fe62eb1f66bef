"""What of an export's tickets is not here yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Membership
from imports.files import NoFile, Store
from imports.format import OldMessage, OldTicket, OldWork, Trouble
from imports.services.history import Spoken
from tickets.models import Message, Origin, Ticket, TicketEvent, WorkEntry


@dataclass(frozen=True, slots=True)
class Options:
    """How an import is done: its instant, whether promises count from it on, and whether files are kept."""

    now: datetime
    clocks: bool = False
    # A trial keeps none.
    keeps_files: bool = True


@dataclass(slots=True)
class Done:
    """What a batch has brought."""

    tickets: int = 0
    messages: int = 0
    files: int = 0
    work: int = 0
    unchanged: int = 0
    continued: int = 0
    requesters: int = 0
    customers: int = 0
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """What is to be written of one ticket; `origin` is set where the ticket is here already."""

    old: OldTicket
    origin: Origin | None
    messages: list[OldMessage]
    work: list[OldWork]
    # By the spot in the line that names a file: its bytes, and their key once they are kept.
    contents: dict[str, bytes] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    ticket: Ticket = field(default_factory=Ticket)
    assignee: Membership | None = None
    said: list[tuple[Message, Spoken]] = field(default_factory=list)
    worked: list[tuple[WorkEntry, Spoken]] = field(default_factory=list)
    log: list[TicketEvent] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.origin is None


def drafts_of(tickets: Sequence[OldTicket], done: Done) -> list[Draft]:
    """Those of which something is not here yet, in the tenant in scope; the others are counted."""
    ids, sources = {ticket.id for ticket in tickets}, {ticket.source for ticket in tickets}
    rows = Origin.objects.filter(source__in=sources, external_id__in=ids).select_related("ticket")
    known = {(each.source, each.external_id): each for each in rows}
    drafts = []
    for old in tickets:
        origin = known.get((old.source, old.id))
        messages, work = (set(origin.messages), set(origin.work)) if origin else (set[str](), set[str]())
        draft = Draft(
            old,
            origin,
            [each for each in old.messages if each.id not in messages],
            [each for each in old.work if each.id not in work],
        )
        if draft.is_new or draft.messages or draft.work:
            drafts.append(draft)
        else:
            done.unchanged += 1
    return drafts


def has_files(draft: Draft, files: Store, done: Done) -> bool:
    """Read the files of what is new; a ticket one of whose files is not there is refused."""
    for file in (file for message in draft.messages for file in message.files):
        try:
            draft.contents[file.spot] = files.read(file.path)
        except NoFile as error:
            done.troubles.append(Trouble(draft.old.place, draft.old.id, file.spot, str(error)))
            return False
    return True
