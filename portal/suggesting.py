"""Guides that may answer a question before it becomes a ticket."""

from accounts.models import Tenant
from knowledge.enums import Use
from knowledge.reading import Hit, Reader, count_use, find_articles
from portal.visitors import Visitor


def suggestions(words: str, *, visitor: Visitor, tenant: Tenant, product: int | None = None) -> list[Hit]:
    """The guides that fit the words best and that the visitor may read, best first; each counted as shown.

    None without a help centre: they could not be opened.
    """
    if not (words and tenant.help_on):
        return []
    person = visitor.requester
    hits = find_articles(words, reader=Reader(person.language, customer=person.customer_id), product=product)
    count_use([hit.pk for hit in hits], Use.SHOWN)
    return hits
