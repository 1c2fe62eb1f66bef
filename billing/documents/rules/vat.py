"""VAT categories: which ids, rates and reasons each of them wants (BR-S, BR-Z, BR-E, BR-AE, BR-G, BR-O)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from billing.documents.document import Invoice, Party, VatGroup, is_finnish
from billing.documents.findings import Finding, error, warning
from billing.documents.identifiers import EU_PREFIXES
from billing.rates import rates_between, rates_ever

# S standard, Z zero, E exempt, AE reverse charge, K within the EU, G export, O outside scope, L and M Spanish islands.
CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M"})
ISLANDS = frozenset({"L", "M"})
WITHOUT_VAT = CATEGORIES - {"S"} - ISLANDS
WITH_REASON = frozenset({"E", "AE", "K", "G", "O"})
BOTH_IDS = frozenset({"AE", "K"})
_VATEX = {"VATEX-EU-AE": "AE", "VATEX-EU-O": "O", "VATEX-EU-G": "G", "VATEX-EU-IC": "K"}
LEAST, MOST = Decimal(0), Decimal(50)


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every breach of the rules of its VAT categories."""
    if not invoice.vat:
        yield error("BR-CO-18", "BG-23", "there is no VAT breakdown")
    for line in invoice.lines:
        yield from _category(line.category, line.rate, "BT-151", f"line {line.id}")
    for adjustment in invoice.adjustments:
        term = "BT-102" if adjustment.is_charge else "BT-95"
        yield from _category(adjustment.category, adjustment.rate, term, "charge or allowance")
    for group in invoice.vat:
        where = f"VAT {group.category}"
        yield from _category(group.category, group.rate, "BT-118", where)
        yield from _reason(group, where)
    categories = {line.category for line in invoice.lines} | {group.category for group in invoice.vat}
    yield from _ids(invoice, categories)
    yield from _known_rates(invoice)
    if categories & ISLANDS and _country(invoice.seller) != "ES":
        yield error("VASTE-ISLANDS", "BT-151", "only sellers in Spain charge the taxes of its islands")


def _category(category: str, rate: Decimal | None, term: str, where: str) -> Iterator[Finding]:
    if category not in CATEGORIES:
        yield error("BR-CL-17", term, "{category!r} is not a VAT category", where, category=category)
    elif category == "O":
        if rate is not None and rate != 0:
            yield error("BR-O-05", term, "what lies outside the scope of VAT has no VAT rate", where)
    elif rate is None:
        yield error("BR-48", term, "VAT category {category} needs a rate", where, category=category)
    elif category in WITHOUT_VAT and rate != 0:
        code = f"BR-{category}-05"
        text = "VAT category {category} has the rate 0, not {rate}"
        yield error(code, term, text, where, category=category, rate=rate)
    elif category == "S" and not LEAST < rate <= MOST:
        yield error("BR-S-05", term, "the standard VAT rate cannot be {rate} %", where, rate=rate)


def _reason(group: VatGroup, where: str) -> Iterator[Finding]:
    has_reason = bool(group.reason or group.reason_code)
    if group.category in WITH_REASON and not has_reason:
        yield error(f"BR-{group.category}-10", "BT-120", "the reason why no VAT is charged is missing", where)
    elif group.category == "AE" and not group.reason:
        text = "the law wants it said in words that the buyer owes the VAT"
        yield error("VASTE-REVERSE-CHARGE", "BT-120", text, where)
    if group.category in {"S", "Z"} and has_reason:
        yield error(f"BR-{group.category}-10", "BT-120", "a reason for charging no VAT does not belong here", where)
    wanted = _VATEX.get(group.reason_code.upper())
    if wanted and wanted != group.category:
        text = "the reason {code} belongs to VAT category {wanted}"
        yield error("PEPPOL-EN16931-P0104", "BT-121", text, where, code=group.reason_code, wanted=wanted)


def _ids(invoice: Invoice, categories: set[str]) -> Iterator[Finding]:
    seller, buyer = invoice.seller, invoice.buyer
    if categories & (CATEGORIES - {"O"}) and not (seller.vat_id or seller.tax_id):
        category = sorted(categories & CATEGORIES)[0]
        yield error(f"BR-{category}-02", "BT-31", "the seller's VAT number is missing")
    if "S" in categories and is_finnish(seller) and not seller.vat_id and seller.tax_id:
        yield error("BR-S-02", "BT-31", "the seller's number is not given as a VAT number")
    if categories & BOTH_IDS and not (buyer.vat_id or buyer.legal_id.value):
        yield error("BR-AE-02", "BT-48", "reverse charge needs the buyer's VAT number")
    if "AE" in categories:
        yield from _reverse_charge(invoice)
    if "O" in categories:
        if seller.vat_id or buyer.vat_id:
            yield error("BR-O-02", "BT-31", "a document outside the scope of VAT must not carry a VAT number")
        if len(categories) > 1:
            yield error("BR-O-11", "BG-23", "outside the scope of VAT cannot stand beside another VAT category")


def _reverse_charge(invoice: Invoice) -> Iterator[Finding]:
    """Article 196 is for a customer in another country; within one, a VAT number is still needed in the EU."""
    seller, buyer = invoice.seller, invoice.buyer
    if not buyer.vat_id and buyer.address.country in EU_PREFIXES | {"GR"}:
        yield error("VASTE-REVERSE-CHARGE", "BT-48", "reverse charge within the EU needs the buyer's VAT number")
    if buyer.vat_id and buyer.vat_id == seller.vat_id:
        yield error("VASTE-SAME-PARTY", "BT-48", "buyer and seller have the same VAT number")


def _known_rates(invoice: Invoice) -> Iterator[Finding]:
    """By the days of service: what was done in August 2024 still carries 24 % in Finland."""
    country = _country(invoice.seller)
    for line in invoice.lines:
        if line.category != "S" or line.rate is None:
            continue
        days = _days(invoice, line.starts_on, line.ends_on)
        known, ever = rates_between(country, min(days), max(days)) if days else None, rates_ever(country)
        values = {"rate": line.rate, "country": country}
        if ever is not None and line.rate not in ever:
            yield error("VASTE-RATE", "BT-152", "{rate} % is no VAT rate of {country}", f"line {line.id}", **values)
        elif known is not None and line.rate not in known:
            text = "{rate} % is no VAT rate of {country} at the time of the work"
            yield warning("VASTE-RATE", "BT-152", text, f"line {line.id}", **values)


def _country(seller: Party) -> str:
    return seller.vat_id[:2] or seller.address.country


def _days(invoice: Invoice, starts_on: date | None, ends_on: date | None) -> list[date]:
    own = [day for day in (starts_on, ends_on) if day]
    whole = [invoice.starts_on, invoice.ends_on, invoice.delivered_on, invoice.issued_on]
    earlier = [preceding.issued_on for preceding in invoice.preceding]
    return own or [day for day in (*whole, *earlier) if day]
