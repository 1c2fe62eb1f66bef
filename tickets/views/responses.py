"""Canned responses: kept, found while one writes, and put into a reply."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.enums import Role
from accounts.models import Membership
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import remove as remove_row
from core.tokens import new_token
from tickets.access import get_ticket
from tickets.enums import Audience, Mode
from tickets.forms_responses import ResponseForm
from tickets.models import CannedResponse, Draft, Macro, Ticket
from tickets.services import articles, drafts
from tickets.services.drafts import Spot, Typed
from tickets.services.responses import count_use, save_response, words_for
from tickets.services.values import values_for
from tickets.views.writing import with_draft
from tickets.wording import NAMES, fill

SHOWN = 12
MOST = 300


def may_change(request: MemberRequest, row: CannedResponse | Macro) -> bool:
    """One's own, and for leads and admins those of others."""
    return row.audience == Audience.MINE or request.membership.has_role(Role.ADMIN, Role.LEAD)


@require_GET
@member_required
def pick(request: MemberRequest, number: int) -> HttpResponse:
    """What is ready for this ticket, the most used first: a page of its own, and beside the composer a fragment."""
    ticket = get_ticket(request, number, may="tickets.work")
    typed, member, queue = request.GET.get("q", "").strip()[:100], request.membership, ticket.queue_id
    responses = CannedResponse.objects.open_to(member).fitting(queue, typed).prefetch_related("texts")
    context = {
        "ticket": ticket,
        "typed": typed,
        "draft": request.GET.get("draft", ""),
        "responses": list(_beginnings(responses[:SHOWN], ticket, member)),
        "macros": Macro.objects.open_to(member).fitting(queue, typed).select_related("response")[:SHOWN],
        "back": ticket.get_absolute_url(),
        "articles": articles.suggest(ticket, typed) if request.tenant.knowledge_on else [],
    }
    if not request.htmx:
        return render(request, "tickets/ready.html", context)
    return render(request, "tickets/ready.html#found" if "q" in request.GET else "tickets/ready.html#picker", context)


def _beginnings(rows: Iterable[CannedResponse], ticket: Ticket, member: Membership) -> Iterator[tuple[Any, str]]:
    """Each with the beginning of what it would say."""
    values: dict[str, dict[str, str]] = {}
    for row in rows:
        text = row.text_for(ticket.requester.language, ticket.tenant.language)
        if text and text.language not in values:
            values[text.language] = values_for(ticket, agent=member.name, language=text.language)
        yield row, " ".join(fill(text.text, values[text.language]).split())[:90] if text else ""


@require_POST
@member_required
def insert(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Put a response into the reply: for the page's script its words, else a draft that has them."""
    ticket = get_ticket(request, number, may="tickets.work")
    response = get_object_or_404(CannedResponse.objects.open_to(request.membership), pk=pk)
    filled = words_for(response, ticket, request.membership)
    count_use(response)
    said = missing_words(filled.missing)
    if not request.accepts("text/html"):
        return JsonResponse({"text": filled.text, "said": said})
    if said:
        messages.warning(request, said)
    draft = put_into_draft(request, ticket, filled.text)
    return redirect(with_draft(request, ticket, draft))


def missing_words(names: Any) -> str:
    """What a writer should look at; "" where nothing is missing."""
    listed = ", ".join(str(NAMES[name]) for name in names if name in NAMES)
    return _("Look at the text: this ticket has no value for: %(names)s") % {"names": listed} if listed else ""


def put_into_draft(request: MemberRequest, ticket: Ticket, text: str) -> Draft | None:
    """The member's draft that the page names, or a new one, with the text at its end."""
    mine = Draft.objects.filter(ticket=ticket, member=request.membership).select_related("work_type")
    wanted = request.POST.get("draft", "")
    draft = mine.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if draft is None:
        return drafts.save(ticket, Typed(Mode.REPLY, text), at=Spot(new_token()), member=request.membership).draft
    whole = "\n\n".join(part for part in (draft.text.rstrip(), text) if part)
    typed = Typed(Mode(draft.mode), whole, draft.minutes, draft.work_type)
    spot = Spot(new_token(), draft.branch, draft.version)
    return drafts.save(ticket, typed, at=spot, member=request.membership).draft


@require_GET
@member_required
def responses(request: MemberRequest) -> HttpResponse:
    """All that the member has, to look after."""
    typed = request.GET.get("q", "").strip()[:100]
    rows = CannedResponse.objects.open_to(request.membership).select_related("team", "queue")
    rows = rows.found_by(typed).prefetch_related("texts").order_by("title", "pk")[:MOST]
    listing = Listing(
        title=_("Canned responses"),
        about=_("Texts for what is asked again and again"),
        columns=[_("Title"), _("For"), _("Queue"), _("Languages"), _("Used")],
        lines=[_line(row) for row in rows],
        add=(reverse("tickets:response_add"), _("Add a response")),
        searches=True,
        query=typed,
        up=(reverse("tickets:mine"), _("Assigned to me")),
        more=[(reverse("tickets:macros"), _("Macros"))],
    )
    return list_page(request, listing)


def _line(row: CannedResponse) -> Line:
    languages = ", ".join(text.get_language_display() for text in row.texts.all())
    queue = row.queue.name if row.queue else _("all")
    url = reverse("tickets:response", args=[row.pk])
    return Line(url, row.title, [row.audience_words, queue, languages, used_words(row.used)])


def used_words(count: int) -> str:
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": count}


@require_http_methods(["GET", "POST"])
@member_required
def response(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Write a response, or change one; a new one may begin with what stands in a draft."""
    member = request.membership
    row = get_object_or_404(CannedResponse.objects.open_to(member), pk=pk) if pk else CannedResponse(owner=member)
    if pk and not may_change(request, row):
        raise PermissionDenied
    draft = None if pk else _draft(request)
    initial = {f"text_{draft.ticket.requester.language}": draft.text} if draft else {}
    form = ResponseForm(posted(request), instance=row, member=member, initial=initial)
    if form.is_valid():
        save_response(form.save(commit=False), form.texts, changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect(with_draft(request, draft.ticket, draft) if draft else "tickets:responses")
    return form_page(
        request,
        form,
        title=row.title if pk else _("New canned response"),
        up=("tickets:responses", _("Canned responses")),
        template="tickets/response.html",
        names=NAMES.items(),
        remove_url=reverse("tickets:response_remove", args=[pk]) if pk else "",
        versions_url=reverse("tickets:versions", args=["response", pk]) if pk else "",
    )


def _draft(request: MemberRequest) -> Draft | None:
    """The draft of the member's own that the address names, on a ticket that they still see."""
    wanted = request.GET.get("draft", "")
    if not (wanted.isdecimal() and len(wanted) < 19):
        return None
    seen = Ticket.objects.visible_to(request.membership)
    mine = Draft.objects.filter(member=request.membership, ticket__in=seen)
    return mine.select_related("ticket__requester").filter(pk=wanted).first()


@require_POST
@member_required
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a response; macros that used it go on without a text."""
    row = get_object_or_404(CannedResponse.objects.open_to(request.membership), pk=pk)
    if not may_change(request, row):
        raise PermissionDenied
    remove_row(row, by=request.actor, name="response")
    messages.success(request, _("The response is removed"))
    return redirect("tickets:responses")
