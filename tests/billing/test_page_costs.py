"""What finance and key users open asks PostgreSQL the same for 1 row and for 30."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer, Requester
from billing.enums import InvoiceKind, InvoiceState, Target
from billing.gate import Code
from billing.models import ExportBatch, Invoice, InvoiceFile, InvoiceLine, PrepaidLot, Series
from sla.models import Contract
from tests.billing.priced import HOURLY, SINCE, cost, worked
from tests.conftest import Cast
from tests.house.test_query_counts import LIST, ask, make_tickets, warm
from tests.mailintake.post import ticket_of
from tests.portal.conftest import open_portal, visitor
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
MONTH, DAY = "2026-10", date(2026, 11, 2)
# The desk is several lists on one page: drafts, exceptions with their tickets, issued invoices with files and credit
# notes, sums, runs, the closed month, batches; before them companies and the seller.
DESK, INVOICE, PRICING, WORK, DETAILS = 18, 8, 10, 22, 12


def customers(cast: Cast, contract: Contract, count: int) -> list[Contract]:
    """So many more contracts, each of a customer of its own."""
    facts = {"policy": contract.policy, "starts_on": contract.starts_on, "legal_entity": contract.legal_entity}
    had, made = Contract.objects.count(), []
    for number in range(had, had + count):
        customer = Customer.objects.create(name=f"Asiakas {number}", country="FI", office=cast.office)
        made.append(Contract.objects.create(customer=customer, number=f"S-{number}", **facts))
    return made


def bill(contract: Contract, ticket: Ticket, **more: Any) -> Invoice:
    """A row as a run leaves it, with a line of a ticket."""
    invoice = Invoice.objects.create(
        legal_entity=contract.legal_entity, customer=contract.customer, contract=contract, currency="EUR", net=100,
        tax=0, gross=100, **{"month": MONTH} | more,
    )  # fmt: skip
    InvoiceLine.objects.create(
        invoice=invoice, position=1, ticket=ticket, kind="time", item="remote/normal", name="Etätyö", quantity=1,
        unit="HUR", net=100, minutes=60, first=DAY, last=DAY,
    )  # fmt: skip
    return invoice


def issued(contract: Contract, ticket: Ticket, ordinal: int, **more: Any) -> Invoice:
    """A row that went out, with a file."""
    series, _made = Series.objects.get_or_create(legal_entity=contract.legal_entity, year=2026)
    # Lines come before the number; until then it is a draft, and a contract has one of those a month.
    row = bill(contract, ticket, series=series, ordinal=ordinal, sha256="0" * 64, month=str(ordinal), **more)
    row.month, row.number, row.state, row.issued_at = (
        MONTH,
        f"FI26-{100_000 + ordinal}",
        InvoiceState.ISSUED,
        timezone.now(),
    )
    row.issued_on = row.due_on = DAY
    row.save()
    InvoiceFile.objects.create(invoice=row, form="pdf", is_sound=True, key=f"k{ordinal}", sha256="0" * 64, size=1)
    return row


def month(cast: Cast, contract: Contract, count: int) -> None:
    """Drafts, exceptions, invoices, credit notes and batches, so many of each."""
    for each in customers(cast, contract, count):
        ticket = ticket_of(cast)
        kept = {"exceptions": [{"code": Code.MISSING_RESOLUTION, "ref": str(ticket.number), "values": {}}]}
        bill(each, ticket, result=kept)
        had = Invoice.objects.issued().count()
        made = issued(each, ticket, had + 1)
        issued(each, ticket, had + 2, kind=InvoiceKind.CREDIT, credits=made, reason="Wrong")
        ExportBatch.objects.create(
            legal_entity=contract.legal_entity, target=Target.CSV, month=MONTH, filename="l.csv", by=cast.fiona,
            key=f"b{had}", sha256="0" * 64, size=1,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "most"),
    [(f"/finance/?month={MONTH}", DESK), ("/finance/invoices/", LIST), ("/finance/invoices/?q=asi", LIST)],
)
def test_the_desk_and_its_lists(acme: Cast, contract: Contract, path: str, most: int) -> None:
    client = acme.client("fiona")
    with acme.scope():
        month(acme, contract, 1)
    warm(client, path)
    one, _page = ask(client, path)
    with acme.scope():
        month(acme, contract, 29)
    many, page = ask(client, path)
    assert page.count("Asiakas ") >= 30
    assert many == one
    assert len(many) <= most, "\n".join(many)


def test_pages_of_invoices_follow_each_other_without_a_gap(acme: Cast, contract: Contract) -> None:
    """All of them of one day, and two pages at the desk and in the portal."""
    open_portal(acme, key_users=True)
    ticket = ticket_of(acme)
    with acme.scope():
        Requester.objects.filter(pk=acme.requester.pk).update(sees_company=True)
        numbers = {issued(contract, ticket, number).number for number in range(1, 61)}
    for client, path in ((acme.client("fiona"), "/finance/invoices/"), (visitor(acme), reverse("portal:invoices"))):
        first = client.get(path).context["page"]
        second = client.get(path + first.later).context["page"]
        assert [len(first.rows), len(second.rows)] == [50, 10]
        assert {row.number for row in [*first.rows, *second.rows]} == numbers
        assert client.get(path + second.earlier).context["page"].rows == first.rows


def test_an_invoice_with_30_lines(acme: Cast, contract: Contract) -> None:
    with acme.scope():
        few, much = bill(contract, ticket_of(acme)), bill(customers(acme, contract, 1)[0], ticket_of(acme))
        for position, ticket in enumerate(make_tickets(acme, 29), start=2):
            InvoiceLine.objects.create(
                invoice=much, position=position, ticket=ticket, kind="time", item="remote/normal", name="Etätyö",
                quantity=1, unit="HUR", net=100, minutes=60, first=DAY, last=DAY,
            )  # fmt: skip
    client = acme.client("fiona")
    one, many = (reverse("billing:invoice", args=[row.pk]) for row in (few, much))
    warm(client, one)
    (before, _page), (after, page) = ask(client, one), ask(client, many)
    assert page.count("Etätyö") == 30
    assert after == before
    assert len(after) <= INVOICE, "\n".join(after)


def test_what_a_contract_costs_with_30_versions_and_lots(acme: Cast, contract: Contract) -> None:
    client, path = acme.client("fiona"), reverse("billing:pricing", args=[contract.pk])
    with acme.scope():
        PrepaidLot.objects.create(contract=contract, minutes=60, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    warm(client, path)
    one, _page = ask(client, path)
    with acme.scope():
        for number in range(1, 30):
            cost(acme, contract, since=SINCE + timedelta(days=number), **HOURLY)
            PrepaidLot.objects.create(contract=contract, minutes=60, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    many, page = ask(client, path)
    assert page.count("On the next invoice") == 30
    assert page.count("Version ") == 30
    assert many == one
    assert len(many) <= PRICING, "\n".join(many)


@pytest.mark.parametrize("name", ["work", "verdict"])
def test_a_tickets_billing_page_beside_30_others_of_its_contract(acme: Cast, contract: Contract, name: str) -> None:
    """The verdict rates all of the contract: it asks for that at once, not ticket by ticket."""
    ticket = ticket_of(acme)
    client, path = acme.client("fiona"), reverse(f"billing:{name}", args=[ticket.number])
    with acme.scope():
        worked(acme, ticket, 5, timezone.now())
    warm(client, path)
    one, _page = ask(client, path)
    for number, other in enumerate([ticket, *(ticket_of(acme) for _number in range(29))]):
        with acme.scope():
            worked(acme, other, 5, timezone.now() - timedelta(minutes=10 * number + 10))
    many, _page = ask(client, path)
    assert many == one
    assert len(many) <= WORK, "\n".join(many)


def test_a_key_users_invoices_and_contracts(acme: Cast, contract: Contract) -> None:
    open_portal(acme, key_users=True)
    with acme.scope():
        Requester.objects.filter(pk=acme.requester.pk).update(sees_company=True, language="en")
        acme.requester.refresh_from_db()
        issued(contract, ticket_of(acme), 1)
        PrepaidLot.objects.create(contract=contract, minutes=60, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    client, paths = visitor(acme), [reverse("portal:invoices"), reverse("portal:details")]
    for path in paths:
        warm(client, path)
    one = [ask(client, path)[0] for path in paths]
    with acme.scope():
        for number in range(2, 31):
            issued(contract, ticket_of(acme), number)
            facts = {"policy": contract.policy, "starts_on": contract.starts_on, "customer": acme.customer}
            more = Contract.objects.create(number=f"P-{number}", legal_entity=contract.legal_entity, **facts)
            cost(acme, more, **HOURLY)
            PrepaidLot.objects.create(contract=more, minutes=60, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    (bills, first), (agreed, second) = (ask(client, path) for path in paths)
    assert first.count("FI26-") >= 30
    assert second.count("P-") >= 29
    assert [bills, agreed] == one
    assert len(bills) <= LIST, "\n".join(bills)
    assert len(agreed) <= DETAILS, "\n".join(agreed)
