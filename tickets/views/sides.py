"""Asking somebody else about a ticket, and sending a message of it on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.downloads import attachment_response
from tickets.enums import MessageKind
from tickets.errors import TicketError
from tickets.forms_sides import AnswerForm, QuestionForm
from tickets.models import Attachment, Message, SideConversation, SideFile, Ticket
from tickets.services import sides
from tickets.services.letters import moment
from tickets.threads import tag, without_our_links
from tickets.views.actions import CONFLICT, INVALID, attempt
from tickets.views.ticket import render_ticket


@require_http_methods(["GET", "POST"])
@member_required
def ask(request: MemberRequest, number: int) -> HttpResponse:
    """Begin a side conversation; with `message` in the address that message goes along, quoted with its files."""
    ticket = get_ticket(request, number, may="tickets.work")
    files = list(Attachment.objects.filter(ticket=ticket).exclude(message__kind=MessageKind.NOTE).order_by("pk"))
    sent_on = _sent_on(request, ticket)
    initial = _begun(ticket, sent_on, files)
    form = QuestionForm(request.POST or None, request.FILES or None, ticket=ticket, files=files, initial=initial)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                side = sides.begin(ticket, form.question(), by=request.actor)
            except TicketError as refusal:
                form.add_error(None, str(refusal))
                status = CONFLICT
            else:
                messages.success(request, _("Asked. The answer comes back to this ticket."))
                return redirect(place_of(ticket, side))
    context = {"ticket": ticket, "number": tag(request.tenant, number), "form": form, "sent_on": sent_on}
    return render(request, "tickets/side_ask.html", context, status=status)


def _sent_on(request: MemberRequest, ticket: Ticket) -> Message | None:
    """The message that is sent on: never a note."""
    wanted = request.GET.get("message", "")
    if not wanted:
        return None
    public = Message.objects.filter(ticket=ticket).exclude(kind=MessageKind.NOTE)
    pk = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19 else 0
    return get_object_or_404(public, pk=pk)


def _begun(ticket: Ticket, sent_on: Message | None, files: list[Attachment]) -> dict[str, Any]:
    if sent_on is None:
        return {"subject": ticket.title}
    head = _("On %(moment)s, %(name)s wrote:") % {"moment": moment(sent_on.at), "name": sent_on.author_name}
    said = without_our_links(sent_on.text)
    return {
        "subject": ticket.title,
        "text": "\n".join(["", "", head, *(f"> {line}" for line in said.splitlines())]),
        "along": [file.pk for file in files if file.message_id == sent_on.pk and not file.inline],
    }


def place_of(ticket: Ticket, side: SideConversation) -> str:
    return f"{ticket.get_absolute_url()}?side={side.pk}#side-{side.pk}"


def _get(request: MemberRequest, number: int, pk: int) -> tuple[Ticket, SideConversation]:
    ticket = get_ticket(request, number, may="tickets.work")
    return ticket, get_object_or_404(SideConversation.objects.select_related("ticket"), pk=pk, ticket=ticket)


@require_POST
@member_required
def write(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Go on with a side conversation; what was refused comes back as it was typed."""
    ticket, side = _get(request, number, pk)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_ticket(request, ticket.number, side_form=(side.pk, form), status=INVALID)
    try:
        sides.write(side, form.written(), by=request.actor)
    except TicketError as refusal:
        return render_ticket(request, ticket.number, side_form=(side.pk, form), problem=str(refusal), status=CONFLICT)
    messages.success(request, _("Sent to %(addresses)s") % {"addresses": ", ".join(side.addresses)})
    return redirect(place_of(ticket, side))


@require_POST
@member_required
def settle(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Wait for its answer no more."""
    ticket, side = _get(request, number, pk)
    return attempt(request, ticket, lambda: sides.settle(side, by=request.actor), _("Waits for no answer any more"))


@require_GET
@member_required
def file(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A file of a side conversation of a ticket that the member may see."""
    visible = Ticket.objects.visible_to(request.membership)
    return attachment_response(get_object_or_404(SideFile, pk=pk, message__side__ticket__in=visible))
