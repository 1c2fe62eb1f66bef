"""Something of everything that billing keeps, for the tests of the house."""

from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import LegalEntity
from billing.enums import Preset, Target
from billing.models import Books, Buyer, PrepaidLot, Seller, TicketBilling
from billing.services.pricing import price, sell_lot
from core.files import store
from sla.models import Contract
from tests.conftest import Cast
from tests.house.invoiced_stock import invoiced
from tickets.models import Ticket, WorkEntry, WorkTimer

SINCE = date(2027, 1, 1)


def priced(cast: Cast, ticket: Ticket, *, writer: str, worker: str) -> dict[str, Any]:
    """Billing switched on, with a priced contract, prepaid time, both sides, and what was said of a ticket."""
    cast.tenant.billing_on = True
    cast.tenant.save()
    contract, by = Contract.objects.order_by("pk")[0], cast.actor(writer)
    price(contract, valid_from=SINCE, preset=Preset.TIME_AND_MATERIAL, data={"rates": {"remote": "95.00"}}, by=by)
    lot = PrepaidLot(contract=contract, minutes=600, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    sell_lot(lot, by=by)
    where = {"street": "Kauppakatu 1", "post_code": "00100", "city": "Helsinki"}
    company = LegalEntity.objects.order_by("pk")[0]
    logo = store(cast.tenant.pk, b"a picture", archive="invoices")
    Seller.objects.create(legal_entity=company, iban="FI2112345600000785", logo_key=logo, **where)
    Books.objects.create(legal_entity=company, program=Target.JOURNAL, revenue="3000", taxes={"S 25.5": "S25.5"})
    Buyer.objects.create(customer=cast.customer, vat_id="FI01120389", **where)
    TicketBilling.objects.create(ticket=ticket, order_number="4500123")
    WorkTimer.objects.create(member=cast.members[worker], ticket=ticket, started_at=timezone.now())
    entry = WorkEntry.objects.filter(ticket=ticket, member=cast.members[writer]).order_by("pk")[0]
    return {"lot": lot.pk, "entry": entry.pk, **invoiced(contract, ticket, cast.members[writer])}
