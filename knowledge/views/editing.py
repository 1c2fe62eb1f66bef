"""Writing articles: the editor, versions, files."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from core.html import html_to_text
from knowledge.access import WRITERS, knowledge_page
from knowledge.diffs import compare
from knowledge.downloads import file_response
from knowledge.enums import ArticleLanguage
from knowledge.forms import ArticleForm, NewArticleForm
from knowledge.markup import for_readers
from knowledge.models import Article, ArticleFile, ArticleVersion
from knowledge.services import writing
from knowledge.services.keeping import BadFile, add_file, save_article

EDITOR = "knowledge/edit.html"
UP = "knowledge:articles"


def _address(file: int) -> str:
    return reverse("knowledge:file", args=[file])


@require_http_methods(["GET", "POST"])
@knowledge_page(*WRITERS)
def add(request: MemberRequest) -> HttpResponse:
    """A new article, a draft until somebody publishes it."""
    language = get_language() or "en"
    form = NewArticleForm(posted(request), initial={"language": language, "owner": request.membership.pk})
    if form.is_valid():
        article = form.save(commit=False)
        article.language = form.cleaned_data["language"]
        save_article(article, form.cleaned_data, language=article.language, by=request.actor)
        return _after(request, article, article.language)
    more: dict[str, Any] = {"article": None, "language_name": ""}
    return form_page(request, form, title=_("New article"), up=(UP, _("Knowledge")), template=EDITOR, **more)


@require_http_methods(["GET", "POST"])
@knowledge_page(*WRITERS)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """The newest version of one language, or the beginning of a translation."""
    article = get_object_or_404(Article.objects.prefetch_related("products"), pk=pk)
    language = request.GET.get("language", "")
    language = language if language in ArticleLanguage.values else article.language
    form = ArticleForm(posted(request), instance=article, initial=_written(article, language))
    if form.is_valid():
        save_article(form.save(commit=False), form.cleaned_data, language=language, by=request.actor)
        return _after(request, article, language)
    title = _("Edit: %(title)s") % {"title": article.title}
    name = ArticleLanguage(language).label
    more: dict[str, Any] = {"article": article, "language_name": name}
    return form_page(request, form, title=title, up=(UP, _("Knowledge")), template=EDITOR, **more)


def _written(article: Article, language: str) -> dict[str, str]:
    """What the editor begins with: a translation begins with the original."""
    version = writing.newest_version(article, language) or writing.newest_version(article, article.language)
    return {"heading": version.title, "body": for_readers(version.body, _address)} if version else {}


def _after(request: MemberRequest, article: Article, language: str) -> HttpResponse:
    """To the text as it would look."""
    messages.success(request, _("Saved as a draft"))
    return redirect(f"{reverse('knowledge:article', args=[article.pk])}?language={language}&draft=1")


@require_GET
@knowledge_page()
def versions(request: MemberRequest, pk: int, language: str) -> HttpResponse:
    """All versions of one language, and what the chosen one changed."""
    article = get_object_or_404(Article, pk=pk)
    rows = list(ArticleVersion.objects.filter(article=article, language=language).order_by("-number")[:100])
    chosen = next((row for row in rows if str(row.number) == request.GET.get("number")), rows[0] if rows else None)
    before = next((row for row in rows if chosen and row.number < chosen.number), None)
    changes = _changes(before, chosen) if chosen else []
    published = article.texts.filter(language=language).values_list("number", flat=True).first()
    context = {"article": article, "language": language, "rows": rows, "chosen": chosen, "before": before}
    more = {"changes": changes, "published": published, "may_write": request.membership.has_role(*WRITERS)}
    return render(request, "knowledge/versions.html", context | more)


def _changes(before: ArticleVersion | None, chosen: ArticleVersion) -> list[Any]:
    def told(version: ArticleVersion) -> str:
        return f"{version.title}\n\n{html_to_text(version.body)}"

    return compare(told(before) if before else "", told(chosen))


@require_POST
@knowledge_page(*WRITERS)
def restore(request: MemberRequest, pk: int, version: int) -> HttpResponse:
    """An old version as the newest one; readers see it once it is published."""
    article = get_object_or_404(Article, pk=pk)
    old = get_object_or_404(ArticleVersion, article=article, pk=version)
    writing.write(article, language=old.language, title=old.title, body=old.body, by=request.actor)
    return _after(request, article, old.language)


@require_POST
@knowledge_page(*WRITERS)
def upload(request: MemberRequest, pk: int) -> HttpResponse:
    """A file for an article; the editor's script gets its address."""
    article = get_object_or_404(Article, pk=pk)
    given = request.FILES.get("file")
    wants_json = request.headers.get("Accept", "") == "application/json"
    try:
        kept = add_file(article, given) if given else None
    except BadFile:
        kept = None
    refusal = _("Choose a file of at most 20 MB.")
    if wants_json:
        return JsonResponse({"url": _address(kept.pk)} if kept else {"error": refusal}, status=200 if kept else 422)
    if kept is None:
        messages.error(request, refusal)
    return redirect("knowledge:article", pk)


@require_POST
@knowledge_page(*WRITERS)
def remove_file(request: MemberRequest, pk: int) -> HttpResponse:
    """The file goes from the article; its bytes go with the next clearing."""
    kept = get_object_or_404(ArticleFile, pk=pk)
    kept.delete()
    return redirect("knowledge:article", kept.article_id)


@require_GET
@knowledge_page()
def file(request: MemberRequest, pk: int) -> HttpResponse:
    return file_response(get_object_or_404(ArticleFile, pk=pk))
