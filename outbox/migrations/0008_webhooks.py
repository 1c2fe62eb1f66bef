"""Calls to other programs: where they go, what was called, and the door by which the sweep finds those due."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.doors import make_door
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("outbox", "0007_handover"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "url",
                    models.CharField(
                        help_text="Begins with https and belongs to the public internet.",
                        max_length=500,
                        verbose_name="Address",
                    ),
                ),
                ("sealed_secret", models.CharField(editable=False, max_length=500)),
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
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WebhookCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                (
                    "event",
                    models.CharField(
                        choices=[("promise.step", "Step of a promise"), ("webhook.test", "Test")], max_length=20
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=60)),
                ("message_id", models.CharField(max_length=60)),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waits to be made"),
                            ("calling", "Being made"),
                            ("done", "Taken"),
                            ("failed", "Given up"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "answered"),
                            ("silent", "no answer in time"),
                            ("unreached", "not reached"),
                            ("unsafe", "its certificate is not valid"),
                            ("forbidden", "not on the public internet"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "hook",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="outbox.webhook",
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
            },
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("tenant", "name"), name="webhook_name"),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "calling"])), fields=["due_at"], name="webhook_call_due"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(fields=["tenant", "hook", "-queued_at"], name="webhook_call_latest"),
        ),
        migrations.AddConstraint(
            model_name="webhookcall",
            constraint=models.UniqueConstraint(fields=("tenant", "key"), name="webhook_call_key"),
        ),
        SecureTenantTables("Webhook", "WebhookCall"),
        # A call that has been `calling` for two minutes lost its worker.
        make_door(
            "door_due_calls",
            "how_many integer",
            """
            SELECT tenant_id, id FROM outbox_webhookcall
            WHERE state IN ('queued', 'calling') AND due_at <= now()
              AND (state = 'queued' OR claimed_at < now() - interval '2 minutes')
            ORDER BY due_at LIMIT how_many
            """,
        ),
    ]
