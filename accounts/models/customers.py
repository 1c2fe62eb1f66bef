"""Who asks, for whom, and about what."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Lower, Right
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models.base import TenantManager, TenantModel, TenantQuerySet
from accounts.models.members import Membership, Office
from core.phones import TAIL


def phone_tail(column: str) -> models.GeneratedField:
    """A column with what core.phones.tail makes of another one, kept by PostgreSQL itself."""
    plain = Func(F(column), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    return models.GeneratedField(
        expression=Right(plain, TAIL), output_field=models.CharField(max_length=TAIL), db_persist=True
    )


class Product(TenantModel):
    """What tickets are about; leads to the expert."""

    name = models.CharField(_("Name"), max_length=80)
    keywords = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("Words that name it in a mail"),
        help_text=_("Lower case, separated by commas"),
    )
    expert = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Named expert"), related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="product_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Module(TenantModel):
    """A part of a product."""

    product = TenantForeignKey(Product, models.CASCADE, related_name="modules", verbose_name=_("Product"))
    name = models.CharField(_("Name"), max_length=80)
    expert = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Named expert"), related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "product", "name"], name="module_name")]
        ordering = ["product__name", "name"]

    def __str__(self) -> str:
        return f"{self.product.name}, {self.name}"


class Customer(TenantModel):
    """The requester's company, party to the contract and receiver of invoices."""

    name = models.CharField(_("Name"), max_length=120)
    business_id = models.CharField(_("Business ID"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=2)
    city = models.CharField(_("City"), max_length=80, blank=True)
    office = TenantForeignKey(Office, verbose_name=_("Served by office"), related_name="customers")
    language = models.CharField(_("Language"), max_length=5, choices=Language)
    expert = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Named expert"), related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="customer_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerDomain(TenantModel):
    """A mail domain whose senders belong to a customer."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="domains")
    domain = models.CharField(
        _("Mail domain"), max_length=253, validators=[RegexValidator(r"\A[a-z0-9-]+(\.[a-z0-9-]+)+\Z")]
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "domain"], name="customer_domain")]

    def __str__(self) -> str:
        return self.domain


class RequesterQuerySet(TenantQuerySet["Requester"]):
    def with_address(self, email: str) -> "RequesterQuerySet":
        """The person with this mail address, in any of their addresses."""
        return self.filter(addresses__email=email.strip().lower())


RequesterManager = TenantManager.from_queryset(RequesterQuerySet)


class Requester(TenantModel):
    """A person who asks, usually of a customer."""

    # The one address of a person who has just been made; no column.
    only_address: "RequesterAddress | None" = None

    name = models.CharField(_("Name"), max_length=120)
    customer = TenantForeignKey(Customer, null=True, blank=True, verbose_name=_("Customer"), related_name="requesters")
    language = models.CharField(_("Language"), max_length=5, choices=Language)
    title = models.CharField(pgettext_lazy("person", "Title"), max_length=80, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    phone_tail = phone_tail("phone")
    created_at = models.DateTimeField(auto_now_add=True)
    # What the desk has granted in the portal, and what the person has chosen there.
    sees_company = models.BooleanField(_("Key user: sees all tickets of the company"), default=False)
    takes_receipts = models.BooleanField(_("Tell me that a ticket has arrived"), default=True)
    takes_surveys = models.BooleanField(_("Ask me now and then how it was"), default=True)

    objects: ClassVar[RequesterManager["Requester"]] = RequesterManager()

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        indexes = [models.Index(fields=["tenant", "phone_tail"], name="requester_phone")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> "RequesterAddress | None":
        """The address to write to, if there is one."""
        if self.only_address:
            return self.only_address
        known = sorted(self.addresses.all(), key=lambda address: (not address.is_primary, address.pk))
        return known[0] if known else None

    @property
    def email(self) -> str:
        """The address to write to, or an empty string."""
        address = self.address
        return address.email if address else ""


class RequesterAddress(TenantModel):
    """One mail address of a requester; lower case."""

    requester = TenantForeignKey(Requester, models.CASCADE, related_name="addresses")
    email = models.EmailField(_("Email address"))
    is_primary = models.BooleanField(default=True)
    # Mail to it came back for good, or its reader reported ours as spam: no program writes there any more.
    undeliverable_since = models.DateTimeField(null=True, editable=False)
    undeliverable_reason = models.CharField(max_length=500, blank=True, editable=False)
    complained_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "email"], name="requester_address"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="requester_address_lower"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def takes_automatic(self) -> bool:
        """Whether a program may write there: not where mail came back for good, or was reported as spam."""
        return self.undeliverable_since is None and self.complained_at is None
