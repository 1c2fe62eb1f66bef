"""Articles at the desk and as public guides, through their pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.html import html_to_text
from knowledge.enums import State
from knowledge.markup import clean
from knowledge.models import Article, ArticleFeedback, ArticleText, ArticleUse, ArticleVersion
from knowledge.services import writing
from knowledge.services.reviews import remind
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.knowledge.support import publish
from tests.mailintake.post import ticket_of
from tickets.models import TicketArticle
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def acme(acme: Cast) -> Cast:
    acme.tenant.knowledge_on = acme.tenant.help_on = True
    acme.tenant.save()
    return acme


def said(**more: Any) -> dict[str, Any]:
    told = {"heading": "Suodatin", "body": "<p>Vaihda suodatin.</p><script>x()</script>", "words": "filtteri, Kotelo"}
    return told | {"language": "fi"} | more


def test_an_agent_drafts_and_a_lead_publishes(acme: Cast) -> None:
    aino, liisa = acme.client("aino"), acme.client("liisa")
    assert aino.post("/knowledge/new/", said()).status_code == 302
    with acme.scope():
        article = Article.objects.get()
        assert article.keywords == ["filtteri", "kotelo"]
        assert ArticleVersion.objects.get().body == "<p>Vaihda suodatin.</p>"
    assert aino.post(f"/knowledge/{article.pk}/publish/", {"state": "public"}).status_code == 403
    assert acme.client().get("/help/").content.decode().count("Suodatin") == 0
    assert liisa.post(f"/knowledge/{article.pk}/publish/", {"state": "public"}).status_code == 302
    page = acme.client().get("/help/?q=filtteri").content.decode()
    assert "/help/suodatin/" in page
    aino.post(f"/knowledge/{article.pk}/edit/", said(body="<p>Vaihda se itse.</p>"))
    assert "Vaihda suodatin." in acme.client().get("/help/suodatin/").content.decode()
    assert "Vaihda se itse." in aino.get(f"/knowledge/{article.pk}/?draft=1").content.decode()
    changes = aino.get(f"/knowledge/{article.pk}/versions/fi/").content.decode()
    assert "<del>suodatin.</del><ins>se itse.</ins>" in changes
    with acme.scope():
        first = ArticleVersion.objects.get(number=1)
    aino.post(f"/knowledge/{article.pk}/restore/{first.pk}/")
    with acme.scope():
        assert list(ArticleVersion.objects.order_by("number").values_list("number", "body"))[-1] == (3, first.body)


def test_lists_narrow_and_cost_the_same_for_many(acme: Cast, django_assert_max_num_queries: Any) -> None:
    with acme.scope():
        for number in range(12):
            state = State.INTERNAL if number % 2 else State.PUBLIC
            publish(acme, f"Ohje {number}", "teksti", state=state, owner=acme.members["aino"])
    aino = acme.client("aino")
    with django_assert_max_num_queries(16):
        page = aino.get("/knowledge/?state=internal").content.decode()
    assert page.count("Ohje ") == 6
    assert aino.get("/knowledge/?without=sv").content.decode().count("Ohje ") == 12
    assert aino.get("/knowledge/?language=sv&category=x&product='").content.decode().count("Ohje ") == 0


def test_a_translation_says_when_the_original_is_newer(acme: Cast) -> None:
    by = acme.actor("ada")
    with acme.scope():
        article = publish(acme, "Suodatin", "Yksi.")
        writing.write(article, language="en", title="Filter", body="<p>One.</p>", by=by)
        writing.publish(article, language="en", by=by)
    english = acme.client().get("/help/filter/", headers={"Accept-Language": "en"})
    assert b"has changed since" not in english.content
    assert b'hreflang="fi" href="http://acme.localhost' in english.content
    with acme.scope():
        writing.write(article, language="fi", title="Suodatin", body="<p>Kaksi.</p>", by=by)
        writing.publish(article, language="fi", by=by)
    assert b"has changed since" in acme.client().get("/help/filter/", headers={"Accept-Language": "en"}).content
    assert b"older than the original" in acme.client("ada").get(f"/knowledge/{article.pk}/").content


def test_guides_lead_on_close_and_say_whether_they_are_listed(acme: Cast) -> None:
    by, nobody = acme.actor("ada"), acme.client()
    with acme.scope():
        old, new = publish(acme, "Vanha", "a"), publish(acme, "Uusi", "b")
        hidden = publish(acme, "Kanarialintu", "kanarialintu", state=State.INTERNAL)
        writing.retire(old, successor=new, by=by)
    answer = nobody.get("/help/vanha/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/help/uusi/")
    assert nobody.get("/help/kanarialintu/").status_code == 404
    assert nobody.post("/help/kanarialintu/feedback/", {"solved": "yes"}).status_code == 404
    for path in ("/help/", "/help/?q=kanarialintu", "/help/uusi/"):
        page = nobody.get(path).content.decode().replace('value="kanarialintu"', "")
        assert "anarialin" not in page
        assert 'content="noindex, nofollow"' in page
    assert nobody.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    acme.tenant.help_indexed = True
    acme.tenant.save()
    assert b"noindex" not in nobody.get("/help/uusi/").content
    assert b"Allow: /help/" in nobody.get("/robots.txt").content
    acme.tenant.help_on = False
    acme.tenant.save()
    assert [nobody.get(path).status_code for path in ("/help/", "/help/uusi/")] == [404, 404]
    assert hidden.pk


def test_readers_say_what_it_was_worth_and_the_owner_reads_it(acme: Cast) -> None:
    nobody = acme.client()
    with acme.scope():
        article = publish(acme, "Uusi", "b", owner=acme.members["aino"])
    nobody.post("/help/uusi/feedback/", {"solved": "no", "comment": "<b>Kuva puuttuu</b>"})
    nobody.post("/help/uusi/feedback/", {"solved": "yes"})
    nobody.post("/help/uusi/feedback/", {"solved": "perhaps"})
    assert nobody.post("/help/uusi/opened/").status_code == 204
    with acme.scope():
        assert sorted(ArticleUse.objects.values_list("kind", flat=True)) == ["opened", "solved"]
        assert ArticleFeedback.objects.count() == 2
    aino = acme.client("aino")
    assert "&lt;b&gt;Kuva puuttuu&lt;/b&gt;" in aino.get(f"/knowledge/{article.pk}/").content.decode()
    aino.post(f"/knowledge/{article.pk}/answers/")
    with acme.scope():
        assert not ArticleFeedback.objects.filter(read_at=None).exists()


def test_owners_are_told_once_of_each_review(acme: Cast) -> None:
    today = timezone.localdate()
    with acme.scope():
        article = publish(acme, "Uusi", "b", owner=acme.members["aino"], review_on=today + timedelta(days=5))
        assert [remind(acme.tenant, today=today), remind(acme.tenant, today=today)] == [1, 0]
        mail = OutgoingMail.objects.get()
        assert (mail.to, "Uusi" in mail.subject) == (["aino@acme.example"], True)
        assert f"/knowledge/{article.pk}/" in mail.text


def test_an_article_goes_into_the_reply_as_the_requester_may_read_it(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    with acme.scope():
        public = publish(acme, "Hissin rasvaus", "Rasvaa ketju.")
        internal = publish(acme, "Hissin salasana", "1234", state=State.INTERNAL)
    side = aino.get(f"/tickets/{ticket.number}/ready/?q=hissi", headers={"HX-Request": "true"}).content.decode()
    assert "Hissin rasvaus" in side
    assert f"/tickets/{ticket.number}/articles/{internal.pk}/" not in side
    url = f"/tickets/{ticket.number}/articles/{public.pk}/"
    assert aino.post(url, **JSON).json()["text"] == "Hissin rasvaus\n\nRasvaa ketju."
    assert aino.post(f"{url}?link=1", **JSON).json()["text"].endswith("/help/hissin-rasvaus/")
    assert aino.post(f"/tickets/{ticket.number}/articles/{internal.pk}/", **JSON).status_code == 404
    with acme.scope():
        assert TicketArticle.objects.get().kind == "sent"


def test_a_solved_ticket_becomes_a_draft_without_anybodys_data(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    assert aino.get(f"/tickets/{ticket.number}/articles/new/").status_code == 404
    with acme.scope():
        solution = "Hei Otto!\nAino vaihtoi anturin. Soita 040 123 4567.\nTerveisin\nAino Agent"
        lifecycle.resolve(ticket, solution=solution, by=acme.actor("aino"))
    page = aino.get(f"/tickets/{ticket.number}/articles/new/")
    body = html_to_text(page.context["form"].initial["body"])
    assert "vaihtoi anturin" in body
    assert not re.search("Otto|Aino|040|Terveisin|Paperi", body)
    assert aino.post(f"/tickets/{ticket.number}/articles/new/", said()).status_code == 302
    with acme.scope():
        assert TicketArticle.objects.get().kind == "drafted"
        assert Article.objects.get().state == State.DRAFT
        assert not ArticleText.objects.exists()


def test_tables_and_pictures_of_the_editor_are_kept_and_nothing_else() -> None:
    told = '{"content":"&lt;table onclick=x&gt;&lt;tr&gt;&lt;td&gt;1&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;"}'
    figure = f"<figure data-trix-attachment='{told}'><table><tr><td>1</td></tr></table></figure>"
    picture = '<img src="/knowledge/files/7/" onerror="x"><img src="https://elsewhere.example/p.png">'
    kept = clean(f"<h1>Otsikko</h1>{figure}{picture}<style>p</style>")
    assert kept.startswith("<h2>Otsikko</h2><table><tbody><tr><td>1</td></tr></tbody></table>")
    assert kept.count("src=") == 1
    assert '<img src="cid:7">' in kept
    assert not re.search("onclick|onerror|elsewhere|style", kept)
