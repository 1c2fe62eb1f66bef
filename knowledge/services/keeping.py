"""What holds for all languages of an article, and its files."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.actors import Actor
from core.filenames import clean_filename
from core.files import store
from knowledge.models import Article, ArticleFile, ArticleProduct
from knowledge.services.writing import index_again, write

MOST_BYTES = 20 * 2**20
# By their first bytes, whatever the name says; SVG is a document that runs, and so is no picture here.
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


class BadFile(ValueError):
    """Too large to keep."""


@transaction.atomic
def save_article(article: Article, said: Mapping[str, Any], *, language: str, by: Actor) -> None:
    """What was filled in: a version of the text, and what the article is about, at once."""
    article.keywords = said["words"]
    write(article, language=language, title=said["heading"], body=said["body"], by=by)
    article.save(update_fields=["keywords", "category", "owner", "review_on"])
    ArticleProduct.objects.filter(article=article).delete()
    ArticleProduct.objects.bulk_create(ArticleProduct(article=article, product=product) for product in said["about"])
    index_again(article)


@transaction.atomic
def add_file(article: Article, given: "UploadedFile[Any]") -> ArticleFile:
    """Keep a file's bytes and its row. Raises BadFile."""
    if (given.size or 0) > MOST_BYTES:
        raise BadFile(given.name)
    content = given.read()
    kind = picture_type(content)
    return ArticleFile.objects.create(
        article=article,
        name=clean_filename(given.name or "file"),
        content_type=kind or "application/octet-stream",
        size=len(content),
        storage_key=store(article.tenant_id, content),
        is_picture=bool(kind),
    )


def picture_type(content: bytes) -> str:
    """The type of a picture that browsers may show; "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in PICTURES.items() if content.startswith(start)), "")
