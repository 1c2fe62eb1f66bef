"""Rules that give some tickets other promises than their contract or queue does."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("sla", "0005_promises"),
        ("tickets", "0009_merged_status"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromiseRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name="Position"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("request", "Request"),
                            ("fault", "Fault"),
                            ("order", "Order"),
                            ("feedback", "Feedback"),
                            ("incident", "Incident"),
                            ("development", "Development item"),
                        ],
                        max_length=12,
                        verbose_name="Kind",
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        blank=True,
                        choices=[("urgent", "Critical"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                        max_length=8,
                        verbose_name="Priority",
                    ),
                ),
                (
                    "calendar",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: the calendar of the promises",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sla.calendar",
                        verbose_name="Calendar",
                    ),
                ),
                (
                    "customer",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.customer",
                        verbose_name="Customer",
                    ),
                ),
                (
                    "policy",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sla.policy",
                        verbose_name="Promises",
                    ),
                ),
                (
                    "product",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.product",
                        verbose_name="Product",
                    ),
                ),
                (
                    "queue",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.queue",
                        verbose_name="Queue",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "name"), name="promise_rule_name")],
            },
        ),
        SecureTenantTables("PromiseRule"),
    ]
