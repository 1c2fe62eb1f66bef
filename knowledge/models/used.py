"""What became of articles: how often they were used, and what readers said."""

from django.db import models
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from knowledge.enums import ArticleLanguage, Use
from knowledge.models.articles import Article


class ArticleUse(TenantModel):
    """How often something became of an article on a day.

    A day's count lies in several rows, `part` of them chosen at random, so that many readers at once do not wait for
    each other.
    """

    article = TenantForeignKey(Article, models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=6, choices=Use)
    day = models.DateField()
    part = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "article", "kind", "day", "part"], name="use_of_article")
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.kind}"


class ArticleFeedback(TenantModel):
    """Whether an article solved it, and what the reader said."""

    article = TenantForeignKey(Article, models.CASCADE, related_name="feedback")
    language = models.CharField(max_length=2, choices=ArticleLanguage)
    solved = models.BooleanField()
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "article", "-at"], name="feedback_of_article")]

    def __str__(self) -> str:
        return self.comment[:80]
