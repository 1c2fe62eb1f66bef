"""Which articles tickets have to do with."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_knowledge"),
        ("knowledge", "0002_search"),
        ("tickets", "0025_aftercare"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketArticle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("sent", "Sent in a reply"), ("drafted", "Written from its solution")], max_length=7
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "article",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.article",
                    ),
                ),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
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
                    "ticket",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="articles",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "ticket", "article", "kind"), name="article_of_ticket")
                ],
            },
        ),
        SecureTenantTables("TicketArticle"),
    ]
