"""What may answer a question before it becomes a ticket: known incidents, and guides."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from accounts.models import Tenant
from knowledge.enums import Use
from knowledge.reading import Hit, Reader, count_use, find_articles
from portal.visitors import Visitor
from tickets.models import IncidentText


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """An incident that everybody may know of: what is said of it, when that was written; `pk` is the ticket's."""

    pk: int
    text: str
    language: str
    written_at: datetime


def known_incidents(visitor: Visitor) -> list[KnownIncident]:
    """Those that are not over, the latest first, each in the visitor's language where it was written in it."""
    rows = groupby(IncidentText.objects.current(), key=lambda row: row.ticket_id)
    told = [max(texts, key=lambda row: row.language == visitor.requester.language) for _ticket, texts in rows]
    return [KnownIncident(row.ticket_id, row.text, row.language, row.written_at) for row in told]


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
