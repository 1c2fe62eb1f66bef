"""Articles and tickets: what fits one, what was sent with one, and a draft from how one was solved."""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Customer, Membership
from core.html import text_to_html
from knowledge.enums import Use
from knowledge.models import Article, ArticleText
from knowledge.reading import Hit, Reader, count_use, find_articles
from knowledge.redaction import Known, redact
from tickets.enums import ArticleTie
from tickets.models import Message, Ticket, TicketArticle
from tickets.models.conversation import DESK_ONLY

SUGGESTED = 5
# Members whose names are looked for; those of a larger tenant stand in the conversation as its authors.
MOST_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class Suggested:
    """An article that fits; `may_send` where the requester may read it, `may_link` where it has a public page."""

    hit: Hit
    may_send: bool
    may_link: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """An article as it would begin; `body` is HTML."""

    title: str
    body: str
    language: str


def suggest(ticket: Ticket, words: str = "") -> list[Suggested]:
    """What fits the ticket's subject and product, or what is asked for; internal ones too."""
    reader = Reader(ticket.requester.language, desk=True)
    hits = find_articles(words or ticket.title, reader=reader, product=ticket.product_id, limit=SUGGESTED)
    theirs = Article.objects.readable(desk=False, customer=ticket.customer_id).filter(pk__in=[hit.pk for hit in hits])
    states = dict(theirs.values_list("pk", "state")) if hits else {}
    linked = ticket.tenant.help_on
    return [Suggested(hit, hit.pk in states, linked and states.get(hit.pk) == "public") for hit in hits]


@transaction.atomic
def words_of(ticket: Ticket, article: int, *, link: bool, by: Actor) -> str | None:
    """What a reply says of an article, counted as sent; None where the requester may not read it."""
    theirs = Article.objects.readable(desk=False, customer=ticket.customer_id).filter(pk=article)
    texts = list(ArticleText.objects.filter(article__in=theirs).select_related("article"))
    text = min(texts, key=lambda each: _place(each, ticket.requester.language), default=None)
    if text is None or (link and not ticket.tenant.help_on):
        return None
    TicketArticle.objects.get_or_create(
        ticket=ticket, article_id=article, kind=ArticleTie.SENT, defaults={"member_id": by.membership_id}
    )
    count_use(article, Use.SENT)
    address = ticket.tenant.url(reverse("help:article", args=[text.slug])) if link else ""
    return f"{text.title}\n{address}" if link else f"{text.title}\n\n{text.plain}"


def _place(text: ArticleText, language: str) -> tuple[bool, bool]:
    """The requester's language first, then the article's own."""
    return text.language != language, text.language != text.article.language


def begin_from(ticket: Ticket) -> Begun:
    """An article from how a ticket was solved, without personal data; a person reads it before it is kept."""
    known = known_of(ticket)
    asked = Message.objects.filter(ticket=ticket).exclude(DESK_ONLY).order_by("at", "pk").first()
    problem = redact(asked.text, known) if asked else ""
    solution = redact(ticket.solution, known)
    body = "\n".join(text_to_html(part) for part in (problem, solution) if part)
    return Begun(redact(ticket.title, known) or ticket.title[:1], body, ticket.requester.language)


def known_of(ticket: Ticket) -> Known:
    """Everybody's name that may stand in a ticket's texts, and every company's."""
    members = Membership.objects.select_related("user")[:MOST_NAMES]
    authors = Message.objects.filter(ticket=ticket).values_list("author_name", flat=True)
    customer = Customer.objects.filter(pk=ticket.customer_id or 0).values_list("name", flat=True)
    people = [ticket.requester.name, *(member.name for member in members), *authors]
    return Known(tuple(dict.fromkeys(people)), (*customer, ticket.tenant.name))


def note_draft(ticket: Ticket, article: Article, *, by: Actor) -> None:
    TicketArticle.objects.create(ticket=ticket, article=article, kind=ArticleTie.DRAFTED, member_id=by.membership_id)
