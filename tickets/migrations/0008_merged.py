"""A ticket can be merged into another one."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import accounts.fields
from core.rls import SecureTenantLink

STATUS_CLASSES = [
    ("new", "New"),
    ("open", "Under investigation"),
    ("waiting_requester", "Waits for requester"),
    ("waiting_third_party", "Waits for supplier"),
    ("scheduled", "Scheduled"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("merged", "Merged"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("sla", "0003_doors"),
        ("tickets", "0007_looks_like"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="merged_into",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.ticket",
            ),
        ),
        SecureTenantLink("Ticket", "merged_into"),
        migrations.AlterField(
            model_name="status",
            name="status_class",
            field=models.CharField(choices=STATUS_CLASSES, max_length=20, verbose_name="Means"),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="status_class",
            field=models.CharField(choices=STATUS_CLASSES, max_length=20),
        ),
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
                    ("work_logged", "Work logged"),
                    ("solution", "Solution written"),
                    ("confirmed", "Requester confirmed the solution"),
                    ("rejected", "Requester says it is still broken"),
                    ("breached", "Promise broken"),
                    ("reminded", "Reminder sent"),
                    ("follow_up", "Follow-up opened"),
                    ("undone", "Reply taken back"),
                    ("merged", "Merged into another ticket"),
                    ("merged_from", "Another ticket merged into it"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=Q(merged_into__isnull=False, status_class="merged")
                | (~Q(status_class="merged") & Q(merged_into=None)),
                name="ticket_merged_into",
            ),
        ),
    ]
