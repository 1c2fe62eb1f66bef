"""What work entries say for their invoice, what contracts call types of work, and clocks that run."""

from decimal import Decimal
from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantLink, SecureTenantTables

# The types that every workspace began with; whoever made others gives them codes.
CODES = {
    "remote": ("Remote work", "Etätyö"),
    "onsite": ("On site", "Paikan päällä"),
    "travel": ("Travel", "Matka"),
}


def name_codes(apps: Any, schema_editor: Any) -> None:
    for code, names in CODES.items():
        for name in names:
            schema_editor.execute(
                "UPDATE tickets_worktype t SET code = %s WHERE name = %s AND NOT EXISTS "
                "(SELECT 1 FROM tickets_worktype o WHERE o.tenant_id = t.tenant_id AND o.code = %s)",
                [code, name, code],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_billing"),
        ("tickets", "0026_articles"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkTimer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="workentry",
            name="approver",
            field=accounts.fields.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
                verbose_name="Approved by",
            ),
        ),
        migrations.AddField(
            model_name="workentry",
            name="billing",
            field=models.CharField(
                choices=[
                    ("billable", "Billable"),
                    ("goodwill", "Goodwill"),
                    ("warranty", "Warranty"),
                    ("internal", "Internal"),
                ],
                default="billable",
                max_length=8,
                verbose_name="Billing",
            ),
        ),
        migrations.AddField(
            model_name="workentry",
            name="called_out",
            field=models.BooleanField(default=False, verbose_name="Called out"),
        ),
        migrations.AddField(
            model_name="workentry",
            name="kilometres",
            field=models.DecimalField(
                decimal_places=1,
                default=Decimal("0"),
                max_digits=6,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(9999),
                ],
                verbose_name="Kilometres",
            ),
        ),
        migrations.AddField(
            model_name="workentry",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="Why it is not charged"),
        ),
        migrations.AddField(
            model_name="worktype",
            name="code",
            field=models.SlugField(
                blank=True,
                db_index=False,
                help_text="remote, onsite, travel, or a word of your own. Kilometres need onsite or travel.",
                max_length=20,
                verbose_name="Code in contracts",
            ),
        ),
        migrations.AddIndex(
            model_name="workentry",
            index=models.Index(fields=["tenant", "member", "ended_at"], name="work_of_member"),
        ),
        migrations.AddConstraint(
            model_name="workentry",
            constraint=models.CheckConstraint(condition=models.Q(("kilometres__gte", 0)), name="work_kilometres"),
        ),
        migrations.AddConstraint(
            model_name="worktype",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True), fields=("tenant", "code"), name="work_type_code"
            ),
        ),
        migrations.AddField(
            model_name="worktimer",
            name="member",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="worktimer",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
        migrations.AddField(
            model_name="worktimer",
            name="ticket",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddConstraint(
            model_name="worktimer",
            constraint=models.UniqueConstraint(fields=("tenant", "member"), name="work_timer_once"),
        ),
        SecureTenantTables("WorkTimer"),
        SecureTenantLink("WorkEntry", "approver"),
        migrations.RunPython(name_codes, migrations.RunPython.noop),
    ]
