"""Tables that admins have loaded, and what became of them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantModel


class TableKind(models.TextChoices):
    """What the rows of a table are."""

    CUSTOMERS = "customers", _("Customers")
    REQUESTERS = "requesters", _("Requesters")
    PRODUCTS = "products", _("Products")


class LoadedTable(TenantModel):
    """A file as it was loaded; once it is imported, `content` is only what was refused, to be corrected."""

    kind = models.CharField(_("What it lists"), max_length=10, choices=TableKind)
    file_name = models.CharField(max_length=255)
    content = models.BinaryField()
    member = TenantForeignKey(Membership, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True)
    # How many rows were new, changed what was there, left it as it was, or were refused.
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "-loaded_at"], name="loaded_table_latest")]

    def __str__(self) -> str:
        return self.file_name
