"""Small steps of a ticket that somebody ticks off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantModel
from tickets.models.tickets import Ticket


class TicketTask(TenantModel):
    """One step, in the order that people give them; done when somebody says so."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="tasks")
    text = models.CharField(_("Task"), max_length=200)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    due_on = models.DateField(_("Due"), null=True)
    position = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by = TenantForeignKey(Membership, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "ticket", "position"], name="task_of_ticket")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A task as a page shows it."""

    id: int
    text: str
    who: str | None
    due_on: date | None
    is_done: bool
    done_by: str | None

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and not self.is_done and self.due_on < timezone.localdate()


def task_facts() -> ArraySubquery:
    """The tasks of each ticket as an annotation, for a query that is made anyway; `read_tasks` reads it."""
    facts = JSONObject(
        id="pk",
        text="text",
        who="member__user__name",
        due_on="due_on",
        is_done=models.Q(done_at__isnull=False),
        done_by="done_by__user__name",
    )
    rows = TicketTask.objects.filter(ticket=OuterRef("pk")).order_by(F("position"), F("pk"))
    return ArraySubquery(rows.values(fact=facts))


def read_tasks(facts: Iterable[dict[str, Any]]) -> list[TaskFacts]:
    """The tasks in their order."""
    return [
        TaskFacts(**fact | {"due_on": date.fromisoformat(fact["due_on"]) if fact["due_on"] else None})
        for fact in facts
    ]
