"""The doors of incoming mail: whose mailbox an address is, which to fetch, which are silent, which mails wait."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0002_walls")]
    operations = [
        make_door(
            "door_mailbox_by_address",
            "wanted text",
            "SELECT tenant_id, id FROM mailintake_mailbox WHERE address = wanted",
        ),
        # Those that fail stand behind, and only so many of them are tried at once. A claim of five minutes has lost
        # its worker (mailintake.services.polling.CLAIM). A clock that is set back leaves no mailbox unfetched until
        # it is again where it was.
        make_door(
            "door_due_mailboxes",
            "failing_at_once integer",
            """
            WITH fetched AS (
                SELECT tenant_id, id, next_poll_at, failures > 0 AS failing,
                       coalesce(claimed_at BETWEEN clock_timestamp() - interval '5 minutes'
                                AND clock_timestamp() + interval '5 minutes', false) AS claimed
                FROM mailintake_mailbox WHERE active AND host <> ''
            ), due AS (
                SELECT tenant_id, id, next_poll_at, failing,
                       row_number() OVER (PARTITION BY failing ORDER BY next_poll_at, id) AS place
                FROM fetched WHERE NOT claimed AND (
                    NOT failing OR next_poll_at <= clock_timestamp()
                    OR next_poll_at > clock_timestamp() + interval '15 minutes'
                )
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
        # From each tenant in turn, so that one tenant's flood is not the others' delay: the first of each tenant, then
        # the second of each, and so on.
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
