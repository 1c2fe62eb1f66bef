"""Batches of issued invoices for other programs: each invoice once for each target, again only with a reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import LegalEntity
from accounts.services import audit
from billing.documents import sheets, stored
from billing.enums import PROGRAMS, Target
from billing.models import ExportBatch, ExportedInvoice, Invoice
from billing.services import ledgers
from billing.services.drafting import BillingRefused
from billing.services.files import FINVOICE, content, file_name
from billing.services.logos import ARCHIVE
from core.files import load, store
from core.sheets import Sheet, as_bytes

ENDINGS: Mapping[Target, str] = {Target.CSV: "csv", Target.XLSX: "xlsx"}


@transaction.atomic
def export(company: LegalEntity, month: str, target: Target, *, by: Actor, reason: str = "") -> ExportBatch:
    """All issued invoices of a month that this target has not had; with a reason, all of them once more.

    Raises BillingRefused where there is nothing to hand over, or files are not made yet.
    """
    LegalEntity.objects.select_for_update().get(pk=company.pk)
    issued = Invoice.objects.issued().filter(legal_entity=company, month=month).order_by("series__year", "ordinal")
    had = set(ExportedInvoice.objects.filter(invoice__in=issued, target=target).values_list("invoice", flat=True))
    found = issued.select_related("customer").prefetch_related("files")
    rows = [row for row in found if reason.strip() or row.pk not in had]
    if not rows:
        raise BillingRefused(_("There is nothing that it has not had already."))
    data = _WRITERS[target](rows)
    batch = ExportBatch.objects.create(
        legal_entity=company,
        target=target,
        month=month,
        key=store(company.tenant_id, data, archive=ARCHIVE),
        sha256=sha256(data).hexdigest(),
        size=len(data),
        filename=f"{month}-{target}.{ENDINGS.get(target, 'zip')}",
        reason=reason.strip(),
        by_id=by.membership_id,
    )
    ExportedInvoice.objects.bulk_create(
        [ExportedInvoice(batch=batch, invoice=row, target=target, again=row.pk in had) for row in rows]
    )
    audit.record("invoices.exported", by=by, target=company, month=month, format=target, invoices=len(rows))
    return batch


def targets_of(company: LegalEntity) -> list[Target]:
    """What a file can be made for: neutral ones, and the program that the company's books are set up for."""
    program = ledgers.program_of(company)
    return [target for target in Target if target not in PROGRAMS or target == program]


def bytes_of(batch: ExportBatch) -> bytes:
    """As they were handed over. Raises FileNotFoundError where the storage has lost or changed them."""
    data = load(batch.key)
    if sha256(data).hexdigest() != batch.sha256:
        raise FileNotFoundError(batch.key)
    return data


def lines(company: LegalEntity, rows: Iterable[Invoice]) -> Sheet:
    """The neutral lines of the company's invoices or drafts, with the cost centres of its books."""
    books = ledgers.books_of(company)
    return sheets.sheet_of((stored.read(row.document), books.centre_of(row.customer)) for row in rows)


def _neutral(form: str, rows: Sequence[Invoice]) -> bytes:
    return as_bytes(lines(rows[0].legal_entity, rows), form)


def _finvoice(rows: Iterable[Invoice]) -> bytes:
    """A ZIP of the very files that were checked; an invoice that has none as Finvoice is named."""
    return ledgers.zipped(_checked(rows))


def _checked(rows: Iterable[Invoice]) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        found = next((file for file in row.files.all() if file.form == FINVOICE and file.is_sound), None)
        if found is None:
            raise BillingRefused(_("%(number)s has no sound Finvoice.") % {"number": row.number})
        yield file_name(row, FINVOICE), content(found)


_WRITERS: Mapping[Target, Callable[[Sequence[Invoice]], bytes]] = {
    Target.CSV: partial(_neutral, "csv"),
    Target.XLSX: partial(_neutral, "xlsx"),
    Target.FINVOICE: _finvoice,
    **{program: partial(ledgers.written, program) for program in PROGRAMS},
}
