"""Articles on a ticket's page: what fits, into the reply, and a draft from the solution."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.pages import form_page, posted
from accounts.requests import MemberRequest
from knowledge.access import WRITERS, knowledge_page
from knowledge.forms import NewArticleForm
from knowledge.services.keeping import save_article
from tickets.access import get_ticket
from tickets.enums import FINISHED
from tickets.services import articles
from tickets.views.responses import put_into_draft
from tickets.views.writing import with_draft


@require_GET
@member_required
def suggested(request: MemberRequest, number: int) -> HttpResponse:
    """What fits the ticket, for its side; fetched when the page is there."""
    ticket = get_ticket(request, number)
    hits = articles.suggest(ticket) if request.tenant.knowledge_on else []
    return render(request, "tickets/_articles.html", {"ticket": ticket, "articles": hits})


@require_POST
@member_required
def insert(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Put an article, or its address, into the reply: for the page's script its words, else a draft that has them."""
    ticket = get_ticket(request, number, may="tickets.work")
    link = request.POST.get("link", request.GET.get("link", "")) == "1"
    words = articles.words_of(ticket, pk, link=link, by=request.actor) if request.tenant.knowledge_on else None
    if words is None:
        raise Http404
    if not request.accepts("text/html"):
        return JsonResponse({"text": words, "said": ""})
    return redirect(with_draft(request, ticket, put_into_draft(request, ticket, words)))


@require_http_methods(["GET", "POST"])
@knowledge_page(*WRITERS)
def draft(request: MemberRequest, number: int) -> HttpResponse:
    """An article from the solution, to be read and changed before it is kept."""
    ticket = get_ticket(request, number, may="tickets.work")
    if ticket.status_class not in FINISHED or not ticket.solution:
        raise Http404
    begun = articles.begin_from(ticket) if request.method == "GET" else None
    initial = {"owner": request.membership.pk, "about": [ticket.product_id] if ticket.product_id else []}
    if begun:
        initial |= {"heading": begun.title, "body": begun.body, "language": begun.language}
    form = NewArticleForm(posted(request), initial=initial)
    if form.is_valid():
        article = form.save(commit=False)
        article.language = form.cleaned_data["language"]
        save_article(article, form.cleaned_data, language=article.language, by=request.actor)
        articles.note_draft(ticket, article, by=request.actor)
        messages.success(request, _("Saved as a draft"))
        return redirect(reverse("knowledge:article", args=[article.pk]))
    up, more = ("tickets:mine", _("Assigned to me")), {"article": None, "language_name": ""}
    title = _("Article from the solution")
    return form_page(request, form, title=title, up=up, template="knowledge/edit.html", **more)
