"""Where a ticket lived before it came here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from tickets.models.tickets import Ticket


class Origin(TenantModel):
    """A ticket of another desk that was taken over; the row that makes taking it over twice impossible."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="origins", db_index=False)
    # The other desk's name, as in its export.
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    # What people called the ticket there; mails and memories still do.
    number = models.CharField(max_length=40, blank=True)
    # What of it is here: ids of messages and of work entries there.
    messages = ArrayField(models.CharField(max_length=80), default=list)
    work = ArrayField(models.CharField(max_length=80), default=list)
    # Ids there of tickets that this one waits for, until both are here.
    merges_into = models.CharField(max_length=80, blank=True)
    follows = models.CharField(max_length=80, blank=True)
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "source", "external_id"], name="origin_once")]
        indexes = [
            models.Index(fields=["tenant", "number"], name="origin_number"),
            models.Index(fields=["tenant", "ticket"], name="origin_of_ticket"),
            models.Index(fields=["tenant", "id"], name="origin_waits", condition=~Q(merges_into="") | ~Q(follows="")),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} of {self.source}"
