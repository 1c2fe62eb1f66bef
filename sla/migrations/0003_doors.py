"""The door by which the sweep finds promises whose next instant has come."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_walls")]
    operations = [
        make_door(
            "door_due_timers",
            "how_many integer",
            """
            SELECT tenant_id, id FROM sla_timer
            WHERE next_action_at <= now() ORDER BY next_action_at LIMIT how_many
            """,
        )
    ]
