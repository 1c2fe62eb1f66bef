"""What finding costs: articles, suggestions while one types, and tickets, and that it is done by indexes.

20,000 articles and 200,000 tickets in 10 tenants unless VASTE_ARTICLES and VASTE_TICKETS say otherwise. Each is asked
by turns with PostgreSQL's plain full text over the same rows and with a bare count, so that a noisy machine is noisy
for all; ratios are of medians. Run by `make bench T=bench/search.py`.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from statistics import median, quantiles
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg.errors import Diagnostic

from accounts.models import Tenant
from accounts.scope import tenant_scope
from bench.fill import Filled, fill, owner_url
from bench.fill_rows import COMMON, RARE
from bench.words import PLAIN, Writer
from helpdesk.embedded.postgres import SUPERUSER
from knowledge.enums import State
from knowledge.models import Article, ArticleText
from knowledge.reading import Reader, find_articles
from knowledge.services.indexing import weights, word_ids
from tests.conftest import APP_ROLE
from tickets.search import find

pytestmark = pytest.mark.django_db(transaction=True)
ARTICLES, TICKETS = int(os.environ.get("VASTE_ARTICLES", "20000")), int(os.environ.get("VASTE_TICKETS", "200000"))
TENANTS, BATCH = 10, 500
ROUNDS = int(os.environ.get("VASTE_ROUNDS", "40"))
MOST_TIMES = 8
# Plain full text: what a desk would write first, over words that are kept and indexed, ranked, in one tenant, below no
# policy, without excerpts.
PLAIN_ARTICLES = """
    SELECT id FROM knowledge_articletext, to_tsquery('finnish', %s) AS asked
    WHERE tenant_id = %s AND plain_words @@ asked ORDER BY ts_rank(plain_words, asked) DESC LIMIT 5
"""
KEPT = """
    ALTER TABLE knowledge_articletext ADD COLUMN plain_words tsvector
        GENERATED ALWAYS AS (to_tsvector('finnish', title || ' ' || plain)) STORED;
    CREATE INDEX plain_index ON knowledge_articletext USING gin (plain_words);
    CREATE INDEX plain_messages ON tickets_message USING gin (to_tsvector('simple', text));
"""
# Questions as people type them: two frequent words, a rare one, a compound, a mistyped one.
QUESTIONS = (
    "tulostin ei toimi",
    "pumpun paine laskee",
    "salasanaongelma palvelimella",
    "venttiilli vuotaa",
    "hissin huolto",
)
# What stands in the field after some of their letters.
BEGUN = ("tulos", "tulostin ei", "pumpun pai", "salasanaon", "hissi")
LARGE = {
    "knowledge_articletext",
    "knowledge_articleword",
    "knowledge_articleposting",
    "knowledge_article",
    "tickets_ticket",
    "tickets_ticketwords",
    "tickets_message",
}
Told = Callable[[str, object], None]
# What makes PostgreSQL tell how it carries out each statement, those inside of functions too.
EXPLAINING = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "client_min_messages": "log",
}
# A step of a plan that reads a table or an index.
NODE = re.compile(r"(Index|Bitmap Heap|Seq) .*Scan.* on ")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask, and what it stands beside: plain full text as the owner, and a count as the application."""

    ours: Callable[[], object]
    plain: tuple[str, tuple[object, ...]]
    table: str


