"""What the books of a company call things."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_own_host"),
        ("billing", "0004_mails"),
    ]

    operations = [
        migrations.AddField(
            model_name="buyer",
            name="ledger_account",
            field=models.CharField(
                blank=True,
                help_text="The customer's own account. Empty: the company's account for such customers",
                max_length=40,
                verbose_name="Account in the books",
            ),
        ),
        migrations.AlterField(
            model_name="exportbatch",
            name="target",
            field=models.CharField(
                choices=[
                    ("csv", "Neutral lines, CSV"),
                    ("xlsx", "Neutral lines, XLSX"),
                    ("finvoice", "Finvoice, ZIP"),
                    ("datev", "DATEV"),
                    ("journal", "Journal, such as for SAP"),
                    ("xero", "Xero"),
                    ("quickbooks", "QuickBooks Online"),
                ],
                max_length=10,
                verbose_name="For",
            ),
        ),
        migrations.AlterField(
            model_name="exportedinvoice",
            name="target",
            field=models.CharField(
                choices=[
                    ("csv", "Neutral lines, CSV"),
                    ("xlsx", "Neutral lines, XLSX"),
                    ("finvoice", "Finvoice, ZIP"),
                    ("datev", "DATEV"),
                    ("journal", "Journal, such as for SAP"),
                    ("xero", "Xero"),
                    ("quickbooks", "QuickBooks Online"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Books",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "program",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("datev", "DATEV"),
                            ("journal", "Journal, such as for SAP"),
                            ("xero", "Xero"),
                            ("quickbooks", "QuickBooks Online"),
                        ],
                        max_length=10,
                        verbose_name="Books are kept in",
                    ),
                ),
                (
                    "consultant",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1001),
                            django.core.validators.MaxValueValidator(9999999),
                        ],
                        verbose_name="Number of the tax consultant",
                    ),
                ),
                (
                    "client",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(99999),
                        ],
                        verbose_name="Number of the client",
                    ),
                ),
                (
                    "receivables",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="Account of customers without one of their own"
                    ),
                ),
                (
                    "revenue",
                    models.CharField(blank=True, max_length=40, verbose_name="Revenue, where nothing else is said"),
                ),
                ("vat_account", models.CharField(blank=True, max_length=40, verbose_name="Account of VAT on sales")),
                ("accounts", models.JSONField(default=dict, editable=False)),
                ("taxes", models.JSONField(default=dict, editable=False)),
                ("centres", models.JSONField(default=dict, editable=False)),
                (
                    "legal_entity",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="books",
                        to="accounts.legalentity",
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
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "legal_entity"), name="books_once")],
            },
        ),
        SecureTenantTables("Books"),
    ]
