"""How a matter becomes a ticket: by mail through the real intake, or typed in by the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor, member_actor
from accounts.models import Membership, Requester
from helpdesk.demo.letters import deliver, letter
from helpdesk.demo.past import StoryClock
from helpdesk.demo.plot import Story
from helpdesk.demo.workspace import Workspace
from mailintake.enums import InboundState
from mailintake.services import triage
from sla.enums import Priority
from tickets.enums import Channel, Kind
from tickets.models import Queue, Ticket
from tickets.services import facts
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket

SPARE_PARTS = "Spare parts"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A requester comes with a story; an agent takes it in a little later."""

    place: Workspace
    clock: StoryClock
    story: Story
    requester: Requester
    received_at: datetime
    taken_at: datetime
    agent: Membership

    @property
    def by(self) -> Actor:
        return member_actor(self.agent)

    @property
    def queue(self) -> Queue:
        """That of the customer's office; orders go to the spare parts, where a tenant has them."""
        queues = self.place.queues
        if self.story.kind == Kind.ORDER and SPARE_PARTS in queues:
            return queues[SPARE_PARTS]
        customer = self.requester.customer
        near = [queue for queue in queues.values() if customer and queue.office_id == customer.office_id]
        return near[0]

    @property
    def facts(self) -> dict[str, Any]:
        """What an agent finds out by reading."""
        return {
            "kind": Kind(self.story.kind),
            "priority": Priority(self.story.priority),
            "product": self.place.products[self.story.product],
            "module": self.place.modules.get((self.story.product, self.story.module)),
        }

    def by_hand(self, *, notify: bool) -> Ticket:
        """Typed in by the desk."""
        self.clock.set(self.taken_at)
        matter = Matter(
            title=self.story.title,
            queue=self.queue,
            requester=self.requester,
            customer=self.requester.customer,
            written=Written(text=self.story.text),
            channel=Channel(self.story.channel),
            received_at=self.received_at,
            **self.facts,
        )
        return open_ticket(matter, by=self.by, notify=notify)

    def by_mail(self, number: int) -> Ticket:
        """Through the intake, then accepted in triage or corrected after it opened by itself."""
        address, name = self.queue.address, f"{self.place.tenant.slug}-{number}"
        sender = f"{self.requester.name} <{self.requester.email}>"
        raw = letter(sender, address, self.story.title, self.story.text, at=self.received_at, name=name)
        row = deliver(self.place, self.clock, address, raw, at=self.received_at, name=name)
        self.clock.set(self.taken_at)
        if row.state == InboundState.TRIAGE:
            return triage.accept(row.pk, self._acceptance(), by=self.by, notify=True)
        return facts.change(row.ticket, by=self.by, **self.facts)

    def _acceptance(self) -> triage.Acceptance:
        return triage.Acceptance(
            title=self.story.title,
            queue=self.queue,
            requester_name=self.requester.name,
            customer=self.requester.customer,
            **self.facts,
        )
