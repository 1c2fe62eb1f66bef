"""An issued invoice as files: made by a worker after the commit, checked, written once, and given out as they are.

Whoever wants invoices by mail gets theirs in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.documents import sheets, stored
from billing.documents.checking import check_all
from billing.documents.document import Invoice as Document
from billing.documents.emitting import EMITTERS, Unsound
from billing.documents.pdf.rendering import Look, PdfUnavailable, pdf_of
from billing.models import FilesDue, Invoice, InvoiceFile
from billing.services import logos, mailing
from billing.services.logos import ARCHIVE
from core.faults import fault_point
from core.files import load, store
from core.sheets import FORMATS, as_bytes

# Started once for so many, the official rules cost each of them a few milliseconds.
BATCH = 20
AGAIN = timedelta(minutes=10)
PDF, FINVOICE, PEPPOL, CSV, XLSX = "pdf", "finvoice", "peppol", "csv", "xlsx"
# A German buyer may take it in either syntax.
XRECHNUNG, XRECHNUNG_CII = "xrechnung", "xrechnung-cii"
# What a form is called as a file, and its type.
FORMS: Mapping[str, tuple[str, str]] = {
    PDF: ("{number}.pdf", "application/pdf"),
    FINVOICE: ("{number}-finvoice.xml", "application/xml"),
    PEPPOL: ("{number}-peppol.xml", "application/xml"),
    XRECHNUNG: ("{number}-xrechnung.xml", "application/xml"),
    XRECHNUNG_CII: ("{number}-xrechnung-cii.xml", "application/xml"),
    CSV: ("{number}.csv", FORMATS[CSV][0]),
    XLSX: ("{number}.xlsx", FORMATS[XLSX][0]),
}
CHECKED = (PDF, FINVOICE, PEPPOL, XRECHNUNG, XRECHNUNG_CII)


@transaction.atomic
def make_files(first: int) -> int:
    """The files of one issued invoice, and of others that wait; returns how many invoices have theirs now.

    Safe to run twice: who holds the rows makes the files, and a worker that dies leaves them to the next.
    """
    due = _due(first)
    if not due:
        return 0
    try:
        made = {row: rendered_of(row.invoice) for row in due}
    except (PdfUnavailable, logos.LogoLost) as problem:
        FilesDue.objects.filter(pk__in=[row.pk for row in due]).update(
            problem=str(problem), next_at=timezone.now() + AGAIN
        )
        return 0
    findings = _checked(made)
    for row, forms in made.items():
        for form, data in forms.items():
            _keep(row.invoice, form, data, findings.get((row.pk, form), []))
        mailing.mail_made(row.invoice)
        row.delete()
    return len(made)


def rendered_of(invoice: Invoice) -> dict[str, bytes]:
    """The forms of an issued invoice, from nothing but what was frozen with it. Raises PdfUnavailable, LogoLost."""
    return rendered(stored.read(invoice.document), logos.content(invoice.logo_key))


def rendered(document: Document, logo: bytes = b"") -> dict[str, bytes]:
    """Every form that the document can have; a format that wants more than it says is left out."""
    makers: dict[str, Callable[[Document], bytes]] = {
        PDF: lambda each: pdf_of(each, replace(look(), logo=logo)),
        CSV: lambda each: as_bytes(sheets.sheet_of([(each, "")]), CSV),
        XLSX: lambda each: as_bytes(sheets.sheet_of([(each, "")]), XLSX),
        FINVOICE: EMITTERS[FINVOICE],
        PEPPOL: EMITTERS[PEPPOL],
    }
    if document.buyer.address.country == "DE":
        makers |= {form: EMITTERS[form] for form in (XRECHNUNG, XRECHNUNG_CII)}
    found = {}
    for form, make in makers.items():
        try:
            found[form] = make(document)
        except Unsound:
            continue
    return found


def content(file: InvoiceFile) -> bytes:
    """The bytes as they were made. Raises FileNotFoundError where the storage has lost or changed them."""
    data = load(file.key)
    if sha256(data).hexdigest() != file.sha256:
        raise FileNotFoundError(file.key)
    return data


def file_name(invoice: Invoice, form: str) -> str:
    """Under which name it is saved."""
    return FORMS[form][0].format(number=invoice.number)


@lru_cache(maxsize=1)
def look() -> Look:
    """The fonts that the pages' assets bring along; without them the system's are used."""
    folder = Path(settings.BASE_DIR) / "static" / "vendor"
    return Look({path.name: path.read_bytes() for path in sorted(folder.glob("invoice-*.woff2"))})


def _due(first: int) -> list[FilesDue]:
    rows: QuerySet[FilesDue] = FilesDue.objects.select_for_update(skip_locked=True, of=("self",))
    wanted = rows.filter(invoice=first).select_related("invoice")
    if not (found := list(wanted)):
        return []
    others = rows.filter(next_at__lte=timezone.now()).exclude(invoice=first).select_related("invoice").order_by("pk")
    return [*found, *others[: BATCH - 1]]


def _checked(made: Mapping[FilesDue, Mapping[str, bytes]]) -> dict[tuple[int, str], list[str]]:
    """What the check found wrong with each."""
    keys = [(row.pk, form) for row, forms in made.items() for form in forms if form in CHECKED]
    flat: Iterable[bytes] = [data for forms in made.values() for form, data in forms.items() if form in CHECKED]
    reports = check_all(list(flat))
    return {key: [str(each) for each in report.errors] for key, report in zip(keys, reports, strict=True)}


def _keep(invoice: Invoice, form: str, data: bytes, findings: list[str]) -> None:
    key = store(invoice.tenant_id, data, archive=ARCHIVE)
    fault_point("after-invoice-file")
    InvoiceFile.objects.create(
        invoice=invoice,
        form=form,
        key=key,
        sha256=sha256(data).hexdigest(),
        size=len(data),
        is_sound=not findings,
        findings=findings[:20],
    )
