"""Files of billing as answers."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header


def as_file(content: Callable[[], bytes], name: str, kind: str) -> HttpResponse:
    """A file to be saved; 404 where the storage has lost it."""
    try:
        response = HttpResponse(content(), content_type=kind)
    except FileNotFoundError as lost:
        raise Http404 from lost
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
