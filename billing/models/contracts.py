"""What a contract costs, version by version, and what was bought beforehand."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from billing.enums import Preset
from sla.models import Contract

MOST_LOT_MINUTES = 10_000 * 60


class TermsVersion(TenantModel):
    """What a contract costs from a day on. Append-only: an edit is the next version.

    It holds until the day before a later version (by number) begins; one that begins no later than an earlier version
    takes its place altogether. `data` is what `billing.rating.format` reads of a version, without what the two sides
    and the office decide: seller, buyer, tz, currency, holidays, valid_from and valid_to.
    """

    contract = TenantForeignKey(Contract, related_name="terms_versions")
    number = models.PositiveIntegerField()
    valid_from = models.DateField(_("Valid from"))
    currency = models.CharField(_("Currency"), max_length=3)
    preset = models.CharField(_("Kind"), max_length=20, choices=Preset)
    data = models.JSONField(default=dict)
    note = models.CharField(_("Why it changed"), max_length=200, blank=True)
    made_by = TenantForeignKey(Membership, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["TermsVersion"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "contract", "number"], name="terms_version_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.contract_id} v{self.number}"


class LotQuerySet(TenantQuerySet["PrepaidLot"]):
    def standing(self) -> "LotQuerySet":
        """Those that were not taken back."""
        return self.filter(withdrawn_at=None)


LotManager = TenantManager.from_queryset(LotQuerySet)


class PrepaidLot(TenantModel):
    """Minutes that a customer bought beforehand; never edited, and taken back only while nothing was used of them.

    It stands on the next invoice of its contract, unless its price is zero or it was invoiced elsewhere.
    """

    contract = TenantForeignKey(Contract, related_name="prepaid_lots")
    minutes = models.PositiveIntegerField(
        _("Minutes"), validators=[MinValueValidator(1), MaxValueValidator(MOST_LOT_MINUTES)]
    )
    valid_from = models.DateField(_("Usable from"))
    expires = models.DateField(_("Last day"), null=True, blank=True)
    unit_price = models.DecimalField(
        _("Price of an hour"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    sold_on = models.DateField(_("Sold on"))
    invoiced_elsewhere = models.BooleanField(_("Invoiced elsewhere already"), default=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    made_by = TenantForeignKey(Membership, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[LotManager["PrepaidLot"]] = LotManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires=None) | models.Q(expires__gte=models.F("valid_from")), name="lot_dates"
            )
        ]
        ordering = ["expires", "pk"]

    def __str__(self) -> str:
        return f"{self.minutes} min of {self.contract_id}"
