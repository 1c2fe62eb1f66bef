"""One act on many tickets: what was wished, what became of each, and what each was before."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import BulkKind, BulkState
from tickets.models.tickets import Ticket


class BulkAction(TenantModel):
    """An act on many tickets, done in the background and, where it is many, over several transactions."""

    member = TenantForeignKey(Membership, related_name="+")
    kind = models.CharField(max_length=10, choices=BulkKind)
    # What each ticket gets, as tickets.services.deeds reads it, and the words for it.
    value = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=120, blank=True)
    notify = models.BooleanField(default=False)
    # Of a macro: what it did then, as tickets.actions writes it, and its note.
    actions = models.JSONField(default=list)
    note = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    # When the last of its tickets was done, or undone.
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["id"], name="bulk_unfinished", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.words}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class BulkItemQuerySet(TenantQuerySet["BulkItem"]):
    def left(self, action: BulkAction) -> "BulkItemQuerySet":
        """Those still to be done; of an action that is taken back, those still to be undone."""
        return self.filter(action=action, state=BulkState.DONE if action.is_undone else BulkState.PLANNED)


BulkItemManager = TenantManager.from_queryset(BulkItemQuerySet)


class BulkItem(TenantModel):
    """One ticket of it. `before` and `after` are what tickets.services.deeds has read of the ticket."""

    action = TenantForeignKey(BulkAction, models.CASCADE, related_name="items")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=BulkState, default=BulkState.PLANNED)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # Why it was left as it is, in the words of whoever acted.
    why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[BulkItemManager["BulkItem"]] = BulkItemManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "action", "ticket"], name="bulk_item_once")]
        indexes = [models.Index(fields=["tenant", "action", "state", "id"], name="bulk_item_state")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.ticket_id}"
