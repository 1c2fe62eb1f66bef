"""The demo's documents in every format that is theirs, emitted once."""

import pytest

from billing.documents.emitting import EMITTERS
from tests.billing.documents.demo import documents

EVERYWHERE = ("peppol", "facturx", "finvoice")
GERMANY = ("xrechnung", "xrechnung-cii")


@pytest.fixture(scope="session")
def demo():
    """By name."""
    return documents()


@pytest.fixture(scope="session")
def emitted(demo):
    """By name and format."""
    return {
        (name, form): EMITTERS[form](document)
        for name, document in demo.items()
        for form in EVERYWHERE + (GERMANY if document.buyer.address.country == "DE" else ())
    }
