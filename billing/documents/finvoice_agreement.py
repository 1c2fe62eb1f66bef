"""Where Finvoice says a thing twice, both must say the same: no schema and no official rule looks at that."""

import re
from collections.abc import Iterator
from decimal import Decimal

from billing.documents.codes import CURRENCIES
from billing.documents.document import CREDIT_NOTE, Invoice
from billing.documents.findings import Finding, error, warning
from billing.documents.identifiers import is_bic, is_iban
from billing.documents.money import ZERO, share
from billing.documents.xml import Element

_ORDER = "EpiDetails/EpiPaymentInstructionDetails/"
_PARTIES = "EpiDetails/EpiPartyDetails/"
_NUMBER = re.compile(r"-?\d{1,18}(,\d{1,18})?", re.ASCII)


def disagreements(root: Element, invoice: Invoice, sign: int) -> Iterator[Finding]:
    """Every place where two elements contradict each other. `sign` is -1 in a credit note."""
    yield from _kind(root, invoice, sign)
    yield from _payment_order(root, invoice, sign)
    yield from _currencies(root, invoice.currency)
    yield from _transmission(root, invoice)
    for row in root.iterfind("InvoiceRow"):
        yield from _row(row)


def _kind(root: Element, invoice: Invoice, sign: int) -> Iterator[Finding]:
    code = _text(root, "InvoiceDetails/InvoiceTypeCode")
    if (invoice.type_code == CREDIT_NOTE) != (sign < 0):
        text = "the type {code} does not belong to the international type {other}"
        yield error("VASTE-FINVOICE-TYPE", "BT-3", text, code=code, other=invoice.type_code)
    if sign < 0 and (invoice.totals.gross or ZERO) < 0:
        yield error("VASTE-FINVOICE-SIGN", "BT-112", "the amounts of a credit note are written negative")


def _payment_order(root: Element, invoice: Invoice, sign: int) -> Iterator[Finding]:
    account = _text(root, f"{_PARTIES}EpiBeneficiaryPartyDetails/EpiAccountID")
    bic = _text(root, f"{_PARTIES}EpiBfiPartyDetails/EpiBfiIdentifier")
    accounts = {account.iban: account.bic for account in invoice.payment.accounts}
    if account and not is_iban(account):
        yield error("BR-DE-19", "BT-84", "{iban} in the payment order is not a valid IBAN", iban=account)
    elif accounts and account not in accounts:
        yield error("VASTE-FINVOICE-ORDER", "BT-84", "the payment order names another account than the seller")
    if bic and not is_bic(bic):
        yield error("VASTE-BIC", "BT-86", "{bic} in the payment order is not a valid BIC", bic=bic)
    elif bic and accounts.get(account) not in {None, "", bic}:
        yield error("VASTE-FINVOICE-ORDER", "BT-86", "the payment order names another bank than the seller")
    if sign < 0 and _amount(_text(root, f"{_ORDER}EpiInstructedAmount")):
        yield error("VASTE-FINVOICE-ORDER", "BT-115", "a credit note must not ask for money")
    yield from _days(root)
    yield from _reference(root)


def _days(root: Element) -> Iterator[Finding]:
    due = _text(root, f"{_ORDER}EpiDateOptionDate")
    wanted = _text(root, "InvoiceDetails/PaymentTermsDetails/InvoiceDueDate")
    if due and wanted and due != wanted:
        text = "the payment order is for {due}, but the invoice is due on {wanted}"
        yield error("VASTE-FINVOICE-ORDER", "BT-9", text, due=due, wanted=wanted)
    made, issued = (
        _text(root, "EpiDetails/EpiIdentificationDetails/EpiDate"),
        _text(root, "InvoiceDetails/InvoiceDate"),
    )
    if made != issued:
        text = "the payment order is of {made}, but the invoice of {issued}"
        yield error("VASTE-FINVOICE-ORDER", "BT-2", text, made=made, issued=issued)


def _reference(root: Element) -> Iterator[Finding]:
    reference = _text(root, f"{_ORDER}EpiRemittanceInfoIdentifier")
    scheme = _attribute(root, f"{_ORDER}EpiRemittanceInfoIdentifier", "IdentificationSchemeName")
    wanted = "ISO" if reference.startswith("RF") else "SPY"
    if reference and scheme != wanted:
        text = "the reference {reference} is of kind {wanted}, not {scheme}"
        yield error("VASTE-REFERENCE", "BT-83", text, reference=reference, wanted=wanted, scheme=scheme)


def _currencies(root: Element, currency: str) -> Iterator[Finding]:
    """Of the same kind in every amount, but where another currency is meant."""
    for node in root.iter():
        found = node.get("AmountCurrencyIdentifier")
        if found is None or node.tag in {"InvoiceTotalVatAccountingAmount"} or node.tag.startswith("OtherCurrency"):
            continue
        if found not in CURRENCIES:
            yield error("BR-CL-03", "BT-5", "{code!r} is not a currency", node.tag, code=found)
        elif found != currency:
            text = "an amount in {found}, but the invoice is in {currency}"
            yield error("PEPPOL-EN16931-R051", "BT-5", text, node.tag, found=found, currency=currency)


def _transmission(root: Element, invoice: Invoice) -> Iterator[Finding]:
    if root.find("MessageTransmissionDetails") is None:
        yield warning("VASTE-OPERATOR", "BT-49", "no addresses to send it to: this file can only be imported")
        return
    if _text(root, "MessageTransmissionDetails/MessageDetails/SpecificationIdentifier") != "EN16931":
        yield error("BR-01", "BT-24", "the document does not say that it keeps EN 16931")
    for code, term, who, party in (
        ("PEPPOL-EN16931-R020", "BT-34", "seller", invoice.seller),
        ("PEPPOL-EN16931-R010", "BT-49", "buyer", invoice.buyer),
    ):
        if not party.electronic.value:
            yield error(code, term, "the {who}'s electronic address is missing", who=who)
        if not party.operator:
            yield error("VASTE-OPERATOR", term, "the {who}'s operator is missing", who=who)


def _row(row: Element) -> Iterator[Finding]:
    where = f"line {_text(row, 'RowPositionIdentifier')}"
    net, rate = _amount(_text(row, "RowVatExcludedAmount")), _amount(_text(row, "RowVatRatePercent"))
    vat, gross = _amount(_text(row, "RowVatAmount")), _amount(_text(row, "RowAmount"))
    if net is not None and vat is not None:
        expected = share(net, rate or ZERO)
        if vat != expected:
            text = "VAT of {net} is {expected}, but the line says {vat}"
            yield error("VASTE-ROW-VAT", "BT-131", text, where, net=net, expected=expected, vat=vat)
        if gross is not None and gross != net + vat:
            text = "the line with VAT is {expected}, but it says {gross}"
            yield error("VASTE-ROW-VAT", "BT-131", text, where, expected=net + vat, gross=gross)
    price, net_price = _amount(_text(row, "UnitPriceAmount")), _amount(_text(row, "UnitPriceNetAmount"))
    off = _amount(_text(row, "UnitPriceDiscountAmount")) or ZERO
    if price is not None and net_price is not None and price - off != net_price:
        text = "the price less its discount is {expected}, but the net price is {found}"
        yield error("PEPPOL-EN16931-R046", "BT-146", text, where, expected=price - off, found=net_price)


def _text(node: Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _attribute(node: Element, path: str, name: str) -> str:
    found = node.find(path)
    return "" if found is None else str(found.get(name, ""))


def _amount(text: str) -> Decimal | None:
    """What is no number was found out when it was read."""
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
