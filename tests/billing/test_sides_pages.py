"""What companies and customers have on their invoices: checked by check digits where it is typed."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import LegalEntity
from billing.models import Buyer, Seller
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
WHERE = {"street": "Kauppakatu 1", "post_code": "00100", "city": "Helsinki"}
SELLER = WHERE | {
    "business_id": "2077474-0",
    "vat_id": "FI20774740",
    "iban": "FI21 1234 5600 0007 85",
    "bic": "NDEAFIHH",
    "prefix": "FI",
    "series_digit": "1",
    "payment_days": "14",
    "language": "fi",
    "year_begins": "1",
    "retention_years": "6",
}
BUYER = WHERE | {"business": "on", "vat_id": "FI01120389", "wants": "pdf", "language": "fi"}


def company_of(cast: Cast) -> LegalEntity:
    with cast.scope():
        found: LegalEntity = cast.office.legal_entity
        return found


@pytest.fixture(autouse=True)
def _on(acme: Cast) -> None:
    acme.tenant.billing_on = True
    acme.tenant.save()


def send(cast: Cast, name: str, pk: int, values: dict[str, Any]) -> Any:
    return cast.client("fiona").post(reverse(f"billing:{name}", args=[pk]), values)


def test_a_company_is_kept_with_its_numbers(acme: Cast) -> None:
    company = company_of(acme)
    answer = send(acme, "seller", company.pk, SELLER)
    assert answer.status_code == 302, answer.context["form"].errors
    with acme.scope():
        seller = Seller.objects.select_related("legal_entity").get()
        assert (seller.iban, seller.legal_entity.vat_id) == ("FI2112345600000785", "FI20774740")
        assert seller.issues_here
    assert "Complete" in acme.client("fiona").get(reverse("billing:sellers")).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"iban": "FI2112345600000786"},
        {"bic": "NDEA"},
        {"vat_id": "FI20774741"},
        {"business_id": "2077474-1"},
        {"einvoice_address": "003720774740"},
        {"einvoice_address": "003720774741", "einvoice_scheme": "0216"},
        {"series_digit": "0"},
        {"prefix": "F1"},
    ],
)
def test_a_wrong_digit_is_told_beside_its_field(acme: Cast, wrong: dict[str, str]) -> None:
    answer = send(acme, "seller", company_of(acme).pk, SELLER | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) <= {*wrong, "einvoice_scheme"}
    with acme.scope():
        assert not Seller.objects.exists()


@pytest.mark.parametrize(
    ("wants", "more", "lacks"),
    [
        ("email", {}, {"invoice_email"}),
        ("finvoice", {"einvoice_address": "003720774740", "einvoice_scheme": "0216"}, {"einvoice_operator"}),
        ("peppol", {}, {"einvoice_address", "einvoice_scheme"}),
        ("xrechnung", {"einvoice_address": "04011000-12345-03", "einvoice_scheme": "0204"}, {"buyer_reference"}),
    ],
)
def test_each_form_of_invoice_asks_for_its_address(
    acme: Cast, wants: str, more: dict[str, str], lacks: set[str]
) -> None:
    answer = send(acme, "buyer", acme.customer.pk, BUYER | {"wants": wants} | more)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == lacks


def test_what_a_customer_lacks_is_told_to_the_gate(acme: Cast) -> None:
    with acme.scope():
        assert Buyer(customer=acme.customer).incomplete == {"address"}
        assert Buyer(customer=acme.customer, wants="peppol", **WHERE).incomplete == {"einvoice_address"}
    assert send(acme, "buyer", acme.customer.pk, BUYER).status_code == 302
    with acme.scope():
        assert not Buyer.objects.get().incomplete
    assert "Complete" in acme.client("liisa").get(reverse("billing:buyers")).content.decode()


def test_companies_in_spain_and_india_issue_no_invoices_here(acme: Cast) -> None:
    company = company_of(acme)
    for country, word in (("ES", "Verifactu"), ("IN", "IRP")):
        with acme.scope():
            company.country = country
            company.save()
            assert not Seller(legal_entity=company).issues_here
        page = acme.client("ada").get(reverse("billing:seller", args=[company.pk])).content.decode()
        assert word in page
