"""What readers say of an article."""

from django.db import transaction
from django.utils import timezone

from knowledge.enums import Use
from knowledge.models import Article, ArticleFeedback, ArticleText
from knowledge.reading import count_use


@transaction.atomic
def answer(text: ArticleText, *, solved: bool, comment: str = "") -> ArticleFeedback:
    """Keep whether the article solved it; a solved one is counted as well."""
    said = ArticleFeedback.objects.create(
        article_id=text.article_id, language=text.language, solved=solved, comment=comment.strip()
    )
    if solved:
        count_use(text.article_id, Use.SOLVED)
    return said


def mark_read(article: Article) -> int:
    """All that was said so far has been read; how many were new."""
    return ArticleFeedback.objects.filter(article=article, read_at=None).update(read_at=timezone.now())
