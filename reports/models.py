"""Promises as reports read them, joined to their tickets; and the boards that screens show."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Theme
from accounts.fields import TenantForeignKey
from accounts.models import Office, TenantManager, TenantModel, TenantQuerySet
from sla.enums import TimerState
from sla.models import CalendarVersion, Contract
from tickets.models import Ticket


class PromiseQuerySet(TenantQuerySet["Promise"]):
    def as_of(self, now: object) -> "PromiseQuerySet":
        """With `late` (ever) and `late_in_the_end`, as they stand at `now`."""
        passed = Q(due_at__lt=F("fulfilled_at")) | Q(fulfilled_at=None, due_at__lt=now)
        return self.annotate(  # type: ignore[no-redef]  # they are declared, so that rows have them
            late=models.Case(models.When(Q(breached_at__isnull=False) | passed, then=True), default=False),
            late_in_the_end=models.Case(models.When(passed, then=True), default=False),
        )


PromiseManager = TenantManager.from_queryset(PromiseQuerySet)


class Promise(TenantModel):
    """A row of sla's timers with the ticket that is its subject; to read only.

    The table is sla's, which knows no tickets; here is where both are known.
    """

    # Set by `as_of`.
    late: bool
    late_in_the_end: bool

    ticket = TenantForeignKey(Ticket, models.DO_NOTHING, db_column="subject", related_name="+")
    contract = TenantForeignKey(Contract, models.DO_NOTHING, null=True, related_name="+")
    calendar_version = TenantForeignKey(CalendarVersion, models.DO_NOTHING, related_name="+")
    metric = models.CharField(max_length=24)
    cycle = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=TimerState)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    target_seconds = models.PositiveIntegerField()
    elapsed_seconds = models.PositiveIntegerField()
    paused_seconds = models.PositiveIntegerField()
    paused_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects: ClassVar[PromiseManager["Promise"]] = PromiseManager()

    class Meta(TenantModel.Meta):
        managed = False
        db_table = "sla_timer"

    def __str__(self) -> str:
        return f"{self.metric} of {self.ticket_id}"


class BoardQuerySet(TenantQuerySet["Board"]):
    def open(self) -> "BoardQuerySet":
        return self.filter(revoked_at=None)


BoardManager = TenantManager.from_queryset(BoardQuerySet)


class Board(TenantModel):
    """A screen that shows an office's work to whoever has its address. Only the token's digest is stored."""

    name = models.CharField(_("Name"), max_length=80, help_text=_("Where the screen hangs."))
    office = TenantForeignKey(
        Office,
        verbose_name=_("Office"),
        related_name="+",
        help_text=_("Its queues are shown, in its language and time zone."),
    )
    shows_names = models.BooleanField(
        _("Shows the names of requesters"),
        default=False,
        help_text=_("Whoever walks past can read them. Subjects and customers are shown either way."),
    )
    theme = models.CharField(_("Appearance"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    token_hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[BoardManager["Board"]] = BoardManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="board_token")]

    def __str__(self) -> str:
        return self.name
