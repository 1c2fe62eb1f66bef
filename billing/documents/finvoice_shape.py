"""Order, number and form of Finvoice's elements, so that a broken file is found without its schema."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from billing.documents.findings import Finding, error
from billing.documents.rules.vat import CATEGORIES
from billing.documents.xml import Element

TABLE = Path(__file__).with_name("finvoice_shape.txt")
ANY_NUMBER = 10_000
_ENTRY = re.compile(r"(?P<name>\w+)(?P<count>[?*+]|\{\d+,\d+\})?(:(?P<form>[\w-]+))?")
_COUNTS = {None: (1, 1), "?": (0, 1), "*": (0, ANY_NUMBER), "+": (1, ANY_NUMBER)}
_FORMS = {
    letter: (re.compile(pattern, re.ASCII), words)
    for letter, pattern, words in (
        ("A", r"-?\d{1,15}(,\d{2,5})?", "an amount, written 1234,56"),
        ("U", r"-?\d{1,15}(,\d{2,5})?", "a price, written 1234,56"),
        ("E", r"-?\d{1,15},\d{2}", "an amount with two decimals, written 1234,56"),
        ("P", r"[1-9]?\d{1,2}(,\d{1,3})?", "a percentage, written 25,5"),
        ("Q", r"[+-]?\d+(,\d+)?", "a quantity, written 2,5"),
        ("D", r"\d{8}", "a day, written 20261231"),
        ("T", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "a moment of time"),
        ("I", r"(REQ|QUO|ORD|ORC|INV|DEV|TES|INF|PRI|DEN|SEI|REC|RES|SDD)\d\d", "a type of invoice, such as INV01"),
        ("C", r"[A-Z0-9]{1,3}", "a code of one to three capitals and digits"),
        ("W", r"[A-Za-z0-9-]{1,20}", "a code of at most 20 signs"),
        ("R", r"\d{2,20}|RF\d\d[0-9A-Za-z]{1,21}", "a reference of payment"),
        ("X", r"\d{1,15}(,\d{1,6})?", "a rate of exchange, written 1,2345"),
    )
}
_WORD = re.compile(r"[\w.:-]*")
_LONGEST_QUANTITY = 14
_TERMS = {
    "InvoiceNumber": "BT-1", "InvoiceDate": "BT-2", "InvoiceDueDate": "BT-9", "SellerOrganisationName": "BT-27",
    "BuyerOrganisationName": "BT-44", "InvoicedQuantity": "BT-129", "RowVatExcludedAmount": "BT-131",
    "UnitPriceAmount": "BT-146", "VatBaseAmount": "BT-116", "VatRateAmount": "BT-117", "VatCode": "BT-118",
    "InvoiceTotalVatIncludedAmount": "BT-112", "InvoiceTotalVatExcludedAmount": "BT-109", "ArticleName": "BT-153",
    "InvoiceTotalVatAmount": "BT-110", "EpiInstructedAmount": "BT-115", "EpiAccountID": "BT-84",
}  # fmt: skip
# The attributes that a form may have, and what may stand in them; those with an exclamation mark it must have.
_CURRENCY = {"AmountCurrencyIdentifier!": r"[\w.:-]{3}"}
_UNIT = {"QuantityUnitCodeUN": r"[A-Z0-9]{2,3}"}
_FORM_MARKS: Mapping[str, Mapping[str, str]] = {
    "A": _CURRENCY,
    "U": _CURRENCY | _UNIT | {"UnitPriceUnitCode": r".{0,14}"},
    "E": _CURRENCY,
    "D": {"Format!": "CCYYMMDD"},
    "Q": _UNIT | {"QuantityUnitCode": r".{0,14}"},
    "I": {"CodeListAgencyIdentifier": "SPY"},
    "R": {"IdentificationSchemeName": "SPY|ISO"},
}
_ACCOUNT = {"IdentificationSchemeName!": "IBAN|BBAN"}
_BANK = {"IdentificationSchemeName!": "BIC"}
_REGISTER = {"SchemeID": r"\d{4}"}
_PARTY = _REGISTER | {"IdentifierType": r".{1,20}"}
_ADDRESS = {"SchemeID": r"[\w.:-]{1,10}"}
_CODED = {"SchemeID": r"[A-Z0-9]{1,3}"}
# The same for single elements.
_MARKS: Mapping[str, Mapping[str, str]] = {
    "SellerAccountID": _ACCOUNT, "SellerBic": _BANK, "EpiBfiIdentifier": _BANK, "EpiAccountID": _ACCOUNT,
    "EpiCharge": {"ChargeOption!": "SHA|SLEV|OUR|BEN"}, "FromIdentifier": _ADDRESS, "ToIdentifier": _ADDRESS,
    "SellerPartyIdentifier": _REGISTER, "BuyerPartyIdentifier": _REGISTER, "EanCode": _REGISTER,
    "FinalDestinationName": _REGISTER, "SellerCode": _PARTY, "BuyerCode": _PARTY, "BuyersSellerIdentifier": _PARTY,
    "SellersBuyerIdentifier": _PARTY, "InvoicedObjectID": _CODED,
    "ArticleGroupIdentifier": _CODED | {"SchemeVersion": r".{1,35}"},
}  # fmt: skip
_ORIGINS = frozenset({"Original", "Copy", "Cancel"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An element of a group.

    form is empty for a group, "2-35" for a text of so many signs, "2-35t" for one word of them, or a letter.
    """

    name: str
    least: int
    most: int
    form: str


