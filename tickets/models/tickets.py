"""The ticket, and the counter that numbers it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import SEE_EVERY_TICKET
from accounts.fields import TenantForeignKey
from accounts.models import (
    Customer,
    Membership,
    Module,
    Product,
    Requester,
    TenantManager,
    TenantModel,
    TenantQuerySet,
)
from accounts.models.absences import covered_ids
from accounts.standing_in import Away
from sla.enums import Priority
from sla.models import Contract
from tickets.enums import FINISHED, UNFINISHED, Channel, Kind, StatusClass
from tickets.models.queues import Queue, Status

if TYPE_CHECKING:
    from tickets.models.conversation import Message


# Behind every deadline.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class TicketCounter(TenantModel):
    """The tenant's last ticket number; its row is locked while one is given out."""

    last_number = models.PositiveBigIntegerField(default=1000)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="ticket_counter_once")]

    def __str__(self) -> str:
        return str(self.last_number)


class TicketQuerySet(TenantQuerySet["Ticket"]):
    def visible_to(self, member: Membership) -> "TicketQuerySet":
        """Tickets in queues open to the member, those in their hands, and those of whom they stand in for."""
        if member.has_role(*SEE_EVERY_TICKET):
            return self
        hands = Q(assignee__in=[member.pk, *covered_ids(member)])
        queues = Queue.objects.open_to(member).values("pk") if member.granted is None else member.granted
        return self.filter(hands | Q(queue__in=queues))

    def unfinished(self) -> "TicketQuerySet":
        return self.filter(status_class__in=UNFINISHED)

    def on_desk_of(self, member: Membership) -> "TicketQuerySet":
        """What the member has to work on: their own, and what is unfinished of those for whom they stand in."""
        own, covered = Q(assignee=member), covered_ids(member)
        return self.filter(own | Q(assignee__in=covered, status_class__in=UNFINISHED) if covered else own)

    def finished(self) -> "TicketQuerySet":
        return self.filter(status_class__in=FINISHED)

    def unassigned(self) -> "TicketQuerySet":
        return self.filter(assignee=None)

    def for_list(self) -> "TicketQuerySet":
        """With all that a list row shows."""
        return self.select_related("status", "requester", "customer", "assignee__user")

    def by_next_deadline(self) -> "TicketQuerySet":
        """What is due first comes first; without a promise last."""
        return self.order_by("due_order", "pk")


TicketManager = TenantManager.from_queryset(TicketQuerySet)


