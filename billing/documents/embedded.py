"""The XML inside a Factur-X, ZUGFeRD or XRechnung PDF."""

import io

from billing.documents.xml import MAX_BYTES, NotReadable

MAGIC = b"%PDF-"
# As Factur-X 1.0, ZUGFeRD 1 and 2.0 and XRechnung call it.
NAMES = ("factur-x.xml", "ZUGFeRD-invoice.xml", "zugferd-invoice.xml", "xrechnung.xml")


def embedded_xml(data: bytes) -> bytes:
    """What hangs on the PDF under one of the known names. Raises NotReadable."""
    from pypdf import PdfReader  # noqa: PLC0415  # 8 MB, which those who serve pages never need
    from pypdf.errors import PyPdfError  # noqa: PLC0415  # likewise

    if len(data) > MAX_BYTES:
        raise NotReadable("the file is too large")
    try:
        attachments = PdfReader(io.BytesIO(data)).attachments
        for name in NAMES:
            if name in attachments:
                return attachments[name][0]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotReadable(f"not a readable PDF: {error}") from error
    raise NotReadable("the PDF has no invoice in it")
