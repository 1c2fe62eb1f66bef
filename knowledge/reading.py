"""Finding articles: what fits a question, of what its reader may read."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts.scope import require_tenant_id
from knowledge.enums import Use
from knowledge.excerpts import LOOKED_THROUGH, excerpt
from knowledge.questions import Wanted, marks, read

# A day's uses of an article lie in so many rows.
PARTS = 8
# Below row-level security, and once more by the tenant itself: the door's answer names articles of one tenant only.
FIND = """
    SELECT said.article_id, said.slug, said.title, left(said.plain, %(most)s), said.language
    FROM search_articles(
        %(language)s, %(places)s, %(words)s, %(roots)s, %(sure)s, %(whole)s, %(inside)s, %(customer)s, %(desk)s,
        %(product)s, %(limit)s
    ) WITH ORDINALITY AS found (tenant_id, id, place)
    JOIN LATERAL (
        SELECT each.* FROM knowledge_articletext AS each
        JOIN knowledge_article AS article ON article.id = each.article_id
        WHERE each.tenant_id = %(tenant)s AND each.article_id = found.id
        ORDER BY each.language = %(language)s DESC, each.language = article.language DESC, each.id LIMIT 1
    ) AS said ON true
    ORDER BY found.place
"""
USE = """
    INSERT INTO knowledge_articleuse AS known (tenant_id, article_id, kind, day, part, count)
    SELECT %s, article.id, %s, %s, %s, 1 FROM knowledge_article AS article
    WHERE article.tenant_id = %s AND article.id = ANY(%s)
    ON CONFLICT (tenant_id, article_id, kind, day, part) DO UPDATE SET count = known.count + 1
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, in which language; `desk` is a colleague, `customer` a requester's company, neither is anyone."""

    language: str
    customer: int | None = None
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that fits; `excerpt` is HTML, `language` that of the text which the reader gets."""

    pk: int
    slug: str
    title: str
    excerpt: SafeString
    language: str


def find_articles(words: str, *, reader: Reader, product: int | None = None, limit: int = 5) -> list[Hit]:
    """What fits best, first; in the tenant in scope, in one statement. Nothing where nothing was asked."""
    ways = read(words, reader.language)
    if not ways:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIND, _arguments(ways, reader, product, limit))
        rows = cursor.fetchall()
    asked = {language: marks(words, language) for language in {row[4] for row in rows}}
    return [
        Hit(pk, slug, title, mark_safe(excerpt(plain, asked[language], language)), language)  # noqa: S308  # escapes
        for pk, slug, title, plain, language in rows
    ]


def _arguments(ways: list[Wanted], reader: Reader, product: int | None, limit: int) -> dict[str, Any]:
    return {
        "most": LOOKED_THROUGH,
        "tenant": require_tenant_id(),
        "language": reader.language,
        "places": [way.place for way in ways],
        "words": [way.word for way in ways],
        "roots": [way.root for way in ways],
        "sure": [way.sure for way in ways],
        "whole": [way.whole for way in ways],
        "inside": [way.inside for way in ways],
        "customer": reader.customer,
        "desk": reader.desk,
        "product": product,
        "limit": limit,
    }


def count_use(article: int | Iterable[int], kind: str) -> None:
    """Count one use of an article, or of each of several, today; in one statement."""
    ids = [article] if isinstance(article, int) else list(article)
    here, part = require_tenant_id(), random.randrange(PARTS)  # noqa: S311  # spreads writers, guards nothing
    with connection.cursor() as cursor:
        cursor.execute(USE, [here, Use(kind).value, timezone.localdate(), part, here, ids])
