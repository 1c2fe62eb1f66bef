"""Files of the conversation behind a mail link: of this ticket, and of messages that the page shows."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.requests import TenantRequest
from portal import browser
from portal.links import Visit
from portal.pages import link_page
from tickets.downloads import attachment_response
from tickets.enums import LinkPurpose, MessageKind
from tickets.models import Attachment


@require_safe
@link_page(LinkPurpose.WORK)
def of_work(request: TenantRequest, visit: Visit, pk: int) -> HttpResponse:
    """For the consultant; a note's files only in a browser that may read notes."""
    files = Attachment.objects.filter(ticket=visit.ticket)
    if not browser.is_trusted(request, visit.link):
        files = files.exclude(message__kind=MessageKind.NOTE)
    return attachment_response(get_object_or_404(files, pk=pk))


@require_safe
@link_page(LinkPurpose.CONFIRM)
def of_confirm(request: TenantRequest, visit: Visit, pk: int) -> HttpResponse:
    """For the requester, without what is internal."""
    files = Attachment.objects.filter(ticket=visit.ticket).exclude(message__kind=MessageKind.NOTE)
    return attachment_response(get_object_or_404(files, pk=pk))
