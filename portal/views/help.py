"""Public help pages: found by searching, read without signing in, answered with one press."""

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import TenantRequest
from knowledge.downloads import file_response
from knowledge.enums import Use
from knowledge.markup import for_readers
from knowledge.models import Article, ArticleFile, ArticleText
from knowledge.reading import count_use, find_articles
from knowledge.services.answering import answer
from portal.help_reading import in_language, reader_of, require_help, shelves, shown_as
from portal.visitors import PortalRequest, framed_page, show

LONGEST_QUESTION = 300
FOUND = 20
# One browser's address says so often a quarter of an hour what an article was worth.
MOST_ANSWERS, ANSWERS_SECONDS = 20, 900


class AnswerForm(forms.Form):
    solved = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes")
    comment = forms.CharField(required=False, max_length=2_000)


@require_GET
@framed_page
def start(request: PortalRequest) -> HttpResponse:
    """What there is, by category; with `q` what answers the question."""
    require_help(request.tenant)
    reader, asked = reader_of(request), request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    context: dict[str, object] = {"asked": asked}
    if asked:
        context["hits"] = find_articles(asked, reader=reader, limit=FOUND)
    else:
        context["shelves"] = shelves(reader)
    return show(request, "portal/help/start.html", context)


@require_GET
@framed_page
def article(request: PortalRequest, slug: str) -> HttpResponse:
    """One article; where it has been replaced, the way to what replaced it."""
    require_help(request.tenant)
    reader, text = reader_of(request), _text(slug)
    shown = text.article
    if shown.retired_at:
        return _successor(shown, text.language, reader.customer)
    _require_readable(request, shown)
    body = for_readers(text.body, lambda pk: reverse("help:file", args=[pk]))
    context = {"shown": shown_as(shown, text, reader), "body": mark_safe(body)}  # noqa: S308  # sanitised when it was kept
    context["files"] = ArticleFile.objects.filter(article=shown, is_picture=False)
    context["base"] = request.tenant.url("")
    return show(request, "portal/help/article.html", context)


def _text(slug: str) -> ArticleText:
    return get_object_or_404(ArticleText.objects.select_related("article__category__parent"), slug=slug)


def _readable(request: PortalRequest, slug: str) -> ArticleText:
    """The text of an article that whoever asks may read; Http404 otherwise."""
    require_help(request.tenant)
    text = _text(slug)
    _require_readable(request, text.article)
    return text


def _require_readable(request: PortalRequest, shown: Article) -> None:
    may = Article.objects.readable(desk=False, customer=reader_of(request).customer)
    get_object_or_404(may, pk=shown.pk)


def _successor(retired: Article, language: str, customer: int | None) -> HttpResponse:
    """The text that readers of a retired article's language get now."""
    may = Article.objects.readable(desk=False, customer=customer)
    successor = may.filter(pk=retired.successor_id or 0).first()
    text = in_language(successor, list(successor.texts.all()), language) if successor else None
    if text is None:
        raise Http404
    return HttpResponsePermanentRedirect(reverse("help:article", args=[text.slug]))


@require_POST
@framed_page
def opened(request: PortalRequest, slug: str) -> HttpResponse:
    """Counted when a browser has shown the page: a GET would count programs that only fetch it."""
    text = _readable(request, slug)
    count_use(text.article_id, Use.OPENED)
    return HttpResponse(status=204)


@require_POST
@framed_page
def feedback(request: PortalRequest, slug: str) -> HttpResponse:
    """Whether it solved the reader's matter, and what they say; the owner reads it."""
    text = _readable(request, slug)
    form = AnswerForm(request.POST)
    if form.is_valid() and _may_answer(request):
        answer(text, solved=form.cleaned_data["solved"], comment=form.cleaned_data["comment"])
    messages.success(request, _("Thank you, this helps us to write better guides."))
    return redirect("help:article", slug)


def _may_answer(request: PortalRequest) -> bool:
    key = f"help-answers:{request.tenant.pk}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, ANSWERS_SECONDS)
    return int(cache.incr(key)) <= MOST_ANSWERS


@require_safe
@framed_page
def file(request: PortalRequest, pk: int) -> HttpResponse:
    """A picture in its place, any other file as a download."""
    require_help(request.tenant)
    found = get_object_or_404(ArticleFile.objects.select_related("article"), pk=pk)
    _require_readable(request, found.article)
    return file_response(found)


@require_GET
def robots(request: TenantRequest) -> HttpResponse:
    """Search engines read the guides where the tenant wants that, and nothing else."""
    open_to_them = request.tenant.help_on and request.tenant.help_indexed
    lines = ["User-agent: *", *(["Allow: /help/"] if open_to_them else []), "Disallow: /", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
