"""Check digits of what stands on an invoice: bank references, accounts, company and address numbers.

The official rule sets look at almost none of them, so a digit typed wrong would pass until the money is missing.
"""

import re

from stdnum import bic, ean, get_cc_module, iban, iso11649, lei
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

# National references are at most 20 digits, the check digit among them.
REFERENCE = re.compile(r"\d{4,20}")
IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
VAT_SHAPE = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,15}")
OVT = re.compile(r"0037(\d{8})[A-Z0-9]{0,5}")
LEITWEG = re.compile(r"(\d{2,12})-(?:([A-Za-z0-9]{1,30})-)?(\d{2})")
_WEIGHTS = (7, 3, 1)
# What VAT numbers of the EU begin with: Greece with EL, Northern Ireland with XI.
EU_PREFIXES = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
     "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI")
)  # fmt: skip


def national_reference(number: str) -> str:
    """The viitenumero for 3 to 19 digits: weights 7, 3, 1 from the right. Raises ValueError."""
    digits = number.lstrip("0")
    if not re.fullmatch(r"\d{3,19}", digits):
        raise ValueError("a reference is made from 3 to 19 digits")
    return digits + _national_digit(digits)


def is_national_reference(reference: str) -> bool:
    """Whether its last digit agrees with the others."""
    return bool(REFERENCE.fullmatch(reference)) and _national_digit(reference[:-1]) == reference[-1]


def creditor_reference(reference: str) -> str:
    """The RF reference (ISO 11649) of a national one."""
    body = reference.lstrip("0").upper()
    if not re.fullmatch(r"[A-Z0-9]{1,21}", body):
        raise ValueError("a creditor reference is made from 1 to 21 letters and digits")
    number = int("".join(str(int(sign, 36)) for sign in f"{body}RF00"))
    return f"RF{98 - number % 97:02}{body}"


def is_creditor_reference(reference: str) -> bool:
    """Whether an RF reference has the right check digits; that of a Finnish one holds a viitenumero."""
    return _valid(iso11649, reference)


def grouped(reference: str) -> str:
    """As it is printed: in groups of five from the right, an RF reference in groups of four from the left."""
    if reference.startswith("RF"):
        return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    head = len(reference) % 5
    groups = [reference[at : at + 5] for at in range(head, len(reference), 5)]
    return " ".join([reference[:head], *groups] if head else groups)


def is_iban(account: str) -> bool:
    """Whether length, shape and check digits are those of its country."""
    return bool(IBAN_SHAPE.fullmatch(account)) and _valid(iban, account)


def is_bic(code: str) -> bool:
    """Whether it has the shape of ISO 9362; whether there is such a bank is not known here."""
    return code == code.upper() and _valid(bic, code)


def is_business_id(number: str) -> bool:
    """A Finnish Y-tunnus, written 1234567-1."""
    return bool(re.fullmatch(r"\d{7}-\d", number)) and _valid(ytunnus, number)


def is_ovt(number: str) -> bool:
    """0037, the eight digits of a Y-tunnus, and up to five signs of a unit."""
    match = OVT.fullmatch(number)
    return bool(match) and _valid(ytunnus, match[1]) if match else False


def is_vat_number(number: str) -> bool:
    """Whether form and check digits agree; of countries outside the EU only that it looks like one."""
    country, rest = number[:2], number[2:]
    if not VAT_SHAPE.fullmatch(number):
        return False
    if country not in EU_PREFIXES:
        return True
    module = get_cc_module("GR" if country == "EL" else "GB" if country == "XI" else country.lower(), "vat")
    return module is None or _valid(module, rest if country in {"EL", "XI"} else number)


def is_leitweg_id(reference: str) -> bool:
    """A German authority's address: its last two digits are a remainder of 97 (ISO 7064)."""
    match = LEITWEG.fullmatch(reference)
    if not match:
        return False
    number = "".join(str(int(sign, 36)) for sign in f"{match[1]}{match[2] or ''}{match[3]}".upper())
    return int(number) % 97 == 1


def _digits(length: int) -> re.Pattern[str]:
    return re.compile(rf"\d{{{length}}}")


# How a number of a register looks, by its code in ISO 6523 or the EAS list; check digits where they are published.
_SHAPES = {
    "0002": re.compile(r"\d{9}|\d{14}"),
    "0009": _digits(14),
    "0060": _digits(9),
    "0106": _digits(8),
    "0184": re.compile(r"(DK)?\d{8}"),
    "0190": _digits(20),
    "0191": _digits(8),
    "0196": _digits(10),
    "0204": re.compile(r"[0-9A-Za-z-]{4,46}"),
    "0208": _digits(10),
    "0213": re.compile(r"FI\d{8}"),
}
_MODULES = {"0007": ("se", "orgnr"), "0184": ("dk", "cvr"), "0192": ("no", "orgnr"), "0208": ("be", "vat")}
# VAT numbers, country by country.
_VAT_SCHEMES = frozenset({"0213", *map(str, range(9910, 9960))} - {"9913", "9918", "9919", "9958"})
_OWN = {"0216": is_ovt, "0037": is_ovt, "0212": is_business_id}


def is_registered(number: str, scheme: str) -> bool:
    """Whether a number may belong to that register; one of a register unknown here passes if it is not empty."""
    if scheme in _OWN:
        return _OWN[scheme](number)
    if scheme == "0088":
        return bool(re.fullmatch(r"\d{13}", number)) and _valid(ean, number)
    if scheme == "0199":
        return _valid(lei, number)
    if scheme == "EM":
        return is_mail_address(number)
    if scheme == "0204" and LEITWEG.fullmatch(number):
        return is_leitweg_id(number)
    return _fits(number, scheme)


def _fits(number: str, scheme: str) -> bool:
    shape = _SHAPES.get(scheme)
    if shape and not shape.fullmatch(number):
        return False
    if scheme in _VAT_SCHEMES and VAT_SHAPE.fullmatch(number):
        return is_vat_number(number)
    if scheme in _MODULES:
        module = get_cc_module(*_MODULES[scheme])
        return module is None or _valid(module, number.removeprefix("DK"))
    return bool(number.strip())


def is_mail_address(text: str) -> bool:
    """One @ between two parts, a dot in the second, no blanks: BR-DE-28 and a little more."""
    return bool(re.fullmatch(r"[^@\s.]+(\.[^@\s.]+)*@([^@\s.]+\.)+[^@\s.]{2,}", text))


def _national_digit(digits: str) -> str:
    weighted = sum(int(digit) * _WEIGHTS[at % 3] for at, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def _valid(module: object, number: str) -> bool:
    """Blanks and dashes are not taken out first: in a file they are wrong."""
    try:
        compact = module.validate(number)  # type: ignore[attr-defined]  # stdnum's modules have no type
    except (ValidationError, ValueError):
        return False
    return bool(compact) and " " not in number
