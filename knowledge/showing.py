"""One article as the desk looks at it: in one language, published or as a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Prefetch, QuerySet, Sum
from django.utils import timezone

from knowledge.enums import ArticleLanguage, State, Use
from knowledge.models import Article, ArticleText, ArticleVersion
from knowledge.services.writing import newest_version

USED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Tab:
    """A language of an article: published, written or missing, and whether the original is newer."""

    code: str
    name: str
    is_current: bool
    is_there: bool
    is_written: bool
    is_behind: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: `text` is what readers have, `version` the newest one; `is_draft` shows the latter."""

    language: str
    tabs: Sequence[Tab]
    text: ArticleText | None
    version: ArticleVersion | None
    is_draft: bool
    is_behind: bool
    next_state: str

    @property
    def has_newer(self) -> bool:
        return self.version is not None and self.text is not None and self.text.number < self.version.number

    @property
    def shown(self) -> ArticleText | ArticleVersion | None:
        return self.version if self.is_draft or self.text is None else self.text


def dressed(rows: "QuerySet[Article]", *, whole: bool = False) -> "QuerySet[Article]":
    """With all that lists show of articles, and with `whole` what a page shows too: the texts themselves."""
    found = rows.select_related("category__parent", "owner__user", "customer", "successor")
    texts = ArticleText.objects.all() if whole else ArticleText.objects.defer("body", "plain")
    return found.prefetch_related(Prefetch("texts", texts))


def view_of(article: Article, asked: str, *, wants_draft: bool) -> View:
    """The article in the language that was asked for, else in its first one."""
    language = asked if asked in ArticleLanguage.values else article.language
    texts = {text.language: text for text in article.texts.all()}
    text, version = texts.get(language), newest_version(article, language)
    newer = version is not None and (text is None or text.number < version.number)
    return View(
        language,
        _tabs(article, texts, language),
        text,
        version,
        is_draft=newer and (text is None or wants_draft),
        is_behind=language in texts and _is_behind(texts, language, article),
        next_state=article.state if article.state != State.DRAFT else State.INTERNAL.value,
    )


def _is_behind(texts: dict[str, ArticleText], language: str, article: Article) -> bool:
    original = texts.get(article.language)
    return original is not None and texts[language].original_number < original.number


def _tabs(article: Article, texts: dict[str, ArticleText], language: str) -> list[Tab]:
    written = set(ArticleVersion.objects.filter(article=article).values_list("language", flat=True).distinct())
    return [
        Tab(
            code,
            str(name),
            is_current=code == language,
            is_there=code in texts,
            is_written=code in written,
            is_behind=code in texts and _is_behind(texts, code, article),
        )
        for code, name in ArticleLanguage.choices
    ]


def uses_of(article: Article) -> list[tuple[str, int]]:
    """How often each thing became of an article in the last USED_DAYS days."""
    since = timezone.localdate() - timedelta(days=USED_DAYS)
    counted = dict(article.uses.filter(day__gte=since).values_list("kind").annotate(Sum("count")))
    return [(str(use.label), counted.get(use.value, 0)) for use in Use]
