"""A knowledge base for pictures: guides with a table, a translation that is behind, a draft, and what readers said."""

from typing import Any

from accounts.actors import SYSTEM
from accounts.models import Membership, Tenant
from core.files import store
from knowledge.enums import State, Use
from knowledge.models import Article, ArticleFile, ArticleText, ArticleVersion, Category
from knowledge.reading import count_use
from knowledge.services import answering, writing
from tickets.models import Ticket

STEPS = """
<p>The pump holds pressure at P1, but P2 sinks slowly once the oil is warm. Nearly always there is air in the new
housing.</p><h2>Steps</h2><ol>
<li>Look at P1 and P2 on the panel.</li><li>Open the bleed screw by half a turn.</li></ol>
<table><tr><th>Panel</th><th>Means</th></tr><tr><td>E-203</td><td>Sensor of the temperature</td></tr></table>
"""


def guides(tenant: Tenant, solved: Ticket) -> dict[str, Any]:
    """What stands for articles in addresses; in the tenant's scope, whose knowledge base is switched on."""
    tenant.knowledge_on = tenant.help_on = True
    tenant.save()
    owner = Membership.objects.filter(roles__contains=["admin"]).order_by("pk")[0]
    above = Category.objects.create(name="PM-Control 4")
    category = Category.objects.create(name="Hydraulics", parent=above)
    article = Article(language="en", state=State.PUBLIC, category=category, owner=owner, keywords=["P2", "filter"])
    _write(article, "en", "Pressure falls after a filter change", STEPS)
    _write(article, "fi", "Paine laskee suodattimen vaihdon jälkeen", "<p>Kotelossa on ilmaa. Avaa ilmausruuvi.</p>")
    _write(article, "en", "Pressure falls after a filter change", STEPS + "<p>Runs for five minutes.</p>")
    writing.write(article, language="en", title=article.title, body=STEPS + "<p>Run it ten minutes.</p>", by=SYSTEM)
    internal = Article(language="en", state=State.INTERNAL, owner=owner)
    _write(internal, "en", "Service code of the panel", "<p>Hold F1 and F3.</p>")
    text = ArticleText.objects.get(article=article, language="en")
    answering.answer(text, solved=True)
    answering.answer(text, solved=False, comment="The picture of the screw is missing.")
    count_use(article.pk, Use.OPENED)
    file = ArticleFile.objects.create(
        article=article,
        name="bleed-screw.pdf",
        content_type="a/b",
        size=9,
        storage_key=store(tenant.pk, b"%PDF-1.4\n"),
    )
    return {
        "article": article.pk,
        "article_slug": text.slug,
        "article_file": file.pk,
        "article_version": ArticleVersion.objects.filter(article=article)[0].pk,
        "category": category.pk,
        "solved_ticket": solved.number,
    }


def _write(article: Article, language: str, title: str, body: str) -> None:
    writing.write(article, language=language, title=title, body=body, by=SYSTEM)
    writing.publish(article, language=language, by=SYSTEM)
