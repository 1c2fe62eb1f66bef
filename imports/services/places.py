"""Where things of another desk go here: queues, statuses, kinds of work, products."""

from collections import Counter
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field

from accounts.models import Product
from imports.format import OldTicket
from imports.mapping import Mapping
from tickets.enums import StatusClass
from tickets.models import Queue, Status, WorkType


class NoQueue(LookupError):
    """The tenant has no queue to put tickets into."""


@dataclass(slots=True)
class Places:
    """Rows of the tenant by their names in lower case; `used` counts what each word of the source became."""

    mapping: Mapping
    queues: Lookup[str, Queue]
    statuses: Lookup[str, Status]
    work_types: Lookup[str, WorkType]
    products: Lookup[str, Product]
    used: "Counter[tuple[str, str, str]]" = field(default_factory=Counter)

    @classmethod
    def known(cls, mapping: Mapping) -> "Places":
        """Those of the tenant in scope.

        Raises NoQueue.
        """
        queues = Queue.objects.select_related("office").order_by("position", "name")
        if not queues:
            raise NoQueue
        return cls(
            mapping,
            {each.name.casefold(): each for each in queues},
            {each.status_class: each for each in Status.objects.filter(is_default=True)},
            {each.name.casefold(): each for each in WorkType.objects.order_by("position", "pk")},
            {each.name.casefold(): each for each in Product.objects.all()},
        )

    @property
    def first_queue(self) -> Queue:
        return next(iter(self.queues.values()))

    def queue(self, word: str) -> Queue:
        """By its name here or by the mapping; the first queue where neither knows it."""
        found = self.queues.get(self.mapping.meaning("queues", word).casefold(), self.first_queue)
        self.used["queue", word, found.name] += 1
        return found

    def work_type(self, word: str) -> WorkType:
        first = next(iter(self.work_types.values()))
        found = self.work_types.get(self.mapping.meaning("work_types", word).casefold(), first)
        self.used["work type", word, found.name] += 1
        return found

    def product(self, word: str) -> Product | None:
        return self.products.get(word.casefold()) if word else None

    def status(self, status_class: StatusClass) -> Status:
        return self.statuses[status_class]

    def count(self, ticket: OldTicket) -> None:
        """What the report says of the words that the mapping has replaced."""
        self.used.update(ticket.said)
