"""Issued invoices as files for the program in which a company keeps its books."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import LegalEntity
from billing.documents import stored
from billing.documents.datev import Batch, booking_batch
from billing.documents.document import Invoice as Document
from billing.documents.ledgers import Booked, Chart, Unmapped, journal, quickbooks, vat_key, xero
from billing.enums import Target
from billing.models import Books, Buyer, Invoice, InvoiceLine, Seller
from billing.services.drafting import BillingRefused, first_and_last
from core.sheets import MADE

EURO = "EUR"
Files = Iterator[tuple[str, bytes]]


def books_of(company: LegalEntity) -> Books:
    """The company's books, or a row that is not kept yet."""
    return Books.objects.filter(legal_entity=company).first() or Books(legal_entity=company)


def program_of(company: LegalEntity) -> Target | None:
    """The program that a file can be made for; None where none is set up."""
    books = books_of(company)
    return Target(books.program) if books.is_complete else None


def written(target: Target, rows: Sequence[Invoice]) -> bytes:
    """A ZIP of the files that the program wants. Raises BillingRefused, which says what is missing."""
    books = Books.objects.filter(legal_entity=rows[0].legal_entity_id).select_related("legal_entity").first()
    if books is None or not books.is_complete or books.program != target:
        raise BillingRefused(_("The company's books are not set up for it."))
    try:
        return zipped(_FILES[target](books, rows))
    except Unmapped as lack:
        raise _no_code(lack.number, lack.vat) from lack


def zipped(files: Files) -> bytes:
    """A ZIP that is the same bytes for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content)
    return target.getvalue()


def _no_code(number: str, vat: str) -> BillingRefused:
    words = _("%(number)s has VAT %(vat)s, for which the company's books have no code.")
    return BillingRefused(words % {"number": number, "vat": vat})


def _journal(books: Books, rows: Sequence[Invoice]) -> Files:
    yield "journal.csv", journal(_chart(books), _booked(books, rows))


def _xero(books: Books, rows: Sequence[Invoice]) -> Files:
    for at, content in enumerate(xero(_chart(books), _booked(books, rows)), start=1):
        yield f"xero-{at}.csv", content


def _quickbooks(books: Books, rows: Sequence[Invoice]) -> Files:
    invoices, notes = quickbooks(_chart(books), _booked(books, rows))
    for name, parts in (("quickbooks", invoices), ("quickbooks-credit-notes", notes)):
        for at, content in enumerate(parts, start=1):
            yield f"{name}-{at}.csv", content


def _datev(books: Books, rows: Sequence[Invoice]) -> Files:
    """A batch for each month of issue, because a booking's day has no year."""
    months: dict[str, list[Invoice]] = defaultdict(list)
    for row in rows:
        months[f"{row.issued_on:%Y-%m}"].append(row)
    for month, found in sorted(months.items()):
        documents = [stored.read(row.document) for row in found]
        for document in documents:
            _refuse_unfit(books, document)
        yield f"EXTF_Buchungsstapel_{month}.csv", booking_batch(_batch(books, month, found), documents)


def _batch(books: Books, month: str, rows: Sequence[Invoice]) -> Batch:
    begins = Seller.objects.filter(legal_entity=books.legal_entity).values_list("year_begins", flat=True).first() or 1
    first, last = first_and_last(month)
    return Batch(
        consultant=books.consultant or 0,
        client=books.client or 0,
        year_begins=date(first.year if first.month >= begins else first.year - 1, begins, 1),
        first=first,
        last=last,
        made_at=max(row.issued_at for row in rows if row.issued_at),
        revenue=_by_vat(books.taxes),
        debtors={f"C{customer}": _number(account) for customer, account in _accounts(books, rows).items()},
        label=f"{books.legal_entity.name} {month}",
        account_digits=max(len(account) for account in books.taxes.values()),
    )


def _refuse_unfit(books: Books, document: Document) -> None:
    if document.currency != EURO:
        words = _("%(number)s is in %(currency)s, but DATEV's batches are in euros.")
        raise BillingRefused(words % {"number": document.number, "currency": document.currency})
    for group in document.vat:
        if group.base and vat_key(group.category, group.rate) not in books.taxes:
            raise _no_code(document.number, vat_key(group.category, group.rate))


def _number(account: str) -> int:
    if not (account.isascii() and account.isdigit()):
        raise BillingRefused(_("DATEV's accounts are numbers, and %(account)s is none.") % {"account": account})
    return int(account)


def _by_vat(taxes: Mapping[str, str]) -> dict[tuple[str, Decimal], int]:
    found = {}
    for key, account in taxes.items():
        category, _blank, rate = key.partition(" ")
        found[category, Decimal(rate or 0)] = _number(account)
    return found


def _chart(books: Books) -> Chart:
    return Chart(books.revenue, books.taxes, books.accounts, books.vat_account)


def _booked(books: Books, rows: Sequence[Invoice]) -> Iterator[Booked]:
    accounts, kinds = _accounts(books, rows), defaultdict[int, dict[str, str]](dict)
    lines = InvoiceLine.objects.filter(invoice__in=[row.pk for row in rows])
    for invoice, position, item in lines.values_list("invoice", "position", "item"):
        kinds[invoice][str(position)] = item.partition("/")[0]
    for row in rows:
        yield Booked(
            stored.read(row.document),
            kinds[row.pk],
            accounts[row.customer_id],
            books.centre_of(row.customer),
        )


def _accounts(books: Books, rows: Sequence[Invoice]) -> dict[int, str]:
    """Each customer's account."""
    customers = {row.customer_id for row in rows}
    own = dict(Buyer.objects.filter(customer__in=customers).values_list("customer", "ledger_account"))
    return {customer: own.get(customer) or books.receivables for customer in customers}


_FILES: Mapping[Target, Callable[[Books, Sequence[Invoice]], Files]] = {
    Target.DATEV: _datev,
    Target.JOURNAL: _journal,
    Target.XERO: _xero,
    Target.QUICKBOOKS: _quickbooks,
}
