"""Known incidents: what requesters read of an unfinished ticket, before they ask about the same."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models import TenantManager, TenantModel, TenantQuerySet
from tickets.enums import UNFINISHED
from tickets.models.tickets import Ticket


class IncidentTextQuerySet(TenantQuerySet["IncidentText"]):
    def current(self) -> "IncidentTextQuerySet":
        """Those of tickets that are still worked on, the latest incident first."""
        return self.filter(ticket__status_class__in=UNFINISHED).order_by("-ticket__received_at", "ticket", "pk")


IncidentTextManager = TenantManager.from_queryset(IncidentTextQuerySet)


class IncidentText(TenantModel):
    """What everybody at the portal may read of an incident, in one language: no word of the ticket itself."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="incident_texts")
    language = models.CharField(max_length=5, choices=Language)
    text = models.CharField(max_length=300)
    written_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[IncidentTextManager["IncidentText"]] = IncidentTextManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "language"], name="incident_text_once")]

    def __str__(self) -> str:
        return self.text


def texts_of(ticket: Ticket) -> Mapping[str, str]:
    """By language."""
    rows: QuerySet[IncidentText, tuple[str, str]] = IncidentText.objects.filter(ticket=ticket).values_list(
        "language", "text"
    )
    return dict(rows)
