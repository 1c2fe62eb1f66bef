"""A scheduled ticket knows until when, so that it opens by itself."""

from django.db import migrations, models

from core.doors import make_door

EVENT_KINDS = [
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
    ("undone", "Reply taken back"),
    ("merged", "Merged into another ticket"),
    ("merged_from", "Another ticket merged into it"),
]
# Those that are scheduled now: until when, as their last change of status says.
SCHEDULED = """
    UPDATE tickets_ticket AS ticket SET scheduled_until = (
        SELECT (event.data->>'until')::timestamptz FROM tickets_ticketevent AS event
        WHERE event.tenant_id = ticket.tenant_id AND event.ticket_id = ticket.id AND event.kind = 'status'
        ORDER BY event.at DESC, event.id DESC LIMIT 1
    )
    WHERE status_class = 'scheduled'
"""
DUE = """
    SELECT tenant_id, id FROM tickets_ticket
    WHERE scheduled_until <= now() ORDER BY scheduled_until LIMIT how_many
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("sla", "0005_promises"),
        ("tickets", "0010_promise_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="scheduled_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(choices=EVENT_KINDS, max_length=20),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("scheduled_until__isnull", False)),
                fields=["scheduled_until"],
                name="ticket_scheduled",
            ),
        ),
        migrations.RunSQL(SCHEDULED, migrations.RunSQL.noop),
        make_door("door_scheduled_tickets", "how_many integer", DUE),
    ]
