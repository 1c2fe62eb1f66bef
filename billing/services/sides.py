"""The two sides of an invoice as its document has them."""

from billing.documents.document import Account, Address, ContactPoint, Identifier, Party
from billing.models import Buyer, Seller

Y_TUNNUS = "0212"


def seller_party(seller: Seller) -> Party:
    """The company of the tenant."""
    company = seller.legal_entity
    return Party(
        name=company.name,
        legal_id=_registered(company.business_id, company.country),
        vat_id=company.vat_id,
        electronic=_electronic(seller),
        operator=seller.einvoice_operator,
        address=_address(seller, company.country),
        contact=ContactPoint(seller.contact_name, seller.contact_phone, seller.contact_email),
    )


def buyer_party(buyer: Buyer) -> Party:
    """The customer. Its own number is ours of it, so that books find it whatever it is called."""
    customer = buyer.customer
    return Party(
        name=customer.name,
        number=Identifier(f"C{customer.pk}"),
        legal_id=_registered(customer.business_id, customer.country),
        vat_id=buyer.vat_id,
        electronic=_electronic(buyer),
        operator=buyer.einvoice_operator,
        address=_address(buyer, customer.country),
        contact=ContactPoint("", "", buyer.invoice_email),
    )


def account_of(seller: Seller) -> Account:
    """Where the company is paid."""
    return Account(seller.iban, seller.account_name or seller.legal_entity.name, seller.bic)


def _registered(number: str, country: str) -> Identifier:
    return Identifier(number, Y_TUNNUS if country == "FI" and number else "")


def _electronic(side: Seller | Buyer) -> Identifier:
    return Identifier(side.einvoice_address, side.einvoice_scheme if side.einvoice_address else "")


def _address(side: Seller | Buyer, country: str) -> Address:
    return Address(side.street, "", side.city, side.post_code, side.region, country)
