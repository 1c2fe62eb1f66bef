"""What a ticket has to do with others: links, merging, and a message that becomes a ticket of its own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.enums import MessageKind, RelationKind
from tickets.errors import TicketError
from tickets.forms_relations import MergeForm, OtherTicketForm, RelationForm, SplitForm
from tickets.models import Message, Relation, Ticket
from tickets.navigation import work_of
from tickets.related import related
from tickets.services import merging, relating
from tickets.threads import tag
from tickets.views.actions import CONFLICT, INVALID
from tickets.views.ticket import other_tickets

SHOWN = 400


@require_http_methods(["GET", "POST"])
@member_required
def links(request: MemberRequest, number: int) -> HttpResponse:
    """The tickets that this one has to do with, and the forms that name another."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = RelationForm(request.POST or None, member=request.membership, initial={"kind": RelationKind.RELATED})
    if request.method == "GET":
        return _links_page(request, ticket, form)
    if not form.is_valid() or form.ticket is None:
        return _links_page(request, ticket, form, status=INVALID)
    try:
        relating.relate(ticket, form.ticket, RelationKind(form.cleaned_data["kind"]), by=request.actor)
    except TicketError as refusal:
        form.add_error("number", str(refusal))
        return _links_page(request, ticket, form, status=CONFLICT)
    messages.success(request, _("Linked"))
    return redirect("tickets:links", number)


def _links_page(request: MemberRequest, ticket: Ticket, form: RelationForm, *, status: int = 200) -> HttpResponse:
    near = [(other.number, tag(request.tenant, other.number), other.title) for other in other_tickets(request, ticket)]
    context = {"ticket": ticket, "number": tag(request.tenant, ticket.number), "form": form, "near": near}
    context["related"] = related(ticket, request.membership, request.tenant)
    context["merge_form"] = OtherTicketForm(member=request.membership, auto_id="merge_%s")
    return render(request, "tickets/links.html", context, status=status)


@require_POST
@member_required
def unlink(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    ticket = get_ticket(request, number, may="tickets.work")
    row = get_object_or_404(Relation.objects.select_related("ticket", "other"), pk=pk)
    if ticket.pk not in (row.ticket_id, row.other_id):
        raise Http404
    relating.unrelate(row, by=request.actor)
    messages.success(request, _("No longer linked"))
    return redirect("tickets:links", number)


@require_http_methods(["GET", "POST"])
@member_required
def merge(request: MemberRequest, number: int) -> HttpResponse:
    """Go on with another ticket in place of this one: first what that means, then the act."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = MergeForm(request.POST if request.method == "POST" else request.GET, member=request.membership)
    if request.method == "GET":
        return _merge_page(request, ticket, form)
    if not form.is_valid() or form.ticket is None:
        return _merge_page(request, ticket, form, status=INVALID)
    try:
        survivor = merging.merge(ticket, form.ticket, by=request.actor)
    except TicketError as refusal:
        form.add_error("number", str(refusal))
        return _merge_page(request, ticket, form, status=CONFLICT)
    words = {"number": tag(request.tenant, ticket.number)}
    messages.success(request, _("%(number)s was merged into this ticket") % words)
    return redirect(survivor)


def _merge_page(request: MemberRequest, ticket: Ticket, form: MergeForm, *, status: int = 200) -> HttpResponse:
    """Both tickets side by side, or the form again where there is no other."""
    both = [ticket, form.ticket] if form.is_valid() and form.ticket and form.ticket != ticket else []
    told = [(tag(request.tenant, each.number), each, _first_words(each)) for each in both]
    context = {"ticket": ticket, "number": tag(request.tenant, ticket.number), "form": form, "both": told}
    return render(request, "tickets/merge.html", context, status=status)


def _first_words(ticket: Ticket) -> str:
    first = ticket.messages.order_by("at", "pk").values_list("text", flat=True).first() or ""
    return first[:SHOWN]


@require_http_methods(["GET", "POST"])
@member_required
def split(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Make a ticket of what the requester wrote in one message."""
    ticket = get_ticket(request, number, may="tickets.work")
    asked = Message.objects.select_related("ticket", "requester__customer").exclude(caution="stranger")
    message = get_object_or_404(asked, ticket=ticket, pk=pk, kind=MessageKind.REQUESTER)
    initial = {"title": " ".join(message.text.split())[:80], "queue": ticket.queue_id}
    form = SplitForm(request.POST or None, queues=work_of(request).queues, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = relating.split(message, title=form.cleaned_data["title"], queue=form.chosen_queue, by=request.actor)
        except TicketError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("This message has a ticket of its own now"))
            return redirect(made)
    context = {"ticket": ticket, "number": tag(request.tenant, number), "form": form, "message": message}
    return render(request, "tickets/split.html", context, status=INVALID if form.errors else 200)


@require_GET
@member_required
def printed(request: MemberRequest, number: int) -> HttpResponse:
    """The conversation on paper, notes only where they are asked for."""
    ticket = get_ticket(request, number)
    notes = request.GET.get("notes") == "1"
    said = ticket.messages.order_by("at", "pk").prefetch_related("attachments")
    if not notes:
        said = said.exclude(kind=MessageKind.NOTE).exclude(caution="stranger")
    context = {"ticket": ticket, "number": tag(request.tenant, number), "said": said, "notes": notes}
    return render(request, "tickets/printed.html", context)