@cache
def shapes() -> Mapping[str, Sequence[Entry]]:
    """For each group that is looked into, its elements in order."""
    table: dict[str, list[Entry]] = {}
    group = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            table[group] = []
        elif line and not line.startswith("#"):
            table[group] += [_entry(text) for text in line.split()]
    return table


def _entry(text: str) -> Entry:
    match = _ENTRY.fullmatch(text)
    if match is None:
        raise ValueError(f"not an entry of {TABLE.name}: {text}")
    count = match["count"]
    if count and count.startswith("{"):
        least, most = (int(part) for part in count.strip("{}").split(","))
    else:
        least, most = _COUNTS[count]
    return Entry(match["name"], least, most, match["form"] or "")


def check_shape(root: Element) -> Iterator[Finding]:
    """Everything that a reader of Finvoice would trip over."""
    if root.get("Version") != "3.0":
        yield error("VASTE-FINVOICE-VERSION", "BT-24", "only Finvoice 3.0 is read here")
    yield from _group(root)


def _group(node: Element) -> Iterator[Finding]:
    entries = shapes()[node.tag]
    position = {entry.name: at for at, entry in enumerate(entries)}
    highest = -1
    for child in node:
        at = position.get(child.tag)
        if at is None:
            yield _broken(child, "{name} does not belong into {group}", group=node.tag)
        elif at < highest:
            yield _broken(child, "{name} stands in the wrong place in {group}", group=node.tag)
        else:
            highest = at
    yield from _counts(node, entries)
    for child in node:
        if child.tag in position:
            yield from _element(child, entries[position[child.tag]])


def _counts(node: Element, entries: Sequence[Entry]) -> Iterator[Finding]:
    for entry in entries:
        count = len(node.findall(entry.name))
        if count < entry.least:
            yield _broken(node, "{wanted} is missing in {group}", group=node.tag, wanted=entry.name)
        elif count > entry.most:
            yield _broken(node, "{wanted} stands {count} times", wanted=entry.name, count=count)


def _element(child: Element, entry: Entry) -> Iterator[Finding]:
    if not entry.form and child.tag not in shapes():
        return
    yield from _attributes(child, entry.form)
    if not entry.form:
        yield from _group(child)
        return
    text = (child.text or "").strip()
    if entry.form in _FORMS:
        yield from _formed(child, entry.form, text)
    elif entry.form == "V":
        if text not in CATEGORIES:
            yield _broken(child, "{name} is {text!r}, not a VAT category", text=text)
    else:
        yield from _sized(child, entry.form, text)
    if child.tag == "OriginCode" and text not in _ORIGINS:
        yield _broken(child, "{name} is {text!r}, not Original, Copy or Cancel", text=text)


def _sized(child: Element, form: str, text: str) -> Iterator[Finding]:
    least, most = (int(part) for part in form.rstrip("t").split("-"))
    if not least <= len(text) <= most:
        yield _broken(child, "{name} must have {least} to {most} signs", least=least, most=most)
    if form.endswith("t") and not _WORD.fullmatch(text):
        yield _broken(child, "{name} is {text!r}, not one word of letters and digits", text=text)


def _formed(child: Element, form: str, text: str) -> Iterator[Finding]:
    pattern, wanted = _FORMS[form]
    if not pattern.fullmatch(text) or (form == "Q" and len(text) > _LONGEST_QUANTITY):
        yield _broken(child, "{name} is {text!r}, not {wanted}", text=text, wanted=wanted)
    elif form in "DT" and not _is_time(text):
        yield _broken(child, "{name} is {text!r}: there is no such day or time", text=text)


def _attributes(child: Element, form: str) -> Iterator[Finding]:
    marks = _MARKS.get(child.tag) or _FORM_MARKS.get(form, {})
    wanted = {name.rstrip("!"): pattern for name, pattern in marks.items()}
    for name in (name.rstrip("!") for name in marks if name.endswith("!")):
        if name not in child.attrib:
            yield _broken(child, "{name} needs the attribute {attribute}", attribute=name)
    for name, value in child.attrib.items():
        if name not in wanted:
            yield _broken(child, "{name} has no attribute {attribute}", attribute=name)
        elif not re.fullmatch(wanted[name], value, re.ASCII):
            text = "{attribute} of {name} is {value!r}, which cannot stand there"
            yield _broken(child, text, attribute=name, value=value)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _broken(node: Element, sentence: str, /, **values: object) -> Finding:
    term = _TERMS.get(node.tag, "")
    return error("VASTE-FINVOICE-SHAPE", term, sentence, f"file line {node.sourceline}", name=node.tag, **values)
