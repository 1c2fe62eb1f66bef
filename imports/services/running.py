"""A whole import: batch after batch, each in a transaction of its own, so that it may be killed at any point.

What is here is known by its row in Origin. Whoever starts the import again goes on where the last committed batch
ended, and doubles nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields

from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM
from accounts.scope import tenant_scope
from accounts.services import audit
from core.faults import fault_point
from imports.files import Store
from imports.format import OldTicket, Trouble
from imports.mapping import Mapping
from imports.services.drafts import Done, Options
from imports.services.joining import join
from imports.services.places import Places
from imports.services.writing import write

AT_ONCE = 200
TRIES = 5
MOST_KEPT = 10_000


@dataclass(slots=True)
class Report:
    """What an import has brought, what was refused, and what the words of the other desk became here."""

    done: Done = field(default_factory=Done)
    joined: int = 0
    waiting: int = 0
    refused: int = 0
    used: "Counter[tuple[str, str, str]]" = field(default_factory=Counter)

    def add(self, done: Done) -> None:
        for each in fields(Done):
            if each.name != "troubles":
                setattr(self.done, each.name, getattr(self.done, each.name) + getattr(done, each.name))
        self.refuse(done.troubles)

    def refuse(self, troubles: Iterable[Trouble]) -> None:
        for trouble in troubles:
            self.refused += 1
            if len(self.done.troubles) < MOST_KEPT:
                self.done.troubles.append(trouble)


@dataclass(frozen=True, slots=True)
class Import:
    """One run over an export for one tenant; `trial` undoes every batch when it has seen that it works."""

    tenant_id: int
    files: Store
    mapping: Mapping
    options: Options
    trial: bool = False
    # Told after each batch.
    tell: Callable[[Report], None] = lambda _: None

    def run(self, read: Iterable[OldTicket | Trouble]) -> Report:
        """Take in what the export holds, in its order.

        Raises NoQueue for a tenant that is not set up.
        """
        report, sources = Report(), dict[str, None]()
        for tickets, troubles in batches(read):
            report.refuse(troubles)
            sources |= dict.fromkeys(ticket.source for ticket in tickets)
            self._batch(tickets, report)
            self.tell(report)
        for source in sources if not self.trial else ():
            self._join(source, report)
        if not self.trial:
            self._record(list(sources), report)
        return report

    def _batch(self, tickets: list[OldTicket], report: Report) -> None:
        for last_try in [False] * (TRIES - 1) + [True]:
            try:
                with tenant_scope(self.tenant_id), transaction.atomic():
                    places = Places.known(self.mapping)
                    done = write(tickets, places, self.files, self.options)
                    fault_point("in-import-batch")
                    if self.trial:
                        transaction.set_rollback(True)
            except IntegrityError:
                # Mail that came in meanwhile, or another import, has made the same row.
                if last_try:
                    raise
            else:
                report.add(done)
                report.used.update(places.used)
                fault_point("after-import-batch")
                return

    def _join(self, source: str, report: Report) -> None:
        after = 0
        while True:
            with tenant_scope(self.tenant_id):
                joined = join(source, after=after)
            if joined is None:
                return
            after = joined.after
            report.joined += joined.joined
            report.waiting += joined.waiting

    def _record(self, sources: list[str], report: Report) -> None:
        done = report.done
        with tenant_scope(self.tenant_id):
            audit.record(
                "tickets.imported",
                by=SYSTEM,
                target=", ".join(sources),
                tickets=done.tickets,
                messages=done.messages,
                continued=done.continued,
                refused=report.refused,
            )


def batches(read: Iterable[OldTicket | Trouble]) -> Iterator[tuple[list[OldTicket], list[Trouble]]]:
    """So many tickets at a time, none of them twice: what comes again is looked at when its first copy is there."""
    tickets: dict[tuple[str, str], OldTicket] = {}
    troubles: list[Trouble] = []
    for each in read:
        if isinstance(each, Trouble):
            troubles.append(each)
            continue
        if len(tickets) == AT_ONCE or (each.source, each.id) in tickets:
            yield list(tickets.values()), troubles
            tickets, troubles = {}, []
        tickets[each.source, each.id] = each
    yield list(tickets.values()), troubles
