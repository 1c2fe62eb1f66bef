"""Contracts with prices, and work on their tickets, for the tests of billing's services and pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from billing.enums import Delivery, Preset
from billing.models import Buyer, Seller, TermsVersion
from billing.services.pricing import price
from sla.models import Contract, Policy
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Ticket, WorkEntry, WorkType
from tickets.services import lifecycle

HOURLY = {"rates": {"remote": "100.00", "onsite": "120.00", "travel": "60.00"}}
NOON = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)
SINCE = date(2026, 1, 1)


def sides(cast: Cast) -> None:
    """A Finnish company and a Finnish customer, complete enough to invoice."""
    company = cast.office.legal_entity
    company.business_id, company.vat_id, company.country = "2077474-0", "FI20774740", "FI"
    company.save()
    where = {"street": "Kauppakatu 1", "post_code": "00100", "city": "Helsinki"}
    Seller.objects.create(legal_entity=company, iban="FI2112345600000785", bic="NDEAFIHH", prefix="FI", **where)
    Buyer.objects.create(customer=cast.customer, vat_id="FI01120389", wants=Delivery.PDF, language="fi", **where)


def contract_of(cast: Cast, **data: Any) -> Contract:
    """A contract of the cast's customer that began in 2026, with prices where there are any; inside its scope."""
    contract = Contract.objects.create(
        customer=cast.customer,
        legal_entity=cast.office.legal_entity,
        number="K-7",
        policy=Policy.objects.get(is_default=True),
        starts_on=SINCE,
    )
    if data:
        cost(cast, contract, **data)
    return contract


def cost(cast: Cast, contract: Contract, *, since: date = SINCE, **data: Any) -> TermsVersion:
    preset = Preset.TIME_AND_MATERIAL
    return price(contract, valid_from=since, preset=preset, data=data, by=cast.actor("ada"))


def solved(cast: Cast, **more: Any) -> Ticket:
    """Otto's ticket of the contract, received on the 16th of November and resolved."""
    ticket = ticket_of(cast, **more)
    with cast.scope():
        lifecycle.resolve(ticket, solution="Changed the valve.", by=cast.actor("aino"))
        Ticket.objects.filter(pk=ticket.pk).update(
            received_at=datetime(2026, 11, 16, 6, 0, tzinfo=UTC), resolved_at=datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
        )
        return Ticket.objects.get(pk=ticket.pk)


def worked(cast: Cast, ticket: Ticket, minutes: int, ended_at: datetime = NOON, **more: Any) -> WorkEntry:
    """Work of Aino's, remote unless said otherwise; inside the scope."""
    more = {"member": cast.members["aino"], "text": "Looked at the valve."} | more
    more["work_type"] = WorkType.objects.get(code=more.get("work_type", "remote"))
    more["kilometres"] = Decimal(more.get("kilometres", 0))
    return WorkEntry.objects.create(ticket=ticket, minutes=minutes, ended_at=ended_at, **more)
