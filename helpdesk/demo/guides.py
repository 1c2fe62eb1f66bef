"""The demo's articles, written by its own people and open to everybody but for the internal ones."""

from datetime import timedelta
from typing import Any

from accounts.actors import Actor, member_actor
from helpdesk.demo.past import StoryClock
from helpdesk.demo.workspace import Workspace
from knowledge.models import Article, Category
from knowledge.models.articles import ArticleProduct
from knowledge.services.writing import publish, write

TEXTS = ("fi", "en")


def write_guides(place: Workspace, clock: StoryClock, articles: list[dict[str, Any]]) -> None:
    """For the tenant in scope: one a day, before the first ticket."""
    tenant = place.tenant
    tenant.knowledge_on = tenant.help_on = True
    tenant.save(update_fields=["knowledge_on", "help_on"])
    for number, facts in enumerate(articles):
        clock.set(clock.now + timedelta(days=1))
        owner = place.members[facts["owner"]]
        category, _made = Category.objects.get_or_create(name=facts["category"], parent=None)
        texts = {name: facts[name] for name in facts if name in TEXTS}
        article = Article(
            language=next(iter(texts)),
            category=category,
            owner=owner,
            keywords=facts["keywords"],
            state=facts["state"],
            review_on=place.today + timedelta(days=180 + number),
        )
        _publish(article, texts, place.products[facts["product"]].pk, by=member_actor(owner))


def _publish(article: Article, texts: dict[str, list[str]], product: int, *, by: Actor) -> None:
    for language, (title, body) in texts.items():
        is_new = article._state.adding
        write(article, language=language, title=title, body=body.strip(), by=by)
        if is_new:
            ArticleProduct.objects.create(article=article, product_id=product)
        publish(article, language=language, by=by)
