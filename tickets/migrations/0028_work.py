"""Whether the times of work were told, and corrections of it in the log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0027_billing"),
    ]

    operations = [
        migrations.AddField(
            model_name="workentry",
            name="timed",
            field=models.BooleanField(default=False),
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
                ],
                max_length=20,
            ),
        ),
    ]
