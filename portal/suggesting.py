"""Guides that may answer a question before it becomes a ticket."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.models import Requester


@dataclass(frozen=True, slots=True)
class Hit:
    """A guide: where it is read, what it is called, and the part of it that fits, with the words marked."""

    pk: int
    slug: str
    title: str
    excerpt: SafeString
    language: str


def suggestions(words: str, *, person: Requester, product: int | None = None) -> list[Hit]:
    """The guides that fit the words best and that the person may read, best first; none without a knowledge base."""
    return []
