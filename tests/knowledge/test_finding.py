"""The search of articles: what Finnish questions find, and what nobody finds who may not read it."""

from collections.abc import Callable

import pytest

from knowledge.reading import Reader, find_articles
from tests.conftest import Cast
from tests.knowledge.support import help_desk, pairs

pytestmark = pytest.mark.django_db
ANYONE = Reader("fi")


@pytest.mark.parametrize(("table", "least"), [("pairs", 54), ("unseen", 16)])
def test_finnish_questions_find_their_articles(
    acme: Cast, table: str, least: int, record_property: Callable[[str, object], None]
) -> None:
    with acme.scope():
        keys = help_desk(acme)
        ranks = []
        for asked, key in pairs(table):
            found = [hit.pk for hit in find_articles(asked, reader=ANYONE, limit=10)]
            ranks.append(found.index(keys[key]) + 1 if keys[key] in found else 0)
            print(f"{ranks[-1] or '-':>3}  {asked}  ({key})")
    near = sum(1 <= rank <= 3 for rank in ranks)
    record_property("told", f"knowledge: {near} of {len(ranks)} questions of {table} found among the first three, "
                    f"{ranks.count(1)} first")
    assert near >= least
