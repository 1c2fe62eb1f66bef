"""What members have begun to write, kept while they write."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import Mode
from tickets.models.queues import WorkType
from tickets.models.tickets import Ticket


class DraftQuerySet(TenantQuerySet["Draft"]):
    def latest_first(self) -> "DraftQuerySet":
        return self.order_by("-saved_at", "-pk")


DraftManager = TenantManager.from_queryset(DraftQuerySet)


class Draft(TenantModel):
    """A reply or a note that is not sent yet.

    A member has one for each ticket and mode, as long as only one page writes at it. A page that goes on from an older
    version than the last saved one, such as a second tab, begins a branch of its own, and both are kept.
    """

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="drafts")
    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    mode = models.CharField(max_length=5, choices=Mode)
    text = models.TextField(blank=True)
    minutes = models.PositiveIntegerField(null=True)
    work_type = TenantForeignKey(WorkType, models.SET_NULL, null=True, related_name="+")
    # The page that began it, the page that wrote last, and how often it was written: random words of the pages.
    branch = models.CharField(max_length=60)
    page = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    # The colleague who has copied it to go on with it.
    taken_by = TenantForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[DraftManager["Draft"]] = DraftManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket", "member", "mode", "branch"], name="draft_branch")
        ]
        indexes = [models.Index(fields=["tenant", "member", "-saved_at"], name="draft_of_member")]

    def __str__(self) -> str:
        return f"{self.mode} on {self.ticket_id}"


_FACTS = JSONObject(
    pk="pk",
    member="member",
    name="member__user__name",
    mode="mode",
    text="text",
    minutes="minutes",
    work_type="work_type",
    branch="branch",
    version="version",
    saved_at="saved_at",
    taken_by="taken_by__user__name",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """A draft as the query of its ticket has found it; `member` and `work_type` are ids, `taken_by` is a name."""

    pk: int
    member: int
    name: str
    mode: str
    text: str
    minutes: int | None
    work_type: int | None
    branch: str
    version: int
    saved_at: datetime
    taken_by: str | None

    @property
    def is_note(self) -> bool:
        return self.mode == Mode.NOTE


def draft_facts() -> ArraySubquery:
    """The drafts of each ticket as an annotation, for a query that is made anyway; `read_drafts` reads it."""
    return ArraySubquery(Draft.objects.filter(ticket=OuterRef("pk")).latest_first().values(fact=_FACTS))


def read_drafts(facts: Iterable[dict[str, Any]]) -> list[DraftFacts]:
    """The drafts, the last saved first."""
    return [DraftFacts(**fact | {"saved_at": datetime.fromisoformat(fact["saved_at"])}) for fact in facts]
