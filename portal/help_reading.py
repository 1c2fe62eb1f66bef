"""What the public help pages show: categories with their articles, and one article in the language that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import get_language

from accounts.models import Tenant
from knowledge.enums import ArticleLanguage
from knowledge.models import Article, ArticleText
from knowledge.reading import Reader
from portal.visitors import PortalRequest

MOST_ARTICLES = 300


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as readers see it; "" for what stands in none."""

    name: str
    texts: Sequence[ArticleText]


@dataclass(frozen=True, slots=True)
class Shown:
    """An article's text, the others beside it, and what a reader should know of it."""

    article: Article
    text: ArticleText
    others: Sequence[ArticleText]
    is_fallback: bool
    is_behind: bool


def reader_of(request: PortalRequest) -> Reader:
    """Whoever reads: somebody of a customer once they have signed in, else anyone."""
    person = request.visitor.requester if request.visitor else None
    return Reader(get_language() or "en", customer=person.customer_id if person else None)


def require_help(tenant: Tenant) -> None:
    """The pages are there only where the tenant wants them."""
    if not tenant.help_on:
        raise Http404


def readable(reader: Reader) -> "Sequence[Article]":
    """What the reader may read, with texts, by category."""
    rows = Article.objects.readable(desk=False, customer=reader.customer).select_related("category__parent")
    texts = Prefetch("texts", ArticleText.objects.defer("body", "plain"))
    return list(
        rows.prefetch_related(texts).order_by("category__parent__position", "category__position", "title")[
            :MOST_ARTICLES
        ]
    )


def shelves(reader: Reader) -> list[Shelf]:
    """Every article once, in the reader's language where there is one."""
    found: dict[str, list[ArticleText]] = {}
    for article in readable(reader):
        text = in_language(article, list(article.texts.all()), reader.language)
        if text:
            found.setdefault(_name(article), []).append(text)
    return [Shelf(name, texts) for name, texts in sorted(found.items(), key=lambda shelf: not shelf[0])]


def _name(article: Article) -> str:
    category = article.category
    if category is None:
        return ""
    return f"{category.parent.name} / {category.name}" if category.parent else category.name


def in_language(article: Article, texts: Sequence[ArticleText], language: str) -> ArticleText | None:
    """The text in that language, else in the article's first one, else any."""
    order = {language: 0, article.language: 1}
    return min(texts, key=lambda text: (order.get(text.language, 2), text.pk), default=None)


def shown_as(article: Article, text: ArticleText, reader: Reader) -> Shown:
    texts = list(ArticleText.objects.filter(article=article).defer("body", "plain").order_by("language"))
    original = next((each for each in texts if each.language == article.language), None)
    return Shown(
        article,
        text,
        [each for each in texts if each.pk != text.pk],
        is_fallback=text.language != reader.language and all(each.language != reader.language for each in texts),
        is_behind=original is not None and text.original_number < original.number,
    )


def language_name(code: str) -> str:
    return str(ArticleLanguage(code).label)
