"""Stored promises: a projection of the event log that a sweep can find without computing anything."""

from typing import ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Least
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import TenantManager, TenantModel, TenantQuerySet
from sla.enums import TimerState
from sla.models.calendars import CalendarVersion
from sla.models.policies import Contract, PolicyVersion


class TimerQuerySet(TenantQuerySet["Timer"]):
    def of(self, subject: int) -> "TimerQuerySet":
        return self.filter(subject=subject)

    def with_fired_steps(self) -> "TimerQuerySet":
        """With `fired_steps`: the places of the ladder's steps that have been taken."""
        fired = StepFired.objects.filter(timer=OuterRef("pk")).order_by("step").values("step")
        return self.annotate(fired_steps=ArraySubquery(fired))

    def live(self) -> "TimerQuerySet":
        """Promises that can still be kept or broken."""
        return self.filter(fulfilled_at=None).exclude(state=TimerState.CANCELLED)


TimerManager = TenantManager.from_queryset(TimerQuerySet)


class Timer(TenantModel):
    """One promise to one subject; the subject is a neutral number, because this app knows no tickets.

    Durations are whole seconds of open time. `due_at` is empty while the clock is paused without a known end.
    """

    subject = models.BigIntegerField()
    metric = models.CharField(max_length=24)
    cycle = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=TimerState)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    target_seconds = models.PositiveIntegerField()
    elapsed_seconds = models.PositiveIntegerField()
    paused_seconds = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    # Sticky: once late, always reported as late, whatever happens to the target later.
    breached_at = models.DateTimeField(null=True)
    # The place of the step that is taken then; none where the sweep looks only whether the promise is late.
    next_step = models.CharField(max_length=16, null=True)  # noqa: DJ001  # none is no text
    # When it was settled whether the promise is kept: the instant by which reports put it into a period.
    decided_at = models.GeneratedField(
        expression=Least("fulfilled_at", "due_at", "breached_at"), output_field=models.DateTimeField(), db_persist=True
    )
    next_action_at = models.DateTimeField(null=True)
    policy_version = TenantForeignKey(PolicyVersion, related_name="+")
    calendar_version = TenantForeignKey(CalendarVersion, related_name="+")
    contract = TenantForeignKey(Contract, null=True, related_name="+")

    objects: ClassVar[TimerManager["Timer"]] = TimerManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "subject", "metric", "cycle"], name="timer_once"),
        ]
        indexes = [
            models.Index(fields=["next_action_at"], name="timer_next", condition=Q(next_action_at__isnull=False)),
            models.Index(fields=["tenant", "decided_at"], name="timer_decided"),
            models.Index(fields=["tenant", "paused_at"], name="timer_paused", condition=Q(paused_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.subject}"

    @property
    def is_live(self) -> bool:
        """Whether the promise can still be kept or broken."""
        return self.fulfilled_at is None and self.state != TimerState.CANCELLED

    @property
    def target_minutes(self) -> int:
        return self.target_seconds // 60

    @property
    def is_late(self) -> bool:
        """Whether it was broken, or is by now."""
        return bool(self.breached_at or (self.due_at and self.due_at < timezone.now()))

    @property
    def elapsed_minutes(self) -> int:
        return self.elapsed_seconds // 60


class StepFired(TenantModel):
    """A step of the ladder that was taken, by its place; unique, so that two sweeps with a crash take it once."""

    timer = TenantForeignKey(Timer, models.CASCADE, related_name="fired")
    step = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "timer", "step"], name="step_fired_once")]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.step}"
