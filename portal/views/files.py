"""Files of the conversation behind a mail link: of this ticket, and of messages that the page shows."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.requests import TenantRequest
from portal import browser
from portal.links import Visit
from portal.pages import link_page
from tickets.downloads import attachment_response
from tickets.enums import LinkPurpose
from tickets.models import Attachment, Message
from tickets.models.conversation import DESK_ONLY


@require_safe
@link_page(LinkPurpose.WORK)
def of_work(request: TenantRequest, visit: Visit, pk: int) -> HttpResponse:
    """For the consultant; what is for the desk only in a browser that may read it."""
    files = Attachment.objects.filter(ticket=visit.ticket)
    if not browser.is_trusted(request, visit.link):
        files = files.filter(message__in=Message.objects.filter(ticket=visit.ticket).exclude(DESK_ONLY))
    return attachment_response(get_object_or_404(files, pk=pk))


@require_safe
@link_page(LinkPurpose.CONFIRM)
def of_confirm(request: TenantRequest, visit: Visit, pk: int) -> HttpResponse:
    """For the requester, without what is internal."""
    readable = Message.objects.filter(ticket=visit.ticket).exclude(DESK_ONLY)
    files = Attachment.objects.filter(message__in=readable)
    return attachment_response(get_object_or_404(files, pk=pk))
