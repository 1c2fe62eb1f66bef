"""What the frame of the portal loads: the tenant's colour and logo, for anybody at an open portal."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from portal.look import stylesheet
from portal.views.own import picture_response
from portal.visitors import PortalRequest, portal_page

A_WHILE = "private, max-age=300"


@require_safe
@portal_page
def style(request: PortalRequest) -> HttpResponse:
    response = HttpResponse(stylesheet(request.portal.hue), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = A_WHILE
    return response


@require_safe
@portal_page
def logo(request: PortalRequest) -> HttpResponse:
    kept = request.portal.logo
    if kept is None:
        raise Http404
    response = picture_response(bytes(kept), request.portal.logo_type)
    response.headers["Cache-Control"] = A_WHILE
    return response
