"""What a team adds to its tickets: fields of its own with their rules, and its own names for the kinds."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import BigIntegerField, F, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.fields import TenantForeignKey
from accounts.models import TenantManager, TenantModel
from tickets.enums import FieldEffect, FieldType, Kind
from tickets.models.tickets import Ticket

# Digits that a number has in all, and behind the point.
DIGITS, DECIMALS = 15, 4


def _some(choices: Any, name: Any) -> "ArrayField[list[str], list[str]]":
    """Any of a closed list; none stands for all of them."""
    return ArrayField(models.CharField(max_length=12, choices=choices), default=list, blank=True, verbose_name=name)


class CustomField(TenantModel):
    """Something that a team wants to know of its tickets; `key` names it in addresses and logs, and never changes."""

    key = models.SlugField(max_length=30, editable=False)
    name = models.CharField(_("Name"), max_length=60)
    type = models.CharField(_("What is filled in"), max_length=8, choices=FieldType)
    help_text = models.CharField(_("Help text"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("Position"), default=0, validators=[MinValueValidator(0)])
    kinds = _some(Kind, _("Only for these kinds"))
    is_active = models.BooleanField(_("In use"), default=True)
    in_portal = models.BooleanField(_("Shown in the portal"), default=False)

    objects: ClassVar[TenantManager["CustomField"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="custom_field_key"),
            models.UniqueConstraint(fields=["tenant", "name"], name="custom_field_name"),
        ]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_choices(self) -> bool:
        return self.type in (FieldType.CHOICE, FieldType.CHOICES)


class FieldChoice(TenantModel):
    """One choice of a field, perhaps below another one. Tickets may have it, so it is put away and never deleted."""

    field = TenantForeignKey(CustomField, models.CASCADE, related_name="choices")
    name = models.CharField(_("Name"), max_length=80)
    parent = TenantForeignKey("self", models.CASCADE, null=True, related_name="children")
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    is_archived = models.BooleanField(_("Put away"), default=False)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "field", "position"], name="field_choice_order")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class FieldRule(TenantModel):
    """When a field is shown or needed: for which kinds and roles, and where another field has a value."""

    field = TenantForeignKey(CustomField, models.CASCADE, related_name="rules")
    effect = models.CharField(_("What holds"), max_length=8, choices=FieldEffect)
    kinds = _some(Kind, _("Only for these kinds"))
    roles = _some(Role, _("Only where these act"))
    when_field = TenantForeignKey(CustomField, models.CASCADE, null=True, related_name="+")
    when_choice = TenantForeignKey(FieldChoice, models.CASCADE, null=True, related_name="+")
    # Of a yes or no field, which of them.
    when_yes = models.BooleanField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "field"], name="field_rule_field")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.effect}"


class FieldValue(TenantModel):
    """What a ticket has in a field, in the column of the field's type; one row for each of several choices.

    Typed columns, because below row-level security an index answers only to operators that PostgreSQL calls
    leakproof, and those of jsonb and numeric are none: numbers are looked up by `scaled`.
    """

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="field_values")
    field = TenantForeignKey(CustomField, related_name="+")
    text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, null=True)
    scaled = models.GeneratedField(
        expression=Cast(F("number") * 10**DECIMALS, BigIntegerField()),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    day = models.DateField(null=True)
    yes = models.BooleanField(null=True)
    choice = TenantForeignKey(FieldChoice, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "ticket", "field", "choice"], name="field_value_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "field", "choice", "ticket"], name="field_value_choice"),
            models.Index(
                fields=["tenant", "field", "scaled"],
                name="field_value_number",
                condition=models.Q(number__isnull=False),
            ),
            models.Index(
                fields=["tenant", "field", "day"], name="field_value_day", condition=models.Q(day__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field_id} of {self.ticket_id}"


class KindName(TenantModel):
    """A kind as a team calls it; kinds without a row are called as the product calls them, and are in use."""

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(_("Name"), max_length=40, blank=True)
    description = models.CharField(_("When it is chosen"), max_length=200, blank=True)
    is_off = models.BooleanField(_("Not used here"), default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "kind"], name="kind_name_once")]

    def __str__(self) -> str:
        return self.name or self.kind


def kind_name() -> Subquery:
    """For an annotation of tickets: the team's name of the kind; none or "" where it is the product's."""
    return Subquery(KindName.objects.filter(kind=OuterRef("kind")).values("name"))
