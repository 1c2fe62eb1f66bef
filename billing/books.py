"""What books usually call things, to begin with: proposals that finance sees and may change."""

from collections.abc import Mapping
from decimal import Decimal

from billing.enums import Target

# Standard charts: Liikekirjuri in Finland, SKR 03 in Germany; Xero's and QuickBooks' own.
_FIELDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    (Target.JOURNAL, "FI"): {"receivables": "1701", "revenue": "3000", "vat_account": "2939"},
    (Target.JOURNAL, "DE"): {"receivables": "1400", "revenue": "8400", "vat_account": "1776"},
    (Target.DATEV, "DE"): {"receivables": "10000"},
    (Target.XERO, ""): {"revenue": "200"},
    (Target.QUICKBOOKS, ""): {"revenue": "Services"},
}
_SKR03: Mapping[str, str] = {"S 19": "8400", "S 7": "8300", "AE 0": "8336", "O": "8338"}
STANDARD = "S"


def proposed_fields(program: str, country: str) -> Mapping[str, str]:
    """Accounts by the names of the fields of `Books`; nothing where nothing is usual."""
    return _FIELDS.get((program, country)) or _FIELDS.get((program, "")) or {}


def proposed_tax(program: str, country: str, category: str, rate: Decimal | None) -> str:
    """What the program calls a VAT category and rate; empty where nothing is usual."""
    percent = f"{rate.normalize():f}" if rate is not None else ""
    key = f"{category} {percent}".strip()
    match program:
        case Target.DATEV:
            return _SKR03.get(key, "") if country == "DE" else ""
        case Target.JOURNAL:
            return f"{category}{percent if category == STANDARD else ''}"
        case Target.XERO:
            return "Tax on Sales" if category == STANDARD else "Tax Exempt"
        case Target.QUICKBOOKS:
            return f"{percent}% S" if category == STANDARD else "No VAT"
    return ""
