"""Files of strangers on their way to a browser: as downloads, with nothing that runs."""

import base64
import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from core.filenames import clean_filename
from core.files import load
from tickets.models import Attachment, Message, SideFile
from tickets.models.conversation import PICTURE_PLACE


def attachment_response(attachment: Attachment | SideFile) -> HttpResponse:
    """The file as a download: never shown in place, never sniffed, without rights if a browser shows it after all."""
    response = HttpResponse(load(attachment.storage_key), content_type="application/octet-stream")
    name = clean_filename(attachment.name)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store, private"
    return response


def inline_images(message: Message) -> str:
    """The message's HTML with the pictures that came in the same mail put in place; all others stay out."""
    pictures = message.shown_pictures

    def picture(found: re.Match[str]) -> str:
        file = pictures.get(found[1])
        if file is None:
            return 'src=""'
        return f'src="data:{file.content_type};base64,{base64.b64encode(load(file.storage_key)).decode()}"'

    return PICTURE_PLACE.sub(picture, message.html)
