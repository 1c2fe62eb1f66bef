"""A clock that is set back leaves no mailbox unfetched until it is again where it was."""

from django.db import migrations

from core.doors import make_door

NAME, ARGUMENTS = "door_due_mailboxes", "failing_at_once integer"
# What 0005_fetching_walls made: `claimed` and `due` in its own words.
QUERY = """
    WITH fetched AS (
        SELECT tenant_id, id, next_poll_at, failures > 0 AS failing, coalesce({claimed}, false) AS claimed
        FROM mailintake_mailbox WHERE active AND host <> ''
    ), due AS (
        SELECT tenant_id, id, next_poll_at, failing,
               row_number() OVER (PARTITION BY failing ORDER BY next_poll_at, id) AS place
        FROM fetched WHERE NOT claimed AND ({due})
    ), busy AS (SELECT count(*) AS many FROM fetched WHERE failing AND claimed)
    SELECT due.tenant_id, due.id FROM due, busy
    WHERE NOT failing OR place + busy.many <= failing_at_once ORDER BY failing, next_poll_at, due.id
"""
BEFORE = QUERY.format(
    claimed="claimed_at > clock_timestamp() - interval '5 minutes'", due="next_poll_at <= clock_timestamp()"
)
# As mailintake.services.polling.is_free and is_due: no claim and no pause lies further ahead than it is long.
AFTER = QUERY.format(
    claimed="claimed_at BETWEEN clock_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '5 minutes'",
    due="""
        NOT failing OR next_poll_at <= clock_timestamp() OR next_poll_at > clock_timestamp() + interval '15 minutes'
    """,
)
DROP = f"DROP FUNCTION {NAME}(integer)"


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0006_fair_intake")]
    operations = [
        migrations.RunSQL(DROP, make_door(NAME, ARGUMENTS, BEFORE).sql),
        make_door(NAME, ARGUMENTS, AFTER),
    ]
