"""The doors of incoming mail: whose mailbox an address is, which to fetch, which mails wait for a worker."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0002_tenant_walls")]
    operations = [
        make_door(
            "door_mailbox_by_address",
            "wanted text",
            "SELECT tenant_id, id FROM mailintake_mailbox WHERE address = wanted",
        ),
        make_door(
            "door_mailboxes",
            "",
            "SELECT tenant_id, id FROM mailintake_mailbox WHERE active AND host <> '' ORDER BY fetched_at NULLS FIRST",
        ),
        make_door(
            "door_due_inbound",
            "how_many integer",
            """
            SELECT tenant_id, id FROM mailintake_inboundmessage
            WHERE state = 'received' AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT how_many
            """,
        ),
    ]
