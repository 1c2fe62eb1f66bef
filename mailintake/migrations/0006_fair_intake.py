"""Mail that waits is taken from each tenant in turn, so that one tenant's flood is not the others' delay."""

from django.db import migrations, models

from core.doors import make_door

OLD = make_door(
    "door_due_inbound",
    "how_many integer",
    """
    SELECT tenant_id, id FROM mailintake_inboundmessage
    WHERE state = 'received' AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT how_many
    """,
)


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0005_fetching_walls")]
    operations = [
        migrations.RemoveIndex(model_name="inboundmessage", name="inbound_due"),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["tenant", "next_attempt_at"], name="inbound_due", condition=models.Q(state="received")
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["tenant", "from_email", "received_at"], name="inbound_sender"),
        ),
        migrations.RunSQL("DROP FUNCTION door_due_inbound(integer)", OLD.sql),
        # The first of each tenant, then the second of each, and so on.
        make_door(
            "door_due_inbound",
            "of_each integer, waiting_since timestamptz",
            """
            SELECT due.tenant_id, due.id FROM accounts_tenant tenant CROSS JOIN LATERAL (
                SELECT tenant_id, id, row_number() OVER (ORDER BY next_attempt_at, id) AS place
                FROM mailintake_inboundmessage
                WHERE tenant_id = tenant.id AND state = 'received' AND next_attempt_at <= waiting_since
                ORDER BY next_attempt_at, id LIMIT of_each
            ) due ORDER BY due.place, due.tenant_id
            """,
        ),
    ]
