"""Where the money goes: account, bank, reference and barcode agree with each other and with the amount."""

import re
from collections.abc import Iterator

from billing.documents.barcode import MOST, Slip, read_barcode
from billing.documents.codes import PAYMENT_MEANS
from billing.documents.document import Account, Invoice, is_finnish
from billing.documents.findings import Finding, error
from billing.documents.identifiers import (
    IBAN_SHAPE,
    is_bic,
    is_creditor_reference,
    is_iban,
    is_national_reference,
)
from billing.documents.money import ZERO

SEPA_TRANSFER = "58"
DIRECT_DEBITS = frozenset({"49", "59"})
TRANSFERS = frozenset({"30", SEPA_TRANSFER})
LONGEST_REFERENCE = 140
_NUMBER = re.compile(r"\d+([.,]\d+)?")
# Territories whose banks have accounts of the country they belong to.
_BANKS_ABROAD = {"GB": {"JE", "GG", "IM"}, "FR": {"GP", "MQ", "RE", "GF", "PM", "YT", "NC", "PF", "WF", "MC"}}


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every reason why the payer's bank would refuse, or the payee's not know whose money it is."""
    payment = invoice.payment
    if payment.means and payment.means not in PAYMENT_MEANS:
        yield error("BR-CL-16", "BT-81", "{code!r} is not a means of payment", code=payment.means)
    if payment.accounts and not payment.means:
        yield error("BR-49", "BT-81", "an account is given, but not the means of payment")
    if payment.means in TRANSFERS and not any(account.iban for account in payment.accounts):
        yield error("BR-61", "BT-84", "a credit transfer needs an account")
    if payment.means in DIRECT_DEBITS and not payment.mandate:
        yield error("PEPPOL-EN16931-R061", "BT-89", "a direct debit needs the reference of its mandate")
    for account in payment.accounts:
        yield from _account(account, payment.means)
    yield from _finnish(invoice)
    yield from _reference(invoice)
    if payment.virtual_barcode:
        yield from _barcode(invoice)


def _finnish(invoice: Invoice) -> Iterator[Finding]:
    """What every payer in Finland looks for."""
    asks = (invoice.totals.payable or ZERO) > 0 and not invoice.is_credit
    if not asks or not is_finnish(invoice.seller):
        return
    if not invoice.payment.means:
        yield error("VASTE-PAYMENT", "BG-16", "the document does not say how it is to be paid")
    elif not invoice.payment.reference:
        yield error("VASTE-REFERENCE", "BT-83", "the payment reference is missing")


def _account(account: Account, means: str) -> Iterator[Finding]:
    compact = "".join(account.iban.split()).upper()
    must_be_iban = means == SEPA_TRANSFER or IBAN_SHAPE.fullmatch(compact)
    if account.iban and must_be_iban and not is_iban(account.iban):
        yield error("BR-DE-19", "BT-84", "{iban} is not a valid IBAN", iban=account.iban)
    if account.bic and not is_bic(account.bic):
        yield error("VASTE-BIC", "BT-86", "{bic} is not a valid BIC", bic=account.bic)
    elif account.bic and IBAN_SHAPE.fullmatch(account.iban):
        country, bank = account.iban[:2], account.bic[4:6]
        if bank != country and bank not in _BANKS_ABROAD.get(country, ()):
            text = "the account is in {country}, but the bank in {bank}"
            yield error("VASTE-BIC", "BT-86", text, country=country, bank=bank)


def _reference(invoice: Invoice) -> Iterator[Finding]:
    """What is written as a number is a viitenumero where the account is Finnish; elsewhere it may be anything."""
    reference = invoice.payment.reference
    is_finnish = any(account.iban.startswith("FI") for account in invoice.payment.accounts)
    if len(reference) > LONGEST_REFERENCE:
        yield error("VASTE-REFERENCE", "BT-83", "the payment reference is too long")
    elif reference.startswith("RF") and reference[2:4].isdigit():
        if not is_creditor_reference(reference):
            text = "the check digits of the reference {reference} are wrong"
            yield error("VASTE-REFERENCE", "BT-83", text, reference=reference)
        elif is_finnish and reference[4:].isdigit() and not is_national_reference(reference[4:].zfill(4)):
            text = "the reference {reference} holds a Finnish reference with a wrong check digit"
            yield error("VASTE-REFERENCE", "BT-83", text, reference=reference)
    elif is_finnish and _NUMBER.fullmatch(reference) and not is_national_reference(reference):
        text = "the check digit of the reference {reference} is wrong"
        yield error("VASTE-REFERENCE", "BT-83", text, reference=reference)


def _barcode(invoice: Invoice) -> Iterator[Finding]:
    slip = read_barcode(invoice.payment.virtual_barcode)
    if slip is None:
        yield error("VASTE-BARCODE", "BG-16", "the virtual barcode is not 54 digits of version 4 or 5")
        return
    for what, found, expected in _disagreements(invoice, slip):
        text = "the virtual barcode says {what} {found}, the document {expected}"
        yield error("VASTE-BARCODE", "BG-16", text, what=what, found=found, expected=expected)


def _disagreements(invoice: Invoice, slip: Slip) -> Iterator[tuple[str, object, object]]:
    ibans = [account.iban for account in invoice.payment.accounts]
    if slip.iban not in ibans:
        yield "account", slip.iban, ", ".join(ibans)
    payable = invoice.totals.payable or ZERO
    wanted = ZERO if invoice.is_credit or payable > MOST else payable
    if slip.amount != wanted:
        yield "amount", slip.amount, wanted
    reference = invoice.payment.reference
    if _bare(slip.reference) != _bare(reference):
        yield "reference", slip.reference, reference
    due = invoice.due_on.strftime("%y%m%d") if invoice.due_on else "000000"
    if slip.due not in {due, "000000"}:
        yield "due date", slip.due, due


def _bare(reference: str) -> str:
    """A national reference, whether or not it is written as one of ISO 11649."""
    return (reference[4:] if reference.startswith("RF") else reference).lstrip("0")
