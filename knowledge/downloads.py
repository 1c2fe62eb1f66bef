"""Files of articles on their way to a browser: pictures in their place, all others as downloads."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from core.filenames import clean_filename
from core.files import load
from knowledge.models import ArticleFile


def file_response(found: ArticleFile) -> HttpResponse:
    """Never sniffed, and without rights of its own if a browser shows it after all."""
    kind = found.content_type if found.is_picture else "application/octet-stream"
    response = HttpResponse(load(found.storage_key), content_type=kind)
    name = clean_filename(found.name)
    shown = content_disposition_header(as_attachment=not found.is_picture, filename=name)
    response.headers["Content-Disposition"] = shown or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
