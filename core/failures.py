"""The page of a request that failed, whose fault it was not."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.decorators.csrf import requires_csrf_token

RETRY_SECONDS = "10"


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database is away, full or overloaded, which trying again may cure; else 500.

    Rendered without the request: neither session nor tenant can be asked for now, and no word of theirs is shown.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        page = get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": RETRY_SECONDS})
    return HttpResponse(get_template("500.html").render(), status=500)
