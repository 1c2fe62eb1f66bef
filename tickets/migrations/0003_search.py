"""Full-text search over titles and messages, through a function that row-level security does not slow down.

The function filters by the tenant in scope itself and therefore belongs to the doors. The `simple` configuration
splits words without a language; prefixes make up for inflection until articles bring languages of their own.
"""

from django.db import migrations

from core.doors import make_door

INDEXES = [
    "CREATE INDEX ticket_words ON tickets_ticket USING gin (to_tsvector('simple', title || ' ' || solution))",
    "CREATE INDEX message_words ON tickets_message USING gin (to_tsvector('simple', text))",
]
# Each word as a prefix, all of them required: "pump 140" finds "Pumppu ... 1400".
QUERY = r"""
    WITH wanted AS (
        SELECT to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & ')) AS query,
               nullif(current_setting('app.tenant_id', true), '')::bigint AS tenant
        FROM regexp_split_to_table(regexp_replace(lower(words), '[^[:alnum:]]+', ' ', 'g'), '\s+') AS word
        WHERE word <> ''
    ), hits AS (
        SELECT t.id, 2 AS weight FROM tickets_ticket t, wanted w
        WHERE t.tenant_id = w.tenant AND to_tsvector('simple', t.title || ' ' || t.solution) @@ w.query
        UNION ALL
        SELECT m.ticket_id, 1 FROM tickets_message m, wanted w
        WHERE m.tenant_id = w.tenant AND to_tsvector('simple', m.text) @@ w.query
    )
    SELECT (SELECT tenant FROM wanted), hits.id FROM hits
    GROUP BY hits.id ORDER BY max(weight) DESC, hits.id DESC LIMIT how_many
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_tenant_walls")]
    operations = [
        migrations.RunSQL(INDEXES, ["DROP INDEX ticket_words", "DROP INDEX message_words"]),
        make_door("search_tickets", "words text, how_many integer", QUERY),
    ]
