"""The walls of the new table, and the doors of fetching: which mailboxes are due, which are silent."""

from django.db import migrations

from core.doors import make_door
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0004_fetching")]
    operations = [
        SecureTenantTables("OlderMail"),
        # Those that fail stand behind, and only so many of them are tried at once. A claim of five minutes has lost
        # its worker (mailintake.services.polling.CLAIM).
        make_door(
            "door_due_mailboxes",
            "failing_at_once integer",
            """
            WITH fetched AS (
                SELECT tenant_id, id, next_poll_at, failures > 0 AS failing,
                       coalesce(claimed_at > clock_timestamp() - interval '5 minutes', false) AS claimed
                FROM mailintake_mailbox WHERE active AND host <> ''
            ), due AS (
                SELECT tenant_id, id, next_poll_at, failing,
                       row_number() OVER (PARTITION BY failing ORDER BY next_poll_at, id) AS place
                FROM fetched WHERE NOT claimed AND next_poll_at <= clock_timestamp()
            ), busy AS (SELECT count(*) AS many FROM fetched WHERE failing AND claimed)
            SELECT due.tenant_id, due.id FROM due, busy
            WHERE NOT failing OR place + busy.many <= failing_at_once ORDER BY failing, next_poll_at, due.id
            """,
        ),
        make_door(
            "door_silent_mailboxes",
            "",
            """
            SELECT tenant_id, id FROM mailintake_mailbox
            WHERE (alarmed_at IS NULL AND active AND host <> ''
                   AND greatest(fetched_at, watched_from) < clock_timestamp() - interval '15 minutes')
               OR (alarmed_at IS NOT NULL
                   AND (NOT active OR host = '' OR greatest(fetched_at, watched_from) > alarmed_at))
            """,
        ),
        migrations.RunSQL(
            "DROP FUNCTION door_mailboxes()",
            # What 0003_doors made.
            make_door(
                "door_mailboxes",
                "",
                "SELECT tenant_id, id FROM mailintake_mailbox WHERE active AND host <> '' "
                "ORDER BY fetched_at NULLS FIRST",
            ).sql,
        ),
    ]
