"""Keys that outgoing mail is signed with."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("outbox", "0004_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.CharField(
                        help_text="What stands behind the @ in the desk's address, such as example.com.",
                        max_length=253,
                        validators=[django.core.validators.RegexValidator("\\A[a-z0-9-]+(\\.[a-z0-9-]+)+\\Z")],
                        verbose_name="Domain",
                    ),
                ),
                ("selector", models.CharField(editable=False, max_length=40)),
                ("sealed_private", models.TextField(editable=False)),
                ("public", models.TextField(editable=False)),
                (
                    "record",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not checked yet"),
                            ("asking", "Being checked"),
                            ("right", "The record is right, mails are signed"),
                            ("wrong", "Another record stands there"),
                            ("missing", "There is no record yet"),
                            ("silent", "The name servers did not answer"),
                        ],
                        default="",
                        editable=False,
                        max_length=8,
                    ),
                ),
                ("signs", models.BooleanField(default=False, editable=False)),
                ("checked_at", models.DateTimeField(editable=False, null=True)),
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
                "ordering": ["domain"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "domain"), name="signing_key_domain")],
            },
        ),
        SecureTenantTables("SigningKey"),
    ]