class Ticket(TenantModel):
    """One request and its conversation.

    `next_*` repeat the next promise of the ticket's timers, so that lists sort and show it without a join; they are
    written by the same service that writes the timers.
    """

    # The member for whom the row was fetched as one that they may see; no column.
    seen_by: int | None = None
    # The message it was opened with, on the row that `open_ticket` returns; no column.
    opened_with: "Message | None" = None
    # Who was meant to get it and is away, on the row that `assign` and `open_ticket` return; no column.
    instead_of: Away | None = None
    # The latest instant that its log was written at, on a row that `locked` returns; no column.
    recorded_until: datetime | None = None

    number = models.PositiveBigIntegerField()
    title = models.CharField(_("Title"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.REQUEST)
    priority = models.CharField(_("Priority"), max_length=8, choices=Priority, default=Priority.NORMAL)
    status = TenantForeignKey(Status, related_name="+")
    status_class = models.CharField(max_length=20, choices=StatusClass)
    channel = models.CharField(max_length=8, choices=Channel)
    queue = TenantForeignKey(Queue, verbose_name=_("Queue"), related_name="tickets")
    customer = TenantForeignKey(Customer, null=True, blank=True, verbose_name=_("Customer"), related_name="tickets")
    requester = TenantForeignKey(Requester, verbose_name=_("Requester"), related_name="tickets")
    product = TenantForeignKey(Product, null=True, blank=True, verbose_name=_("Product"), related_name="+")
    module = TenantForeignKey(Module, null=True, blank=True, verbose_name=_("Module"), related_name="+")
    assignee = TenantForeignKey(
        Membership, null=True, blank=True, verbose_name=_("Consultant"), related_name="assigned_tickets"
    )
    contract = TenantForeignKey(Contract, null=True, related_name="+")
    parent = TenantForeignKey("self", null=True, related_name="follow_ups")
    # The ticket that its matter goes on in; never one that leads back here.
    merged_into = TenantForeignKey("self", null=True, related_name="+")
    copies = ArrayField(models.EmailField(), default=list)
    solution = models.TextField(_("Solution"), blank=True)
    # What its consultant would do next, written for whoever stands in; never shown outside the desk.
    next_step = models.CharField(_("Next step"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("Received at"))
    work_started_at = models.DateTimeField(null=True)
    first_responded_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Until when a scheduled ticket rests; it opens by itself then.
    scheduled_until = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField()
    # When the requester last heard from the desk, or it from them for the first time: a public reply that a mail
    # server took, or the reception. No silence that a rule minds began before it.
    last_word_at = models.DateTimeField(default=timezone.now)
    next_metric = models.CharField(max_length=24, blank=True)
    next_due_at = models.DateTimeField(null=True)
    # What lists are sorted by: never empty, so that an index is entered at any row of it.
    due_order = models.GeneratedField(
        expression=Coalesce("next_due_at", Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )
    next_warn_at = models.DateTimeField(null=True)
    clock_paused_at = models.DateTimeField(null=True)

    objects: ClassVar[TicketManager["Ticket"]] = TicketManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="ticket_number"),
            models.CheckConstraint(
                condition=Q(status_class=StatusClass.CLOSED, closed_at__isnull=False)
                | (~Q(status_class=StatusClass.CLOSED) & Q(closed_at=None)),
                name="ticket_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(status_class=StatusClass.MERGED, merged_into__isnull=False)
                | (~Q(status_class=StatusClass.MERGED) & Q(merged_into=None)),
                name="ticket_merged_into",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scheduled_until"], name="ticket_scheduled", condition=Q(scheduled_until__isnull=False)
            ),
            # The lists that people live in are of unfinished tickets; those of all have few rows of each assignee.
            models.Index(
                fields=["tenant", "queue", "due_order", "id"],
                name="ticket_queue_open",
                condition=Q(status_class__in=UNFINISHED),
            ),
            models.Index(
                fields=["tenant", "assignee", "due_order", "id"],
                name="ticket_assignee_open",
                condition=Q(status_class__in=UNFINISHED),
            ),
            models.Index(fields=["tenant", "due_order", "id"], name="ticket_due_order"),
            models.Index(fields=["tenant", "queue", "received_at"], name="ticket_queue"),
            models.Index(fields=["tenant", "assignee", "received_at"], name="ticket_assignee"),
            models.Index(fields=["tenant", "last_activity_at"], name="ticket_activity"),
            models.Index(fields=["tenant", "requester", "-received_at"], name="ticket_requester"),
            models.Index(fields=["tenant", "customer", "-received_at"], name="ticket_customer"),
            models.Index(
                fields=["tenant", "last_word_at"], name="ticket_silence", condition=Q(status_class__in=UNFINISHED)
            ),
            # Of all tenants' tickets these are few, or asked for by day.
            models.Index(fields=["tenant", "received_at"], name="ticket_received"),
            models.Index(
                fields=["tenant", "resolved_at"], name="ticket_resolved", condition=Q(resolved_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:detail", args=[self.number])

    def is_held_by(self, member: Membership) -> bool:
        """Whether the member has it, or stands in for whoever has it."""
        return self.assignee_id == member.pk or (
            self.assignee_id is not None and self.assignee_id in covered_ids(member)
        )

    @property
    def is_closed(self) -> bool:
        """Whether it is read-only."""
        return self.status_class in (StatusClass.CLOSED, StatusClass.MERGED)

    @property
    def is_merged(self) -> bool:
        return self.status_class == StatusClass.MERGED

    @property
    def is_finished(self) -> bool:
        return self.status_class in FINISHED

    @property
    def survivor(self) -> "Ticket":
        """Where its matter goes on: the ticket at the end of what it was merged into, or itself."""
        ticket = self
        while ticket.merged_into is not None:
            ticket = ticket.merged_into
        return ticket
