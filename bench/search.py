"""What finding articles costs, beside PostgreSQL's plain full text over the same rows, and that its plan uses indexes.

20,000 articles in 10 tenants unless VASTE_ARTICLES says otherwise. Both are asked by turns, so that a noisy machine is
noisy for both; ratios are of medians. Run by `make bench T=bench/search.py`.
"""

import os
import time
from collections.abc import Callable
from random import Random
from statistics import median, quantiles
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Tenant
from accounts.scope import tenant_scope
from bench.words import Writer
from knowledge.enums import State
from knowledge.models import Article, ArticleText
from knowledge.reading import Reader, find_articles
from knowledge.services.indexing import weights, word_ids
from tests.conftest import APP_ROLE

pytestmark = pytest.mark.django_db(transaction=True)
ARTICLES, TENANTS = int(os.environ.get("VASTE_ARTICLES", "20000")), 10
ROUNDS = int(os.environ.get("VASTE_ROUNDS", "40"))
MOST_TIMES = 8
BATCH = 500
# Plain full text: what a desk would write first, over words that are kept and indexed, ranked, in one tenant, below no
# policy, without excerpts.
PLAIN = """
    SELECT id FROM knowledge_articletext, to_tsquery('finnish', %(words)s) AS asked
    WHERE tenant_id = %(tenant)s AND plain_words @@ asked ORDER BY ts_rank(plain_words, asked) DESC LIMIT 5
"""
KEPT = """
    ALTER TABLE knowledge_articletext ADD COLUMN plain_words tsvector
        GENERATED ALWAYS AS (to_tsvector('finnish', title || ' ' || plain)) STORED
"""
# Questions as people type them: two frequent words, a rare one, a compound, a mistyped one.
QUESTIONS = (
    "tulostin ei toimi",
    "pumpun paine laskee",
    "salasanaongelma palvelimella",
    "venttiilli vuotaa",
    "hissin huolto",
)
LARGE = {"knowledge_articletext", "knowledge_articleword", "knowledge_articleposting", "knowledge_article"}


@pytest.fixture
def tenants() -> list[Tenant]:
    """Made by the tables' owner in few statements; the words of each text as publishing writes them."""
    made = []
    _be("NONE")  # COPY knows no policies
    for number in range(TENANTS):
        tenant = Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}", help_on=True)
        with tenant_scope(tenant.pk):
            for begin in range(0, ARTICLES // TENANTS, BATCH):
                _batch(Writer(number * 1000 + begin), begin, min(BATCH, ARTICLES // TENANTS - begin))
        made.append(tenant)
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        cursor.execute("CREATE INDEX plain_index ON knowledge_articletext USING gin (plain_words)")
        for table in LARGE:
            cursor.execute(f"ANALYZE {table}")
    return made


def _batch(writer: Writer, begin: int, count: int) -> None:
    titles = [writer.title() for _ in range(count)]
    made = Article.objects.bulk_create(Article(title=title, language="fi", state=State.PUBLIC) for title in titles)
    texts = ArticleText.objects.bulk_create(
        ArticleText(
            article=row,
            language="fi",
            slug=f"a-{begin + place}",
            title=row.title,
            body="",
            plain=" ".join(writer.text("x") for _ in range(3)),
            number=1,
            original_number=1,
            published_at=timezone.now(),
        )
        for place, row in enumerate(made)
    )
    found = [weights(text.title, [], [], text.plain) for text in texts]
    ids = word_ids(dict.fromkeys((word for each in found for word in each), 0.0), "fi")
    columns = "tenant_id, word_id, text_id, weight"
    with connection.cursor() as cursor, cursor.copy(f"COPY knowledge_articleposting ({columns}) FROM STDIN") as rows:
        for text, each in zip(texts, found, strict=True):
            for word, weight in each.items():
                rows.write_row((text.tenant_id, ids[word], text.pk, weight))


def _be(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _plain(tenant: int, asked: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, {"tenant": tenant, "words": " | ".join(asked.split())})
        return cursor.fetchall()


def test_article_search(tenants: list[Tenant], record_property: Callable[[str, object], None]) -> None:
    ours: list[float] = []
    plain: list[float] = []
    chosen = Random(1)
    for place in range(ROUNDS):
        tenant = chosen.choice(tenants)
        for asked in QUESTIONS:
            with tenant_scope(tenant.pk):
                _be(APP_ROLE)
                took = _took(lambda: find_articles(asked, reader=Reader("fi")))  # noqa: B023  # called at once
                _be("NONE")
                bare = _took(lambda: _plain(tenant.pk, asked))  # noqa: B023  # called at once
            if place >= ROUNDS // 10:
                ours.append(took)
                plain.append(bare)
    times = median(ours) / median(plain)
    p95 = quantiles(ours, n=20)[-1]
    line = f"article search among {ARTICLES:,}: p50 {median(ours):.1f} ms, p95 {p95:.1f} ms, {times:.1f} times plain "
    record_property("told", line + f"full text (p50 {median(plain):.1f} ms, p95 {quantiles(plain, n=20)[-1]:.1f} ms)")
    _be(APP_ROLE)
    whole, indexes = _read_by(lambda: _ask_all(tenants))
    record_property("told", "article search reads by: " + ", ".join(sorted(indexes)))
    assert times <= MOST_TIMES
    assert not whole & LARGE


def _ask_all(tenants: list[Tenant]) -> None:
    for tenant in tenants:
        with tenant_scope(tenant.pk):
            for asked in QUESTIONS:
                find_articles(asked, reader=Reader("fi"))


def _read_by(act: Callable[[], object]) -> tuple[set[str], set[str]]:
    """The tables that PostgreSQL has read from one end to the other meanwhile, and the indexes that it has used."""

    def counted() -> tuple[dict[str, int], dict[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT relname, seq_scan FROM pg_stat_user_tables")
            tables = dict(cursor.fetchall())
            cursor.execute("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes")
            return tables, dict(cursor.fetchall())

    before = counted()
    act()
    after = counted()
    whole, used = (
        {name for name in new if new[name] > old.get(name, 0)} for old, new in zip(before, after, strict=True)
    )
    return whole, {name for name in used if name.startswith(("knowledge_", "article"))}
