"""The doors by which workers find mails and calls that are due."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_walls")]
    operations = [
        # A row that has been `sending` for ten minutes lost its worker between the claim and the answer.
        make_door(
            "door_due_outgoing",
            "how_many integer",
            """
            SELECT tenant_id, id FROM outbox_outgoingmail
            WHERE state IN ('queued', 'sending') AND due_at <= now()
              AND (state = 'queued' OR claimed_at < now() - interval '10 minutes')
            ORDER BY due_at LIMIT how_many
            """,
        ),
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
