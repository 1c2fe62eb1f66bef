"""What articles are found by: the words of a tenant's articles, and which article has which of them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from knowledge.enums import ArticleLanguage
from knowledge.models.articles import ArticleText


class ArticleWord(TenantModel):
    """A word as it stands in some article of one language; `stem` is PostgreSQL's, `root` that of knowledge.stemming.

    In the order of bytes, so that a range of an index holds all words that begin alike.
    """

    language = models.CharField(max_length=2, choices=ArticleLanguage)
    word = models.CharField(max_length=60, db_collation="C")
    stem = models.CharField(max_length=60, db_collation="C")
    root = models.CharField(max_length=70, db_collation="C")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "word", "language"], name="article_word")]
        indexes = [
            models.Index(fields=["tenant", "stem"], name="article_word_stem"),
            models.Index(fields=["tenant", "root"], name="article_word_root"),
            GinIndex(fields=["root"], opclasses=["trigrams.gin_trgm_ops"], name="article_word_parts"),
        ]

    def __str__(self) -> str:
        return self.word


class ArticlePosting(TenantModel):
    """That a text has a word; `weight` is 0..1, most for a word of the title."""

    word = TenantForeignKey(ArticleWord, models.CASCADE, related_name="+", db_index=False)
    text = TenantForeignKey(ArticleText, models.CASCADE, related_name="+", db_index=False)
    weight = models.FloatField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "word", "text"], include=["weight"], name="article_posting")
        ]
        indexes = [models.Index(fields=["tenant", "text"], name="article_posting_text")]

    def __str__(self) -> str:
        return f"{self.word_id} in {self.text_id}"
