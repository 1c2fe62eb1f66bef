"""Which promises hold for which tickets, where neither the contract nor the queue is to decide."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, Product, TenantManager, TenantModel
from sla.enums import Priority
from sla.models import Calendar, Policy
from tickets.enums import Kind
from tickets.models.queues import Queue


class PromiseRule(TenantModel):
    """Promises for the tickets that fit all of its conditions; an empty condition fits every ticket.

    Rules are asked in their order, and the first that fits decides, before contract, queue and default.
    """

    CONDITIONS: ClassVar = ("customer", "product", "queue", "kind", "priority")

    name = models.CharField(_("Name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("Position"), default=0, validators=[MinValueValidator(0)])
    customer = TenantForeignKey(Customer, null=True, blank=True, verbose_name=_("Customer"), related_name="+")
    product = TenantForeignKey(Product, null=True, blank=True, verbose_name=_("Product"), related_name="+")
    queue = TenantForeignKey(Queue, null=True, blank=True, verbose_name=_("Queue"), related_name="+")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, blank=True)
    priority = models.CharField(_("Priority"), max_length=8, choices=Priority, blank=True)
    policy = TenantForeignKey(Policy, verbose_name=_("Promises"), related_name="+")
    calendar = TenantForeignKey(
        Calendar,
        null=True,
        blank=True,
        verbose_name=_("Calendar"),
        related_name="+",
        help_text=_("Empty: the calendar of the promises"),
    )

    objects: ClassVar[TenantManager["PromiseRule"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="promise_rule_name")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
