"""The Finnish virtual barcode: 54 digits that a payer's bank reads in place of account, amount, reference and day.

Finanssiala's "Pankkiviivakoodi" versions 4 (national reference) and 5 (RF reference); printed as Code 128, subset C.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.documents.identifiers import is_creditor_reference, is_iban, is_national_reference

LENGTH = 54
# A larger sum does not fit: the payer types it.
MOST = Decimal("999999.99")
_LAYOUTS = {
    "4": re.compile(r"4(?P<account>\d{16})(?P<euros>\d{6})(?P<cents>\d{2})000(?P<reference>\d{20})(?P<due>\d{6})"),
    "5": re.compile(r"5(?P<account>\d{16})(?P<euros>\d{6})(?P<cents>\d{2})(?P<reference>\d{23})(?P<due>\d{6})"),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """What a barcode says. due is YYMMDD, 000000 for none; the amount zero if the payer decides it."""

    iban: str
    amount: Decimal
    reference: str
    due: str


def virtual_barcode(iban: str, amount: Decimal, reference: str, due: date | None) -> str:
    """The digits for a Finnish account in euros. Raises ValueError where a part is not sound."""
    if not iban.startswith("FI") or not is_iban(iban):
        raise ValueError("a virtual barcode needs a Finnish account")
    if amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("a virtual barcode needs whole cents, not less than none")
    sum_to_pay = f"{int(amount * 100):08}" if amount <= MOST else "0" * 8
    day = due.strftime("%y%m%d") if due else "000000"
    if is_national_reference(reference):
        return f"4{iban[2:]}{sum_to_pay}000{reference:0>20}{day}"
    if is_creditor_reference(reference) and reference[4:].isdigit():
        return f"5{iban[2:]}{sum_to_pay}{reference[2:4]}{reference[4:]:0>21}{day}"
    raise ValueError("a virtual barcode needs a reference with the right check digits")


def read_barcode(digits: str) -> Slip | None:
    """What the digits say, or None if they are no such barcode."""
    layout = _LAYOUTS.get(digits[:1])
    match = layout.fullmatch(digits) if layout else None
    if match is None:
        return None
    reference = match["reference"]
    if digits.startswith("5"):
        reference = f"RF{reference[:2]}{reference[2:].lstrip('0')}"
    amount = Decimal(match["euros"]) + Decimal(match["cents"]) / 100
    return Slip(f"FI{match['account']}", amount, reference.lstrip("0"), match["due"])
