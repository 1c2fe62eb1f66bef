"""Files of billing as answers."""

import io
from collections.abc import Callable

from django.http import FileResponse, Http404


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
