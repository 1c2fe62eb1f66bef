"""Numbers of seller and buyer: check digits, and whether the numbers of one party belong together."""

from collections.abc import Iterator

from billing.documents.codes import ELECTRONIC_SCHEMES
from billing.documents.document import Invoice, Party, is_finnish
from billing.documents.findings import Finding, error, warning
from billing.documents.identifiers import OVT, is_business_id, is_mail_address, is_registered, is_vat_number

_TERMS = {
    "seller": {"legal": "BT-30", "vat": "BT-31", "electronic": "BT-34", "mail": "BT-43", "vat_rule": "BR-CO-09"},
    "buyer": {"legal": "BT-47", "vat": "BT-48", "electronic": "BT-49", "mail": "BT-58", "vat_rule": "BR-CO-09"},
}
# The registers of Finland: Y-tunnus, OVT, VAT number.
FINNISH_SCHEMES = frozenset({"0212", "0213", "0216", "0037"})


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every number that cannot be right."""
    yield from _party(invoice.seller, "seller")
    yield from _party(invoice.buyer, "buyer")
    if not (invoice.seller.legal_id.value or invoice.seller.vat_id or invoice.seller.number.value):
        yield error("BR-CO-26", "BT-31", "nothing tells who the seller is: no VAT number and no business id")
    if is_finnish(invoice.seller) and not invoice.seller.legal_id.value:
        yield error("VASTE-BUSINESS-ID", "BT-30", "the seller's business id is missing")
    ours, theirs = invoice.seller.legal_id.value, invoice.buyer.legal_id.value
    if ours and ours == theirs:
        yield error("VASTE-SAME-PARTY", "BT-47", "buyer and seller have the same business id")


def _party(party: Party, who: str) -> Iterator[Finding]:
    terms = _TERMS[who]
    legal, electronic = party.legal_id, party.electronic
    if party.vat_id and not is_vat_number(party.vat_id):
        text = "the {who}'s VAT number {number} is not valid"
        yield error(terms["vat_rule"], terms["vat"], text, who=who, number=party.vat_id)
    if electronic.scheme and electronic.scheme not in ELECTRONIC_SCHEMES | FINNISH_SCHEMES:
        text = "{scheme!r} is not a kind of electronic address"
        yield error("BR-CL-25", terms["electronic"], text, scheme=electronic.scheme)
    elif electronic.value and not is_registered(electronic.value, electronic.scheme):
        text = "the {who}'s electronic address {number} is not one of register {scheme}"
        values = {"who": who, "number": electronic.value, "scheme": electronic.scheme}
        yield error("VASTE-ADDRESS", terms["electronic"], text, "", **values)
    if legal.value and legal.scheme and not is_registered(legal.value, legal.scheme):
        text = "the {who}'s business id {number} is not one of register {scheme}"
        yield error("VASTE-BUSINESS-ID", terms["legal"], text, who=who, number=legal.value, scheme=legal.scheme)
    elif legal.value and not legal.scheme and party.address.country == "FI" and not is_business_id(legal.value):
        text = "the {who}'s business id {number} is not valid"
        yield error("VASTE-BUSINESS-ID", terms["legal"], text, who=who, number=legal.value)
    if party.contact.email and not is_mail_address(party.contact.email):
        text = "{address} is not a mail address"
        yield error("BR-DE-28", terms["mail"], text, address=party.contact.email)
    yield from _one_company(party, who, terms)


def _one_company(party: Party, who: str, terms: dict[str, str]) -> Iterator[Finding]:
    """A Finnish VAT number and an OVT both hold the Y-tunnus; VAT groups and accountants' addresses are rare."""
    business = party.legal_id.value.replace("-", "") if is_business_id(party.legal_id.value) else ""
    vat = party.vat_id[2:] if party.vat_id.startswith("FI") else ""
    ovt = OVT.fullmatch(party.electronic.value)
    if business and vat and business != vat:
        text = "the {who}'s VAT number and business id are of two companies"
        yield warning("VASTE-TWO-COMPANIES", terms["vat"], text, who=who)
    if business and ovt and ovt[1] != business:
        text = "the {who}'s electronic address and business id are of two companies"
        yield warning("VASTE-TWO-COMPANIES", terms["electronic"], text, who=who)
