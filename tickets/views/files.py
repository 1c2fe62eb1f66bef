"""Attachments, and the mail as its sender made it look: never inline, never with the desk's own rights."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from accounts.access import member_required
from accounts.requests import MemberRequest
from tickets.access import get_ticket
from tickets.downloads import attachment_response, inline_images
from tickets.models import Attachment, Message, Ticket

# No script, no form, no network: whatever the sanitiser might have missed can do nothing.
FRAME_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; frame-ancestors 'self'; sandbox allow-popups"
)


@require_GET
@member_required
def attachment(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A file of a ticket that the member may see."""
    visible = Ticket.objects.visible_to(request.membership)
    return attachment_response(get_object_or_404(Attachment, pk=pk, ticket__in=visible))


@require_GET
@member_required
@xframe_options_sameorigin
def original(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """A mail's HTML in a frame of its own, sanitised when stored and sandboxed here; its own pictures show."""
    ticket = get_ticket(request, number)
    message = get_object_or_404(Message.objects.prefetch_related("attachments"), pk=pk, ticket=ticket)
    response = render(request, "tickets/mail_frame.html", {"html": inline_images(message)})
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response
