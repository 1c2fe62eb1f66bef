"""A team's own words for its tickets."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from tickets.models.tickets import Ticket


class Tag(TenantModel):
    """A word that tickets can bear. Written as its first user wrote it; `key` is it in lower case."""

    name = models.CharField(_("Name"), max_length=40)
    key = models.CharField(max_length=40, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="tag_key")]
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class TicketTag(TenantModel):
    """A tag on a ticket."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="ticket_tags")
    tag = TenantForeignKey(Tag, models.CASCADE, related_name="ticket_tags")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "tag"], name="ticket_tag_once")]
        indexes = [models.Index(fields=["tenant", "tag", "ticket"], name="ticket_tag_of_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.ticket_id}"
