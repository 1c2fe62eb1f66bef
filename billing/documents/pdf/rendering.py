"""HTML to PDF/A-3 with WeasyPrint, which fetches nothing: fonts and logo are handed to it, everything else is refused.

The same document with the same fonts gives the same bytes: days and ids come from the document, never from a clock.
"""

import atexit
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from billing.documents.document import Invoice
from billing.documents.emitting import emit_facturx
from billing.documents.pdf.html import html_of

XML_NAME = "factur-x.xml"
# The scheme of what is handed in; nothing else has an answer.
OURS = "vaste:"
LOGO = f"{OURS}logo"


class PdfUnavailable(RuntimeError):
    """The libraries that lay out text are missing; the message names the Debian packages."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a page is set in: fonts by file name (bold in it, -ext for signs beyond Latin-1) and the seller's logo."""

    fonts: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    logo: bytes = b""


def pdf_of(invoice: Invoice, look: Look | None = None) -> bytes:
    """PDF/A-3b with the invoice as Factur-X inside. Raises Unsound, PdfUnavailable."""
    return _written(invoice, look or Look(), emit_facturx(invoice))


def draft_of(invoice: Invoice, look: Look | None = None) -> bytes:
    """The page of a document that is not sound yet, such as a draft without number: no XML inside."""
    return _written(invoice, look or Look(), b"")


def _written(invoice: Invoice, look: Look, xml: bytes) -> bytes:
    weasy = _weasyprint()
    held = _Held(look)
    config, sheet = _styles(tuple(sorted(look.fonts.items())))
    page = html_of(invoice, LOGO if look.logo else "")
    document = weasy.HTML(string=page, base_url=OURS, url_fetcher=held).render(
        font_config=config, stylesheets=[sheet], pdf_variant="pdf/a-3b", pdf_tags=True
    )
    if xml:
        _embed(weasy, document, invoice, xml)
    identifier = hashlib.sha256(page.encode() + xml).digest()[:16]
    written: bytes = document.write_pdf(pdf_variant="pdf/a-3b", pdf_tags=True, pdf_identifier=identifier)
    return written


def _weasyprint() -> Any:
    """Loaded late: it takes half a second, and raises where the system's libraries are missing."""
    try:
        import weasyprint  # noqa: PLC0415  # only workers print
    except OSError as missing:
        packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
        raise PdfUnavailable(f"PDFs need system libraries: apt-get install {packages}") from missing
    return weasyprint


class _Held:
    """Answers for what was handed in and refuses all else: no network, no file, no data in an address."""

    # A refusal leaves a gap on the page; WeasyPrint looks here.
    _fail_on_errors = False

    def __init__(self, look: Look) -> None:
        self._known = {f"{OURS}{name}": data for name, data in look.fonts.items()}
        if look.logo:
            self._known[LOGO] = look.logo

    def __call__(self, url: str) -> Any:
        """WeasyPrint asks this for every address."""
        from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415  # loaded with it

        if url not in self._known:
            raise ValueError("nothing is fetched for an invoice")
        return URLFetcherResponse(url, body=self._known[url])


@lru_cache(maxsize=4)
def _styles(fonts: tuple[tuple[str, bytes], ...]) -> tuple[Any, Any]:
    """Fonts and styles, read once for all pages of a process."""
    weasy = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  # loaded with it

    config = FontConfiguration()
    held = _Held(Look(MappingProxyType(dict(fonts))))
    css = "".join(_face(name) for name, _ in fonts) + (files(__package__) / "page.css").read_text()
    return config, weasy.CSS(string=css, base_url=OURS, url_fetcher=held, font_config=config)


# A font configuration that is still there when the interpreter takes its modules apart cannot clean up after itself.
atexit.register(_styles.cache_clear)


def _face(name: str) -> str:
    family = "Inter Ext" if "-ext" in name else "Inter"
    weight = 600 if "bold" in name else 400
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{OURS}{name}"); }}\n'


def _embed(weasy: Any, document: Any, invoice: Invoice, xml: bytes) -> None:
    """The XML beside the page, and the metadata that says so (Factur-X 1.0, 6.2)."""
    issued = (
        datetime.combine(invoice.issued_on, time(), UTC) if invoice.issued_on else datetime(1970, 1, 1, tzinfo=UTC)
    )
    document.metadata.attachments = [
        weasy.Attachment(
            string=xml.decode(),
            name=XML_NAME,
            description=f"Factur-X {invoice.number}",
            created=issued,
            modified=issued,
            relationship="Alternative",
        )
    ]
    plain = document.metadata.generate_rdf_metadata
    ours = (files(__package__) / "facturx.xmp").read_bytes()

    def with_facturx(*variant: object) -> bytes:
        made: bytes = plain(*variant)
        return made.replace(b"</rdf:RDF>", ours + b"</rdf:RDF>")

    document.metadata.generate_rdf_metadata = with_facturx
