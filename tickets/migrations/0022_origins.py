"""Where tickets of other desks lived before."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sending_habits"),
        ("tickets", "0021_responses"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("reception_corrected", "Reception time corrected"),
                    ("policy", "Promises chosen"),
                    ("status", "Status changed"),
                    ("assigned", "Assigned"),
                    ("moved", "Moved to a queue"),
                    ("changed", "Facts changed"),
                    ("message", "Requester wrote"),
                    ("reply", "Reply written"),
                    ("delivered", "Reply delivered"),
                    ("undelivered", "Reply not delivered"),
                    ("note", "Note written"),
                    ("work_started", "Investigation started"),
                    ("restored", "Service restored"),
                    ("work_logged", "Work logged"),
                    ("solution", "Solution written"),
                    ("confirmed", "Requester confirmed the solution"),
                    ("rejected", "Requester says it is still broken"),
                    ("breached", "Promise broken"),
                    ("reminded", "Reminder sent"),
                    ("follow_up", "Follow-up opened"),
                    ("next_step", "Next step written"),
                    ("undone", "Reply taken back"),
                    ("tagged", "Tagged"),
                    ("merged", "Merged into another ticket"),
                    ("merged_from", "Another ticket merged into it"),
                    ("linked", "Linked to another ticket"),
                    ("split", "A message became a ticket of its own"),
                    ("split_from", "Opened from a message of another ticket"),
                    ("imported", "Taken over from another desk"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Origin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("external_id", models.CharField(max_length=80)),
                ("number", models.CharField(blank=True, max_length=40)),
                (
                    "messages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                (
                    "work",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("merges_into", models.CharField(blank=True, max_length=80)),
                ("follows", models.CharField(blank=True, max_length=80)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="origins",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "number"], name="origin_number"),
                    models.Index(fields=["tenant", "ticket"], name="origin_of_ticket"),
                    models.Index(
                        condition=models.Q(
                            models.Q(("merges_into", ""), _negated=True),
                            models.Q(("follows", ""), _negated=True),
                            _connector="OR",
                        ),
                        fields=["tenant", "id"],
                        name="origin_waits",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "source", "external_id"), name="origin_once")
                ],
            },
        ),
        SecureTenantTables("Origin"),
    ]
