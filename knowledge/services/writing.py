"""Writing and publishing articles: every save is a version, readers see the one that was published last."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.services import audit
from core.html import html_to_text
from knowledge.enums import State
from knowledge.markup import clean
from knowledge.models import Article, ArticleText, ArticleVersion
from knowledge.services.indexing import index
from knowledge.stemming import fold


class NothingToPublish(ValueError):
    """The article has no version in that language."""


@transaction.atomic
def write(article: Article, *, language: str, title: str, body: str, by: Actor) -> ArticleVersion | None:
    """Keep a text as the next version of its language; the article is made with its first one.

    `body` is HTML of any origin. None where nothing has changed since the newest version.
    """
    if article._state.adding:
        article.title = title
        article.save()
    locked = Article.objects.select_for_update().get(pk=article.pk)
    newest = newest_version(locked, language)
    body = clean(body)
    if newest and (newest.title, newest.body) == (title, body):
        return None
    version = ArticleVersion.objects.create(
        article=locked,
        language=language,
        number=newest.number + 1 if newest else 1,
        title=title,
        body=body,
        member_id=by.membership_id,
        actor_name=by.name,
    )
    article.changed_at = timezone.now()
    article.title = title if language == article.language else locked.title
    article.save(update_fields=["changed_at", "title"])
    return version


def newest_version(article: Article, language: str) -> ArticleVersion | None:
    return ArticleVersion.objects.filter(article=article, language=language).order_by("-number").first()


@transaction.atomic
def publish(article: Article, *, language: str, by: Actor) -> ArticleText:
    """Let readers see the newest version of a language; the state says who they are. Raises NothingToPublish."""
    Article.objects.select_for_update().get(pk=article.pk)
    version = newest_version(article, language)
    if version is None:
        raise NothingToPublish(language)
    original = ArticleText.objects.filter(article=article, language=article.language).first()
    known = ArticleText.objects.filter(article=article, language=language).first()
    text = known or ArticleText(article=article, language=language, slug=_slug(article, version))
    text.title, text.body, text.plain = version.title, version.body, html_to_text(version.body)
    text.number, text.published_at = version.number, timezone.now()
    article.save(update_fields=["state", "customer"])
    is_original = language == article.language
    text.original_number = version.number if is_original or original is None else original.number
    text.article = article
    text.save()
    index(text)
    audit.record("article.published", by=by, target=article, language=language, number=version.number)
    return text


@transaction.atomic
def index_again(article: Article) -> None:
    """After what the article is about has changed: keywords, category, products."""
    for text in ArticleText.objects.filter(article=article):
        text.article = article
        index(text)


@transaction.atomic
def unpublish(article: Article, *, by: Actor) -> None:
    """Take it back to a draft; its versions stay."""
    article.state = State.DRAFT
    article.save(update_fields=["state"])
    audit.record("article.withdrawn", by=by, target=article)


@transaction.atomic
def retire(article: Article, *, successor: Article | None, by: Actor) -> None:
    """Nobody finds it any more; its addresses lead to the successor, where there is one."""
    article.retired_at, article.successor = timezone.now(), successor
    article.save(update_fields=["retired_at", "successor"])
    audit.record("article.retired", by=by, target=article, successor=successor.pk if successor else None)


@transaction.atomic
def bring_back(article: Article, *, by: Actor) -> None:
    article.retired_at, article.successor = None, None
    article.save(update_fields=["retired_at", "successor"])
    audit.record("article.brought_back", by=by, target=article)


def _slug(article: Article, version: ArticleVersion) -> str:
    """An address of its title's words; where another text has it, with a number."""
    plain = slugify(fold(version.title))[:100].strip("-") or f"article-{article.pk}"
    taken = set(ArticleText.objects.filter(slug__startswith=plain).values_list("slug", flat=True))
    if plain not in taken:
        return plain
    highest = ArticleText.objects.aggregate(highest=Max("pk"))["highest"] or 0
    return f"{plain}-{highest + 1}"
