"""Files of billing as answers."""

import io
from collections.abc import Callable

from django.http import FileResponse, Http404, HttpResponse


def as_file(content: Callable[[], bytes], name: str, kind: str) -> FileResponse:
    """A file to be saved; 404 where the storage has lost it."""
    try:
        data = content()
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def pdf_response(content: Callable[[], bytes], name: str) -> HttpResponse:
    """A PDF to be saved, for a customer; likewise 404 where it is lost."""
    try:
        response = HttpResponse(content(), content_type="application/pdf")
    except FileNotFoundError as lost:
        raise Http404 from lost
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
