"""Articles at the desk: the list, one article, and what is done with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Product
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from core.paging import Page, page_by
from knowledge.access import PUBLISHERS, WRITERS, knowledge_page, may_publish, may_write
from knowledge.enums import ArticleLanguage
from knowledge.forms import PublishForm, RetireForm, by_place, long_name
from knowledge.listing import RETIRED, Filters, narrowed, read_filters
from knowledge.markup import for_readers
from knowledge.models import Article, ArticleFeedback, ArticleFile
from knowledge.reading import Reader, find_articles
from knowledge.services import answering, writing
from knowledge.showing import dressed, uses_of, view_of

FOUND = 50
LATEST_ANSWERS = 20


@require_GET
@knowledge_page()
def articles(request: MemberRequest) -> HttpResponse:
    """All articles, the ones changed last first; with `q` those that answer it."""
    filters, asked = read_filters(request.GET), request.GET.get("q", "").strip()[:300]
    context: dict[str, Any] = {"filters": filters, "asked": asked, "may_write": may_write(request.membership)}
    rows = dressed(narrowed(filters))
    context["page"] = _found(asked) if asked else page_by(rows, "changed_at", request.GET, newest_first=True)
    context["may_publish"] = may_publish(request.membership)
    return render(request, "knowledge/list.html", context | _choices(filters))


def _found(asked: str) -> Page[Article]:
    """Published ones that answer a question, the best first."""
    hits = find_articles(asked, reader=Reader(get_language() or "en", desk=True), limit=FOUND)
    order = {hit.pk: place for place, hit in enumerate(hits)}
    return Page(sorted(dressed(Article.objects.filter(pk__in=order)), key=lambda row: order[row.pk]), "", "")


def _choices(filters: Filters) -> dict[str, Any]:
    from_states = [("draft", _("Draft")), ("internal", _("Colleagues only")), ("public", _("Everyone"))]
    states = [*from_states, ("customer", _("One customer")), (RETIRED, _("Retired"))]
    return {
        "states": states,
        "categories": [(each.pk, long_name(each)) for each in by_place()],
        "products": Product.objects.values_list("pk", "name"),
        "languages": ArticleLanguage.choices,
        "today": timezone.localdate(),
    }


@require_GET
@knowledge_page()
def article(request: MemberRequest, pk: int) -> HttpResponse:
    """One article in one language: as readers have it, or its newest version."""
    found = get_object_or_404(dressed(Article.objects.all(), whole=True), pk=pk)
    view = view_of(found, request.GET.get("language", ""), wants_draft=request.GET.get("draft") == "1")
    body = for_readers(view.shown.body, _address) if view.shown else ""
    context = {
        "article": found,
        "view": view,
        "body": mark_safe(body),  # noqa: S308  # sanitised when it was kept
        "uses": uses_of(found),
        "answers": ArticleFeedback.objects.filter(article=found).order_by("-at")[:LATEST_ANSWERS],
        "files": ArticleFile.objects.filter(article=found, is_picture=False),
        "publish": PublishForm(initial={"state": view.next_state, "customer": found.customer}),
        "may_write": may_write(request.membership),
        "may_publish": may_publish(request.membership),
    }
    return render(request, "knowledge/article.html", context)


def _address(file: int) -> str:
    return reverse("knowledge:file", args=[file])


@require_POST
@knowledge_page(*PUBLISHERS)
def publish(request: MemberRequest, pk: int) -> HttpResponse:
    """Readers see the newest version of one language from now on."""
    shown, form = get_object_or_404(Article, pk=pk), PublishForm(request.POST)
    language = _posted_language(request, shown)
    if not form.is_valid():
        messages.error(request, _("Choose who may read it, and whose it is."))
        return redirect("knowledge:article", pk)
    shown.state, shown.customer = form.cleaned_data["state"], form.cleaned_data["customer"]
    try:
        writing.publish(shown, language=language, by=request.actor)
    except writing.NothingToPublish:
        messages.error(request, _("Nothing is written in that language yet."))
        return redirect("knowledge:article", pk)
    messages.success(request, _("Published"))
    return redirect(f"{reverse('knowledge:article', args=[pk])}?language={language}")


def _posted_language(request: MemberRequest, shown: Article) -> str:
    asked = request.POST.get("language", "")
    return asked if asked in ArticleLanguage.values else shown.language


@require_POST
@knowledge_page(*PUBLISHERS)
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    writing.unpublish(get_object_or_404(Article, pk=pk), by=request.actor)
    messages.success(request, _("It is a draft again; nobody else finds it."))
    return redirect("knowledge:article", pk)


@require_http_methods(["GET", "POST"])
@knowledge_page(*PUBLISHERS)
def retire(request: MemberRequest, pk: int) -> HttpResponse:
    """Nobody finds it any more; its addresses may lead to another one."""
    shown = get_object_or_404(Article, pk=pk)
    form = RetireForm(posted(request), article=shown)
    if form.is_valid():
        writing.retire(shown, successor=form.cleaned_data["successor"], by=request.actor)
        messages.success(request, _("Retired"))
        return redirect("knowledge:article", pk)
    title = _("Retire: %(title)s") % {"title": shown.title}
    return form_page(request, form, title=title, up=("knowledge:articles", _("Knowledge")), save_label=_("Retire"))


@require_POST
@knowledge_page(*PUBLISHERS)
def bring_back(request: MemberRequest, pk: int) -> HttpResponse:
    writing.bring_back(get_object_or_404(Article, pk=pk), by=request.actor)
    messages.success(request, _("It is found again."))
    return redirect("knowledge:article", pk)


@require_POST
@knowledge_page(*WRITERS)
def answers_read(request: MemberRequest, pk: int) -> HttpResponse:
    answering.mark_read(get_object_or_404(Article, pk=pk))
    return redirect("knowledge:article", pk)
