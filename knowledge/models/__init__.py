"""Articles, what they are found by, and what became of them."""

from knowledge.models.articles import Article, ArticleFile, ArticleProduct, ArticleText, ArticleVersion, Category
from knowledge.models.found import ArticlePosting, ArticleWord
from knowledge.models.used import ArticleFeedback, ArticleUse

__all__ = [
    "Article",
    "ArticleFeedback",
    "ArticleFile",
    "ArticlePosting",
    "ArticleProduct",
    "ArticleText",
    "ArticleUse",
    "ArticleVersion",
    "ArticleWord",
    "Category",
]
