"""What only the XML of UBL and CII can break: currencies of amounts, empty elements, identifiers of profile."""

import re
from collections.abc import Iterator

from billing.documents.findings import Finding, error
from billing.documents.reading import Reading
from billing.documents.ubl import CAC, CBC
from billing.documents.xml import Element

PEPPOL_SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESSES = frozenset(
    {
        "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "urn:peppol:france:billing:regulated",
        "urn:peppol:france:billing:non-regulated",
        "urn:peppol:bis:billing_with_response",
    }
)
XRECHNUNG_SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
# Nothing more than EN 16931, or something more that is checked here or wants nothing more of what is read here.
_KNOWN = re.compile(r"urn:cen\.eu:en16931:2017(#.*(peppol|xrechnung|factur-x|zugferd|nlcius).*)?", re.IGNORECASE)
# UNTDID 1001: a line's reference names the object that is invoiced (BT-128).
_OBJECT = "130"
_CBC, _CAC = f"{{{CBC}}}", f"{{{CAC}}}"
# The schema wants it even when nothing is delivered.
_MAY_BE_EMPTY = "ApplicableHeaderTradeDelivery"
_TRUTH = frozenset({"true", "false"})


def is_peppol(reading: Reading) -> bool:
    """Whether the document promises to keep the rules of Peppol."""
    return "peppol" in reading.specification


def is_xrechnung(reading: Reading) -> bool:
    """Whether the document promises to keep the rules of XRechnung."""
    return "xrechnung" in reading.specification.lower()


def check(root: Element, reading: Reading) -> Iterator[Finding]:
    """Every such breach."""
    yield from _currencies(root, reading)
    yield from _whole(root, reading)
    if not reading.specification.startswith("urn:cen.eu:en16931:2017"):
        text = "the document does not say that it keeps EN 16931"
        yield error("BR-01", "BT-24", text)
    elif not _KNOWN.fullmatch(reading.specification):
        text = "the rules of {name} are not known here"
        yield error("VASTE-SPECIFICATION", "BT-24", text, name=reading.specification)
    if is_peppol(reading) or is_xrechnung(reading):
        yield from _objects(root)
    if is_peppol(reading):
        yield from _peppol(root, reading)
    elif is_xrechnung(reading):
        if not reading.process:
            yield error("PEPPOL-EN16931-R001", "BT-23", "the business process is missing")
        if not reading.specification.startswith(XRECHNUNG_SPECIFICATION):
            yield error("BR-DE-21", "BT-24", "the version of XRechnung is not 3.0")


def _currencies(root: Element, reading: Reading) -> Iterator[Finding]:
    invoice = reading.invoice
    for node in root.iter():
        found = node.get("currencyID")
        name = str(node.tag).rpartition("}")[2]
        may_differ = name in {"TaxAmount", "TaxTotalAmount"} and found == invoice.tax_currency
        if found is not None and found != invoice.currency and not may_differ:
            text = "an amount in {found}, but the invoice is in {currency}"
            yield error("PEPPOL-EN16931-R051", "BT-5", text, name, found=found, currency=invoice.currency)


def _whole(root: Element, reading: Reading) -> Iterator[Finding]:
    for node in root.iter():
        name = str(node.tag).rpartition("}")[2]
        if len(node) == 0 and not (node.text or "").strip() and name != _MAY_BE_EMPTY:
            yield error("PEPPOL-EN16931-R008", "", "the element {name} is empty", name, name=name)
        for attribute, value in node.attrib.items():
            if not str(value).strip():
                text = "the attribute {attribute} is empty"
                yield error("VASTE-EMPTY-ATTRIBUTE", "", text, name, attribute=attribute)
        if name in {"ChargeIndicator", "Indicator"} and len(node) == 0 and (node.text or "").strip() not in _TRUTH:
            yield error("PEPPOL-EN16931-R043", "BG-20", "an allowance must say whether it is a charge", name)


def _objects(root: Element) -> Iterator[Finding]:
    for line in (*root.findall(f"{_CAC}InvoiceLine"), *root.findall(f"{_CAC}CreditNoteLine")):
        for node in line.findall(f"{_CAC}DocumentReference"):
            if (node.findtext(f"{_CBC}DocumentTypeCode") or "").strip() != _OBJECT:
                text = "a line's reference must be to the object that is invoiced (type 130)"
                yield error("PEPPOL-EN16931-R101", "BT-128", text, f"file line {node.sourceline}")


def _peppol(root: Element, reading: Reading) -> Iterator[Finding]:
    invoice = reading.invoice
    countries = {invoice.seller.address.country, invoice.buyer.address.country}
    if not reading.specification.startswith(PEPPOL_SPECIFICATION):
        yield error("PEPPOL-EN16931-R004", "BT-24", "this is not the name of Peppol BIS Billing 3.0")
    if not reading.process:
        yield error("PEPPOL-EN16931-R001", "BT-23", "the business process is missing")
    elif reading.process not in PEPPOL_PROCESSES:
        yield error("PEPPOL-EN16931-R007", "BT-23", "{process!r} is no business process", process=reading.process)
    if len(invoice.notes) > 1 and countries != {"DE"}:
        yield error("PEPPOL-EN16931-R002", "BT-22", "Peppol takes only one note")
    if invoice.type_code in {"326", "384"} and countries != {"DE"}:
        text = "the type {code} is for documents between Germans only"
        yield error("PEPPOL-EN16931-P0112", "BT-3", text, code=invoice.type_code)
    yield from _peppol_once(root, reading)


def _peppol_once(root: Element, reading: Reading) -> Iterator[Finding]:
    if len(root.findall(f"{_CAC}ProjectReference")) > 1:
        yield error("PEPPOL-EN16931-R080", "BT-11", "only one project may be named")
    totals = root.findall(f"{_CAC}TaxTotal")
    if len([node for node in totals if node.find(f"{_CAC}TaxSubtotal") is not None]) > 1:
        yield error("PEPPOL-EN16931-R053", "BG-23", "there are two VAT breakdowns")
    if (len(totals) > 1) != bool(reading.invoice.tax_currency):
        text = "the VAT in the accounting currency and the name of that currency belong together"
        yield error("PEPPOL-EN16931-R054", "BT-111", text)
