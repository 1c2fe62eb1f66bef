"""When each promise was settled, by which reports find it; and how long its clock has stood still."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Least


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0006_ladder"),
    ]

    operations = [
        migrations.AddField(
            model_name="timer",
            name="decided_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=Least("fulfilled_at", "due_at", "breached_at"),
                output_field=models.DateTimeField(),
            ),
        ),
        migrations.AddField(
            model_name="timer",
            name="paused_seconds",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="timer",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="timer",
            index=models.Index(fields=["tenant", "decided_at"], name="timer_decided"),
        ),
        migrations.AddIndex(
            model_name="timer",
            index=models.Index(
                fields=["tenant", "paused_at"], name="timer_paused", condition=Q(paused_at__isnull=False)
            ),
        ),
    ]
