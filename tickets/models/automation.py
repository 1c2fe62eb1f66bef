"""What a desk lets happen by itself: rules, what waits for them, and what they have done."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, Team, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import Hearer, RuleClock, RuleEvent, RunState, Unit
from tickets.models.conversation import TicketEvent
from tickets.models.tickets import Ticket
from tickets.models.views import LONGEST


class Rule(TenantModel):
    """When something has happened, or some time after an instant, a ticket that fulfils conditions gets something.

    It begins with events or with a clock, never both. The clock is that on the wall.
    """

    name = models.CharField(_("Name"), max_length=60)
    position = models.PositiveSmallIntegerField(
        _("Position"), default=0, validators=[MinValueValidator(0)], help_text=_("Rules run in this order.")
    )
    is_on = models.BooleanField(default=False, editable=False)
    events = ArrayField(
        models.CharField(max_length=20, choices=RuleEvent), default=list, blank=True, verbose_name=_("When it happens")
    )
    clock = models.CharField(_("Or some time after"), max_length=8, choices=RuleClock, blank=True)
    amount = models.PositiveSmallIntegerField(
        _("How long after"), default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    unit = models.CharField(_("Counted in"), max_length=5, choices=Unit, default=Unit.DAYS)
    # Of a clock: all instants up to this one have been looked at.
    swept_until = models.DateTimeField(null=True, editable=False)
    # As tickets.selection reads it: the query of a list's address.
    query = models.CharField(max_length=LONGEST, blank=True, editable=False)
    words = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("Only with one of these words")
    )
    # As tickets.actions writes it.
    actions = models.JSONField(default=list, editable=False)
    note = models.TextField(_("Internal note"), blank=True, max_length=4000)
    tell = models.CharField(_("Tell"), max_length=8, choices=Hearer, blank=True)
    tell_member = TenantForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, verbose_name=_("And this colleague"), related_name="+"
    )
    tell_team = TenantForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("And this team"), related_name="+"
    )

    objects: ClassVar[TenantManager["Rule"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="rule_name"),
            models.CheckConstraint(condition=Q(clock="") | Q(events=[]), name="rule_begins_once"),
        ]
        # Asked for each time that something is added to a log.
        indexes = [models.Index(fields=["tenant"], name="rule_listens", condition=Q(is_on=True))]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> timedelta:
        """How long after its instant a rule with a clock acts."""
        return timedelta(hours=self.amount) if self.unit == Unit.HOURS else timedelta(days=self.amount)


class RuleDue(TenantModel):
    """A rule is to look at a ticket: because of an event, which a trigger of the database noted, or of an instant."""

    rule = TenantForeignKey(Rule, models.CASCADE, related_name="due")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")
    event = TenantForeignKey(TicketEvent, models.CASCADE, null=True, related_name="+")
    instant = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "rule", "ticket", "event", "instant"], name="rule_due_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="rule_due"),
            models.Index(fields=["tenant", "ticket", "id"], name="rule_due_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.ticket_id}"


class RunQuerySet(TenantQuerySet["RuleRun"]):
    def acted(self, *, since: datetime) -> "RunQuerySet":
        """Those in which a rule ran, after an instant."""
        return self.filter(at__gt=since).exclude(state=RunState.STOPPED)

    def troubles(self, *, since: datetime) -> "RunQuerySet":
        """Those that an admin should look at, after an instant."""
        return self.filter(at__gt=since, state__in=[RunState.STOPPED, RunState.FAILED])


RunManager = TenantManager.from_queryset(RunQuerySet)


class RuleRun(TenantModel):
    """What one rule did on one ticket for one event or instant, once; or why it did not."""

    rule = TenantForeignKey(Rule, models.CASCADE, related_name="runs")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="rule_runs")
    event = TenantForeignKey(TicketEvent, models.CASCADE, null=True, related_name="+")
    instant = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=RunState)
    why = models.CharField(max_length=200, blank=True)
    # What it did, as tickets.actions writes it, and what the ticket had before and after.
    actions = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects: ClassVar[RunManager["RuleRun"]] = RunManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "rule", "ticket", "event", "instant"], name="rule_run_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "ticket", "-at"], name="rule_run_of_ticket"),
            models.Index(fields=["tenant", "rule", "-id"], name="rule_run_of_rule"),
            models.Index(
                fields=["tenant", "at"], name="rule_run_trouble", condition=Q(state__in=["stopped", "failed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.ticket_id}: {self.state}"
