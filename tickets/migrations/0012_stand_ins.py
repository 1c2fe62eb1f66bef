"""What a stand-in needs to know: the next step of a ticket, and which tickets changed hands since when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_absences"),
        ("tickets", "0011_scheduled"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="next_step",
            field=models.CharField(blank=True, max_length=500, verbose_name="Next step"),
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
                    ("merged", "Merged into another ticket"),
                    ("merged_from", "Another ticket merged into it"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=models.Index(
                condition=models.Q(("kind__in", ["assigned", "moved"])),
                fields=["tenant", "at"],
                name="event_changes_hands",
            ),
        ),
    ]
