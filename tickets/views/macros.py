"""Macros: kept, run at once, or laid beside a reply until it is sent."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.models.absences import away_for
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import remove as remove_row
from tickets.access import get_ticket
from tickets.errors import TicketError
from tickets.forms_actions import names_for
from tickets.forms_responses import MacroForm
from tickets.models import Macro, Ticket
from tickets.services.responses import count_use, run_now, save_macro, words_for
from tickets.views.actions import CONFLICT, back_to
from tickets.views.responses import MOST, may_change, missing_words, put_into_draft, used_words
from tickets.views.ticket import macro_shown, render_ticket
from tickets.views.writing import with_draft
from tickets.wording import NAMES


@require_POST
@member_required
def lay(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Put a macro beside the reply: its text goes in, and what it sets is shown. Nothing is done before sending."""
    ticket = get_ticket(request, number, may="tickets.work")
    macro = get_object_or_404(Macro.objects.open_to(request.membership).select_related("response"), pk=pk)
    filled = words_for(macro.response, ticket, request.membership) if macro.response else None
    if macro.response:
        count_use(macro.response)
    said = missing_words(filled.missing) if filled else ""
    if not request.accepts("text/html"):
        shown = render_to_string("tickets/_macro.html", {"macro": macro_shown(request, macro.pk)})
        return JsonResponse({"text": filled.text if filled else "", "said": said, "macro": shown})
    draft = put_into_draft(request, ticket, filled.text if filled else "")
    if said:
        messages.warning(request, said)
    path, _hash, _place = with_draft(request, ticket, draft).partition("#")
    return redirect(f"{path}{'&' if '?' in path else '?'}{urlencode({'macro': macro.pk})}#write")


@require_POST
@member_required
def run(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Do at once what a macro without a text sets and notes; it can be taken back like an act on many."""
    ticket = get_ticket(request, number, may="tickets.work")
    macro = get_object_or_404(Macro.objects.open_to(request.membership).for_many(), pk=pk)
    try:
        action = run_now(macro, ticket, request.membership)
    except TicketError as refusal:
        return render_ticket(request, number, status=CONFLICT, problem=str(refusal))
    page = f"{reverse('tickets:bulk_result', args=[action.pk])}?back={ticket.get_absolute_url()}"
    said = _("Done: %(macro)s") % {"macro": macro.title}
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, page, _("Take back")))
    still_seen = Ticket.objects.visible_to(request.membership).filter(pk=ticket.pk).exists()
    return redirect(back_to(request, ticket) if still_seen else "tickets:mine")


@require_GET
@member_required
def macros(request: MemberRequest) -> HttpResponse:
    """All that the member has, to look after."""
    rows = Macro.objects.open_to(request.membership).select_related("team", "queue").order_by("title", "pk")
    listing = Listing(
        title=_("Macros"),
        about=_("What a ticket gets in one go: a text, a note, a consultant, a status"),
        columns=[_("Title"), _("For"), _("Queue"), _("Used")],
        lines=[_line(row) for row in rows[:MOST]],
        add=(reverse("tickets:macro_add"), _("Add a macro")),
        up=(reverse("tickets:responses"), _("Canned responses")),
    )
    return list_page(request, listing)


def _line(row: Macro) -> Line:
    queue = row.queue.name if row.queue else _("all")
    url = reverse("tickets:macro", args=[row.pk])
    return Line(url, row.title, [row.audience_words, queue, used_words(row.used)])


@require_http_methods(["GET", "POST"])
@member_required
def macro(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Put a macro together, or change one."""
    member = request.membership
    row = get_object_or_404(Macro.objects.open_to(member), pk=pk) if pk else Macro(owner=member)
    if pk and not may_change(request, row):
        raise PermissionDenied
    form = MacroForm(posted(request), instance=row, member=member, names=names_for(member, away_for(member)))
    if form.is_valid():
        save_macro(form.save(commit=False), changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("tickets:macros")
    return form_page(
        request,
        form,
        title=form.initial.get("title") or _("New macro"),
        up=("tickets:macros", _("Macros")),
        template="tickets/macro.html",
        names=NAMES.items(),
        remove_url=reverse("tickets:macro_remove", args=[pk]) if pk else "",
        versions_url=reverse("tickets:versions", args=["macro", pk]) if pk else "",
    )


@require_POST
@member_required
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a macro; what it has done stays."""
    row = get_object_or_404(Macro.objects.open_to(request.membership), pk=pk)
    if not may_change(request, row):
        raise PermissionDenied
    remove_row(row, by=request.actor, name="macro")
    messages.success(request, _("The macro is removed"))
    return redirect("tickets:macros")
