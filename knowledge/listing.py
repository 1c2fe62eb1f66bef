"""The desk's list of articles: what narrows it, from the address by names that are known."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from knowledge.enums import ArticleLanguage, State
from knowledge.models import Article, ArticleProduct, ArticleText

RETIRED, DUE = "retired", "due"


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is asked for; empty or 0 for anything."""

    state: str = ""
    category: int = 0
    product: int = 0
    language: str = ""
    without: str = ""
    due: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Filters()


def read_filters(query: QueryDict) -> Filters:
    """What the address asks for; what is no value of a filter does not narrow."""

    def choice(name: str, choices: Any) -> str:
        value = query.get(name, "")
        return value if value in choices else ""

    def number(name: str) -> int:
        value = query.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0

    return Filters(
        state=choice("state", {*State.values, RETIRED}),
        category=number("category"),
        product=number("product"),
        language=choice("language", ArticleLanguage.values),
        without=choice("without", ArticleLanguage.values),
        due=query.get("due") == "1",
    )


def narrowed(filters: Filters) -> "QuerySet[Article]":
    rows = Article.objects.exclude(retired_at=None) if filters.state == RETIRED else Article.objects.current()
    if filters.state and filters.state != RETIRED:
        rows = rows.filter(state=filters.state)
    if filters.category:
        rows = rows.filter(Q(category=filters.category) | Q(category__parent=filters.category))
    if filters.product:
        rows = rows.filter(Exists(ArticleProduct.objects.filter(article=OuterRef("pk"), product=filters.product)))
    if filters.language:
        rows = rows.filter(_published_in(filters.language))
    if filters.without:
        rows = rows.exclude(_published_in(filters.without))
    if filters.due:
        rows = rows.filter(review_on__lte=timezone.localdate())
    return rows


def _published_in(language: str) -> Exists:
    return Exists(ArticleText.objects.filter(article=OuterRef("pk"), language=language))
