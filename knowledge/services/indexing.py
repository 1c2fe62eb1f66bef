"""The words of published texts, kept beside them for the search: written whenever a text is."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection

from accounts.scope import require_tenant_id
from knowledge.models import ArticlePosting, ArticleText, ArticleWord
from knowledge.questions import LONGEST_WORD, words_of
from knowledge.stemming import root

# By where a word stands. A word of the body weighs more the more often it is said, up to BODY_MOST.
TITLE, KEYWORD, ABOUT = 1.0, 0.9, 0.55
BODY, BODY_MORE, BODY_MOST = 0.3, 0.06, 0.5
# Of a text: what comes later is read, not looked for.
MOST_WORDS = 3_000
NEW_WORDS = """
    INSERT INTO knowledge_articleword (tenant_id, language, word, stem, root)
    SELECT %s, %s, told.word, left(article_stem(%s, told.word), 60), told.root
    FROM unnest(%s::text[], %s::text[]) AS told (word, root)
    ON CONFLICT (tenant_id, word, language) DO NOTHING
"""


def weights(title: str, keywords: Iterable[str], about: Iterable[str], plain: str) -> dict[str, float]:
    """How much each word of a text says of it, 0..1; the words of its title most."""
    body = Counter(words_of(plain)[:MOST_WORDS])
    found = {word: min(BODY + BODY_MORE * (times - 1), BODY_MOST) for word, times in body.items()}
    for weight, texts in ((ABOUT, about), (KEYWORD, keywords), (TITLE, (title,))):
        for word in (word for text in texts for word in words_of(text)):
            found[word] = max(found.get(word, 0.0), weight)
    return {word: weight for word, weight in found.items() if len(word) <= LONGEST_WORD}


def index(text: ArticleText) -> None:
    """Make what a text is found by anew; after its article's keywords, category or products changed as well."""
    article = text.article
    about = [each.product.name for each in article.products.select_related("product")]
    if article.category:
        about += [article.category.name, article.category.parent.name if article.category.parent else ""]
    found = weights(text.title, article.keywords, about, text.plain)
    ArticlePosting.objects.filter(text=text).delete()
    ids = word_ids(found, text.language)
    ArticlePosting.objects.bulk_create(
        ArticlePosting(word_id=ids[word], text=text, weight=weight) for word, weight in found.items()
    )


def word_ids(words: Mapping[str, float], language: str) -> dict[str, int]:
    """The rows of these words, made where they are new; in one order, so that two writers do not block each other."""
    told = sorted(words)
    roots = [root(word, language)[:70] for word in told]
    with connection.cursor() as cursor:
        cursor.execute(NEW_WORDS, [require_tenant_id(), language, language, told, roots])
    known = ArticleWord.objects.filter(language=language, word__in=told)
    return dict(known.values_list("word", "pk"))
