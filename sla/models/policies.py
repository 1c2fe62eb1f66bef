"""What is promised to whom."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, LegalEntity, TenantModel
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


class PolicyVersion(TenantModel):
    """The promises as they were from one moment on.

    `targets`: {"high": {"first_response": 120, "resolution": 960}}, minutes of the calendar's open time.
    `steps`: ladder of notices, percentages of the target, such as [75, 100].
    """

    policy = TenantForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    calendar = TenantForeignKey(Calendar, verbose_name=_("Calendar"), related_name="+")
    targets = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    pause_third_party = models.BooleanField(_("The clock pauses while a supplier is waited for"), default=False)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "policy", "number"], name="policy_version")]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class Contract(TenantModel):
    """What a customer has bought; decides the policy."""

    customer = TenantForeignKey(Customer, verbose_name=_("Customer"), related_name="contracts")
    legal_entity = TenantForeignKey(LegalEntity, verbose_name=_("Contract of"), related_name="+")
    number = models.CharField(_("Number"), max_length=40)
    policy = TenantForeignKey(Policy, verbose_name=_("Promises"), related_name="contracts")
    starts_on = models.DateField(_("Starts"))
    ends_on = models.DateField(_("Ends"), null=True, blank=True)

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
