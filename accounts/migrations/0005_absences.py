"""Members who are away, behind the walls; and the door by which a sweep finds the tenants with somebody to tell."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.doors import make_door
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_returned_mail")]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="First day")),
                (
                    "ends_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty while the day of return is not known.",
                        null=True,
                        verbose_name="Last day",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Colleagues read it, such as how to reach you.",
                        max_length=200,
                        verbose_name="Note",
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("welcomed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="accounts.membership",
                        verbose_name="Who is away",
                    ),
                ),
                (
                    "substitute",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Gets new work, reminders and answers meanwhile. Without one they go to the team.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                        verbose_name="Stand-in",
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
                (
                    "told",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(condition=models.Q(("welcomed_at", None)), fields=["starts_on"], name="absence_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("substitute", models.F("member")), _negated=True),
                        name="absence_other_substitute",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="absence_ends_after_start",
                    ),
                ],
            },
        ),
        SecureTenantTables("Absence"),
        # One row a tenant, because all its absences are dealt with together: who stands in for one may be away too.
        # It is tomorrow somewhere, and not every member is in the zone of the database.
        make_door(
            "door_absences",
            "",
            """
            SELECT tenant_id, min(id) FROM accounts_absence
            WHERE welcomed_at IS NULL AND starts_on <= current_date + 1 GROUP BY tenant_id
            """,
        ),
    ]
