"""The door that finds articles by the words they have.

Below row-level security PostgreSQL uses no index for likeness, so the door filters by the tenant of the setting and by
what the reader may read; an article that the reader may not read takes no part in the answer, nor in how rare a word
counts as. (docs/adr/0021)
"""

from django.conf import settings
from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.doors import make_door

STEM = """
    CREATE FUNCTION article_stem(language text, word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$
        SELECT coalesce((CASE language
            WHEN 'fi' THEN ts_lexize('finnish_stem', word)
            WHEN 'sv' THEN ts_lexize('swedish_stem', word)
            WHEN 'de' THEN ts_lexize('german_stem', word)
            WHEN 'es' THEN ts_lexize('spanish_stem', word)
            ELSE ts_lexize('english_stem', word)
        END)[1], word)
    $$
"""
# What a word of the question and a word of the articles have in common, as 0..1: the word itself, its stem, its root,
# the beginning of a longer one, a part of one. A place that nothing came close to is taken for mistyped.
FIND = """
    WITH here AS MATERIALIZED (
        SELECT nullif(current_setting('app.tenant_id', true), '')::bigint AS tenant
    ), asked AS MATERIALIZED (
        SELECT told.*, article_stem(reader_language, told.word) AS stem
        FROM unnest(places, words, roots, sure, whole, inside) AS told (place, word, root, sure, whole, inside)
    ), alike AS MATERIALIZED (
        SELECT asked.place, asked.sure AS fit, found.id, found.language
        FROM here, asked JOIN knowledge_articleword AS found ON found.word = asked.word
        WHERE found.tenant_id = here.tenant AND asked.word <> ''
        UNION ALL
        SELECT asked.place, asked.sure * 0.95, found.id, found.language
        FROM here, asked JOIN knowledge_articleword AS found ON found.stem = asked.stem
        WHERE found.tenant_id = here.tenant AND asked.word <> '' AND found.language = reader_language
        UNION ALL
        SELECT asked.place, asked.sure * 0.92, found.id, found.language
        FROM here, asked JOIN knowledge_articleword AS found ON found.root = asked.root
        WHERE found.tenant_id = here.tenant
        UNION ALL
        SELECT asked.place, asked.sure * (0.4 + 0.4 * length(asked.root) / length(found.root)),
            found.id, found.language
        FROM here, asked JOIN knowledge_articleword AS found
            ON found.root > asked.root AND found.root < asked.root || chr(65535)
        WHERE found.tenant_id = here.tenant AND asked.sure >= 0.3 AND length(asked.root) > 3
        UNION ALL
        SELECT asked.place, asked.sure * (0.25 + 0.5 * length(asked.root) / length(found.root)),
            found.id, found.language
        FROM here, asked JOIN knowledge_articleword AS found ON found.root LIKE '_%' || asked.root || '%'
        WHERE found.tenant_id = here.tenant AND asked.inside
            AND asked.root NOT SIMILAR TO '%[\\_%]%'
    ), mistyped AS MATERIALIZED (
        SELECT asked.* FROM asked WHERE asked.whole AND length(asked.root) > 3
            AND NOT EXISTS (SELECT FROM alike WHERE alike.place = asked.place AND alike.fit >= 0.6)
    ), near AS (
        SELECT place, id, max(fit * CASE language WHEN reader_language THEN 1 ELSE 0.7 END) AS fit FROM (
            SELECT place, fit, id, language FROM alike
            UNION ALL
            SELECT place, 0.85 * trigrams.similarity(mistyped.root, found.root), found.id, found.language
            FROM here, mistyped JOIN knowledge_articleword AS found
                ON found.root OPERATOR(trigrams.%) mistyped.root
            WHERE found.tenant_id = here.tenant
                AND trigrams.similarity(mistyped.root, found.root) >= 0.38
        ) AS found GROUP BY place, id
    ), hits AS (
        SELECT near.place, posting.text_id, max(near.fit * posting.weight) AS fit
        FROM here, near JOIN knowledge_articleposting AS posting ON posting.word_id = near.id
        WHERE posting.tenant_id = here.tenant GROUP BY near.place, posting.text_id
    ), told AS (
        SELECT hits.fit, hits.text_id, article.id AS article_id,
            sum(hits.fit) OVER (PARTITION BY hits.place) AS many
        FROM here, hits
            JOIN knowledge_articletext AS said ON said.id = hits.text_id
            JOIN knowledge_article AS article ON article.id = said.article_id
        WHERE said.tenant_id = here.tenant AND article.tenant_id = here.tenant AND article.retired_at IS NULL
            AND (
                article.state = 'public'
                OR (article.state = 'customer' AND (desk OR article.customer_id = customer))
                OR (article.state = 'internal' AND desk)
            )
    ), summed AS (
        SELECT text_id, article_id, sum(fit * ln(1 + texts.many / told.many)) AS fit
        FROM told, (
            SELECT 1 + count(*) AS many FROM here, knowledge_articletext WHERE tenant_id = here.tenant
        ) AS texts
        GROUP BY text_id, article_id
    ), best AS (
        SELECT article_id, max(fit) AS fit FROM summed GROUP BY article_id ORDER BY fit DESC, article_id LIMIT 60
    )
    SELECT here.tenant, best.article_id FROM here, best
    LEFT JOIN LATERAL (
        SELECT 1 AS there FROM knowledge_articleproduct AS about
        WHERE about.tenant_id = here.tenant AND about.article_id = best.article_id AND about.product_id = product
    ) AS fits ON true
    LEFT JOIN LATERAL (
        SELECT sum(used.count) AS times FROM knowledge_articleuse AS used
        WHERE used.tenant_id = here.tenant AND used.article_id = best.article_id AND used.kind IN ('sent', 'solved')
    ) AS used ON true
    WHERE best.fit >= 0.25 * (SELECT max(fit) FROM best)
    ORDER BY best.fit * (1 + 0.25 * coalesce(fits.there, 0)) * (1 + 0.03 * ln(1 + coalesce(used.times, 0))) DESC,
        best.article_id
    LIMIT how_many
"""
ARGUMENTS = (
    "reader_language text, places integer[], words text[], roots text[], sure float8[], whole boolean[], "
    "inside boolean[], customer bigint, desk boolean, product bigint, how_many integer"
)


def _grants() -> list[str]:
    role = settings.VASTE_APP_ROLE
    return [
        "REVOKE ALL ON FUNCTION article_stem(text, text) FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION article_stem(text, text) TO "{role}"',
    ]


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_walls")]

    operations: list[Operation] = [
        migrations.RunSQL([STEM, *_grants()], ["DROP FUNCTION article_stem(text, text)"]),
        make_door("search_articles", ARGUMENTS, FIND, planned_once=True),
    ]
