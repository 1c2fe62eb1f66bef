"""What is promised to whom."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models import Customer, LegalEntity, TenantManager, TenantModel, TenantQuerySet
from sla.enums import Merging, PolicyChange, Reopening
from sla.models.calendars import Calendar


class Policy(TenantModel):
    """A set of promises under a name."""

    name = models.CharField(_("Name"), max_length=80)
    is_default = models.BooleanField(_("For tickets without a contract"), default=False)
    current = TenantForeignKey("sla.PolicyVersion", null=True, editable=False, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="policy_name"),
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_default=True), name="policy_one_default"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def default_pauses() -> list[str]:
    """The status classes that stop the clock where nothing else was agreed."""
    return ["waiting_requester", "scheduled"]


class PolicyVersion(TenantModel):
    """The promises as they were from one moment on.

    `targets`: {"high": {"first_response": 120, "resolution": 960}}, minutes of the calendar's open time.
    `next_day`: {"days": 1, "by": "12:00", "cutoff": "15:00", "priorities": ["high"]}: so many business days on, by a
    time of day; what comes after the cutoff counts as the next day's. Empty promises none.
    `pauses`: status classes that stop the clock.
    `steps`: the ladder of reminders, as `sla.ladder` reads it: [{"percent": 75, "whom": ["assignee"]}].
    """

    policy = TenantForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    calendar = TenantForeignKey(Calendar, verbose_name=_("Calendar"), related_name="+")
    targets = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    next_day = models.JSONField(default=dict, blank=True)
    pauses = models.JSONField(default=default_pauses, blank=True)
    first_response_pauses = models.BooleanField(_("The first response pauses with the others"), default=False)
    phone_responds = models.BooleanField(_("A call that was answered is a first response"), default=False)
    reopening = models.CharField(_("A reopened ticket"), max_length=12, choices=Reopening, default=Reopening.CONTINUE)
    on_change = models.CharField(
        _("When other promises take over"), max_length=12, choices=PolicyChange, default=PolicyChange.CARRY
    )
    merging = models.CharField(
        _("A ticket merged into another"), max_length=12, choices=Merging, default=Merging.EARLIEST
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "policy", "number"], name="policy_version")]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class ContractQuerySet(TenantQuerySet["Contract"]):
    def running_on(self, day: date) -> "ContractQuerySet":
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


ContractManager = TenantManager.from_queryset(ContractQuerySet)


class Contract(TenantModel):
    """What a customer has bought; decides the policy."""

    customer = TenantForeignKey(Customer, verbose_name=_("Customer"), related_name="contracts")
    legal_entity = TenantForeignKey(LegalEntity, verbose_name=_("Contract of"), related_name="+")
    number = models.CharField(_("Number"), max_length=40)
    policy = TenantForeignKey(Policy, verbose_name=_("Promises"), related_name="contracts")
    calendar = TenantForeignKey(
        Calendar,
        null=True,
        blank=True,
        verbose_name=_("Calendar"),
        related_name="+",
        help_text=_("Empty: the calendar of the promises"),
    )
    starts_on = models.DateField(_("Starts"))
    ends_on = models.DateField(_("Ends"), null=True, blank=True)
    # Whom a step of the ladder can tell; somebody of the customer's or of anybody's.
    contact_name = models.CharField(_("Contact for reminders"), max_length=120, blank=True)
    contact_email = models.EmailField(_("Their mail address"), blank=True)
    contact_language = models.CharField(_("Their language"), max_length=5, choices=Language, blank=True)

    objects: ClassVar[ContractManager["Contract"]] = ContractManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="contract_number"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="contract_dates"
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number
