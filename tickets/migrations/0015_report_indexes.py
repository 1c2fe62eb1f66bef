"""What boards ask by: the day on which something came or was solved, and the next deadline of all."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0007_decided_promises"),
        ("tickets", "0014_ladder_places"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "received_at"], name="ticket_received"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["tenant", "resolved_at"], name="ticket_resolved", condition=Q(resolved_at__isnull=False)
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["tenant", "next_due_at"], name="ticket_due", condition=Q(next_due_at__isnull=False)
            ),
        ),
    ]
