"""What Peppol BIS 3, XRechnung 3 and Finvoice 3 want beyond EN 16931, and what each has no room for."""

import re
from collections.abc import Iterator

from billing.documents.codes import PEPPOL_TYPES
from billing.documents.document import Invoice, Party
from billing.documents.findings import Finding, error
from billing.documents.identifiers import LEITWEG, is_leitweg_id

GERMAN_TYPES = frozenset({"326", "380", "384", "389", "381", "875", "876", "877"})
_FEWEST_PHONE_DIGITS = 3
LONGEST_FINVOICE_NUMBER = 20


def check_peppol(invoice: Invoice) -> Iterator[Finding]:
    """PEPPOL-EN16931-R003, R010, R020, P0100; German rules between Germans."""
    if not invoice.buyer_reference and not invoice.order:
        text = "neither the buyer's reference nor an order number is given; Peppol wants one"
        yield error("PEPPOL-EN16931-R003", "BT-10", text)
    yield from _electronic(invoice)
    if invoice.type_code not in PEPPOL_TYPES:
        text = "Peppol does not know the type of invoice {code}"
        yield error("PEPPOL-EN16931-P0100", "BT-3", text, code=invoice.type_code)
    if _is_german(invoice):
        yield from _german(invoice)


def check_xrechnung(invoice: Invoice) -> Iterator[Finding]:
    """BR-DE-1 to BR-DE-28 as far as our documents can break them."""
    yield from _electronic(invoice)
    yield from _german(invoice)
    if invoice.type_code not in GERMAN_TYPES:
        yield error("BR-DE-17", "BT-3", "XRechnung does not know the type of invoice {code}", code=invoice.type_code)
    reference = invoice.buyer_reference
    if LEITWEG.fullmatch(reference) and not is_leitweg_id(reference):
        text = "the check digits of the Leitweg-ID {reference} are wrong"
        yield error("VASTE-LEITWEG", "BT-10", text, reference=reference)


def check_finvoice(invoice: Invoice) -> Iterator[Finding]:
    """What its banks and operators need, and how little room it has."""
    if not invoice.buyer_reference and not invoice.order:
        text = "neither the buyer's reference nor an order number is given; the buyer cannot tell whom it is for"
        yield error("PEPPOL-EN16931-R003", "BT-10", text)
    if not any(account.iban for account in invoice.payment.accounts):
        yield error("BR-61", "BT-84", "Finvoice needs the seller's account")
    if len(invoice.number) > LONGEST_FINVOICE_NUMBER:
        yield error("VASTE-NUMBER", "BT-1", "Finvoice takes an invoice number of at most 20 signs")
    if not invoice.due_on and not invoice.is_credit:
        yield error("VASTE-DUE", "BT-9", "the due date is missing")
    if len(invoice.preceding) > 1:
        yield error("VASTE-CREDIT", "BT-25", "Finvoice names only one preceding invoice here")


def _electronic(invoice: Invoice) -> Iterator[Finding]:
    rows = (
        ("PEPPOL-EN16931-R020", "BT-34", "seller", invoice.seller),
        ("PEPPOL-EN16931-R010", "BT-49", "buyer", invoice.buyer),
    )
    for code, term, who, party in rows:
        if not party.electronic.value:
            yield error(code, term, "the {who}'s electronic address is missing", who=who)


def _is_german(invoice: Invoice) -> bool:
    return invoice.seller.address.country == invoice.buyer.address.country == "DE"


def _german(invoice: Invoice) -> Iterator[Finding]:
    contact = invoice.seller.contact
    if not invoice.payment.means:
        yield error("BR-DE-1", "BG-16", "payment instructions are missing")
    if not invoice.buyer_reference:
        yield error("BR-DE-15", "BT-10", "the buyer's reference (Leitweg-ID) is missing")
    for code, term, text in (
        ("BR-DE-5", "BT-41", contact.name),
        ("BR-DE-6", "BT-42", contact.phone),
        ("BR-DE-7", "BT-43", contact.email),
    ):
        if not text:
            yield error(code, term, "the seller's contact is incomplete: name, telephone and mail address are needed")
    if contact.phone and len(re.findall(r"\d", contact.phone)) < _FEWEST_PHONE_DIGITS:
        yield error("BR-DE-27", "BT-42", "{phone} is not a telephone number", phone=contact.phone)
    yield from _town(invoice.seller, "seller", ("BR-DE-3", "BT-37"), ("BR-DE-4", "BT-38"))
    yield from _town(invoice.buyer, "buyer", ("BR-DE-8", "BT-52"), ("BR-DE-9", "BT-53"))


def _town(party: Party, who: str, city: tuple[str, str], post_code: tuple[str, str]) -> Iterator[Finding]:
    if not party.address.city:
        yield error(*city, "the {who}'s town is missing", who=who)
    if not party.address.post_code:
        yield error(*post_code, "the {who}'s post code is missing", who=who)
