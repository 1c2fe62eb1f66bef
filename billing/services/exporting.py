"""Batches of issued invoices for other programs: each invoice once for each target, again only with a reason."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import LegalEntity
from accounts.services import audit
from billing.documents import sheets, stored
from billing.enums import Target
from billing.models import ExportBatch, ExportedInvoice, Invoice
from billing.services.drafting import BillingRefused
from billing.services.files import ARCHIVE, FINVOICE, content, file_name
from core.files import load, store

# The day that stands in a ZIP, so that the same files are the same bytes.
MADE = (2000, 1, 1, 0, 0, 0)
ENDINGS: Mapping[Target, str] = {Target.CSV: "csv", Target.XLSX: "xlsx", Target.FINVOICE: "zip"}


@transaction.atomic
def export(company: LegalEntity, month: str, target: Target, *, by: Actor, reason: str = "") -> ExportBatch:
    """All issued invoices of a month that this target has not had; with a reason, all of them once more.

    Raises BillingRefused where there is nothing to hand over, or files are not made yet.
    """
    LegalEntity.objects.select_for_update().get(pk=company.pk)
    issued = Invoice.objects.issued().filter(legal_entity=company, month=month).order_by("series__year", "ordinal")
    had = set(ExportedInvoice.objects.filter(invoice__in=issued, target=target).values_list("invoice", flat=True))
    rows = [row for row in issued.prefetch_related("files") if reason.strip() or row.pk not in had]
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
        filename=f"{month}-{target}.{ENDINGS[target]}",
        reason=reason.strip(),
        by_id=by.membership_id,
    )
    ExportedInvoice.objects.bulk_create(
        [ExportedInvoice(batch=batch, invoice=row, target=target, again=row.pk in had) for row in rows]
    )
    audit.record("invoices.exported", by=by, target=company, month=month, format=target, invoices=len(rows))
    return batch


def bytes_of(batch: ExportBatch) -> bytes:
    """As they were handed over. Raises FileNotFoundError where the storage has lost or changed them."""
    data = load(batch.key)
    if sha256(data).hexdigest() != batch.sha256:
        raise FileNotFoundError(batch.key)
    return data


def _csv(rows: Iterable[Invoice]) -> bytes:
    return sheets.as_csv([stored.read(row.document) for row in rows])


def _xlsx(rows: Iterable[Invoice]) -> bytes:
    return sheets.as_xlsx([stored.read(row.document) for row in rows])


def _finvoice(rows: Iterable[Invoice]) -> bytes:
    """A ZIP of the very files that were checked; an invoice that has none as Finvoice is named."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            found = next((file for file in row.files.all() if file.form == FINVOICE and file.is_sound), None)
            if found is None:
                raise BillingRefused(_("%(number)s has no sound Finvoice.") % {"number": row.number})
            archive.writestr(zipfile.ZipInfo(file_name(row, FINVOICE), MADE), content(found))
    return target.getvalue()


_WRITERS: Mapping[Target, Callable[[Iterable[Invoice]], bytes]] = {
    Target.CSV: _csv,
    Target.XLSX: _xlsx,
    Target.FINVOICE: _finvoice,
}