@pytest.fixture(scope="module")
def tenants(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Tickets by bench.fill; the words of each article's text as publishing writes them."""
    with django_db_blocker.unblock():
        filled = fill(TICKETS, tenants=TENANTS)
        made = list(Tenant.objects.order_by("pk"))
        _be("NONE")  # COPY knows no policies
        for number, tenant in enumerate(made):
            writer = Writer(number)
            with tenant_scope(tenant.pk):
                for begin in range(0, ARTICLES // TENANTS, BATCH):
                    _batch(writer, begin, min(BATCH, ARTICLES // TENANTS - begin))
        with connection.cursor() as cursor:
            cursor.execute(KEPT)
            cursor.execute("VACUUM ANALYZE")
        _be(APP_ROLE)
        yield filled, made


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


def _told(sql: str, values: tuple[object, ...] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def compare(name: str, asked: list[tuple[Tenant, Question]], told: Told) -> float:
    """Ask each with its neighbours by turns; returns the ratio of medians to plain full text."""
    ours: list[float] = []
    plain: list[float] = []
    bare: list[float] = []
    for place in range(ROUNDS):
        for tenant, question in asked:
            with tenant_scope(tenant.pk):
                took = [_took(question.ours), _took(lambda: _told(f"SELECT count(*) FROM {question.table}"))]  # noqa: B023  # called at once
                _be("NONE")
                took.append(_took(lambda: _told(*question.plain)))  # noqa: B023  # called at once
                _be(APP_ROLE)
            if place >= ROUNDS // 10:
                for line, each in zip((ours, bare, plain), took, strict=True):
                    line.append(each)
    times = median(ours) / median(plain)
    told(
        "told",
        f"{name:12} p50 {median(ours):6.1f} ms  p95 {quantiles(ours, n=20)[-1]:6.1f} ms  x {times:4.1f} plain text "
        f"({median(plain):.1f} ms)  x {median(ours) / median(bare):.1f} a count of the table ({median(bare):.1f} ms)",
    )
    return times


def of_articles(tenants: list[Tenant], words: tuple[str, ...], *, ending: str = "") -> list[tuple[Tenant, Question]]:
    chosen = Random(1)  # no secret
    some = [chosen.choice(tenants) for _ in words]
    return [
        (
            tenant,
            Question(
                lambda each=each: find_articles(each, reader=Reader("fi")),  # type: ignore[misc]  # bound now
                (PLAIN_ARTICLES, (" | ".join(f"{word}{ending}" for word in each.split()), tenant.pk)),
                "knowledge_articletext",
            ),
        )
        for tenant, each in zip(some, words, strict=True)
    ]


def of_tickets(filled: Filled) -> list[tuple[Tenant, Question]]:
    tenant, agent = filled.tenant, filled.agent
    return [
        (
            tenant,
            Question(
                lambda each=each: find(each, tenant=tenant, member=agent),  # type: ignore[misc]  # bound now
                (PLAIN, (tenant.pk, each)),
                "tickets_ticket",
            ),
        )
        for each in (COMMON, RARE)
    ]


def test_search(tenants: tuple[Filled, list[Tenant]], record_property: Told) -> None:
    filled, made = tenants
    asked = {
        "articles": of_articles(made, QUESTIONS),
        "suggestions": of_articles(made, BEGUN, ending=":*"),
        "tickets": of_tickets(filled),
    }
    record_property("told", f"{ARTICLES:,} articles and {TICKETS:,} tickets in {TENANTS} tenants")
    times = {name: compare(name, questions, record_property) for name, questions in asked.items()}
    whole, indexes = _read_by([each for questions in asked.values() for each in questions])
    record_property("told", "read by: " + ", ".join(sorted(indexes)))
    for name, questions in asked.items():
        record_property("told", f"{name}, as {APP_ROLE} below row-level security:\n{_plan(*questions[0])}")
    assert not whole & LARGE
    # A search for tickets also asks who may see them; of few tickets that is most of it.
    assert {name: times[name] for name in ("articles", "suggestions") if times[name] > MOST_TIMES} == {}


def _read_by(asked: list[tuple[Tenant, Question]]) -> tuple[set[str], set[str]]:
    """The tables that PostgreSQL has read from one end to the other meanwhile, and the indexes that it has used."""

    def counted() -> tuple[dict[str, int], dict[str, int]]:
        _told("SELECT pg_stat_force_next_flush()")
        tables = dict(_told("SELECT relname, seq_scan FROM pg_stat_user_tables"))
        return tables, dict(_told("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes"))

    before = counted()
    for tenant, question in asked:
        with tenant_scope(tenant.pk):
            question.ours()
    after = counted()
    whole, used = (
        {name for name in new if new[name] > old.get(name, 0)} for old, new in zip(before, after, strict=True)
    )
    return whole, {name for name in used if name.startswith(("knowledge_", "article", "tickets_", "ticket"))}


def _plan(tenant: Tenant, question: Question) -> str:
    """What PostgreSQL read for a question, by the steps of its plans."""
    notes: list[str] = []

    def keep(note: Diagnostic) -> None:
        notes.append(note.message_primary or "")

    with _explaining(), tenant_scope(tenant.pk):
        connection.connection.add_notice_handler(keep)
        question.ours()
    plans = [note.partition("Query Text:")[2] for note in notes if "Query Text:" in note]
    return "\n".join(line for plan in plans for line in plan.splitlines() if NODE.search(line))


@contextmanager
def _explaining() -> Iterator[None]:
    """New connections of the owner explain what they do; only a superuser may ask for that."""
    user = connection.settings_dict["USER"]
    with psycopg.connect(owner_url(), user=SUPERUSER, autocommit=True) as powerful:
        for name, value in EXPLAINING.items():
            powerful.execute(f"ALTER ROLE {user} SET {name} = '{value}'")
        connection.close()
        try:
            yield
        finally:
            powerful.execute(f"ALTER ROLE {user} RESET ALL")
            connection.close()
