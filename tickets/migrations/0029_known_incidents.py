"""What the portal says of incidents."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_knowledge"),
        ("tickets", "0028_work"),
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
                    ("work_corrected", "Work corrected"),
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
                    ("rule_left_out", "A rule was left out"),
                    ("imported", "Taken over from another desk"),
                    ("side_asked", "Somebody else asked"),
                    ("side_answered", "Somebody else answered"),
                    ("side_settled", "No answer awaited any more"),
                    ("task_done", "Task done"),
                    ("task_undone", "Task opened again"),
                    ("asked_again", "Requester asked again whether it works"),
                    ("unanswered", "Closed without an answer"),
                    ("invited", "A colleague was asked in"),
                    ("rated", "Requester said how it was"),
                    ("announced", "Told at the portal"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="IncidentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("en", "English"), ("fi", "Finnish")], max_length=5)),
                ("text", models.CharField(max_length=300)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        related_name="incident_texts",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "ticket", "language"), name="incident_text_once")
                ],
            },
        ),
        SecureTenantTables("IncidentText"),
    ]
