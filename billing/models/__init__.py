"""Sellers, buyers, what contracts cost, and what tickets need for their invoice."""

from billing.models.contracts import PrepaidLot, TermsVersion
from billing.models.sides import Buyer, Seller
from billing.models.tickets import TicketBilling

__all__ = ["Buyer", "PrepaidLot", "Seller", "TermsVersion", "TicketBilling"]
