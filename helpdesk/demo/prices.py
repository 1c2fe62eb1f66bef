"""What work costs in the demo: companies and customers as invoices name them, contracts, and how work was done."""

import tomllib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.actors import SYSTEM
from accounts.models import Customer, LegalEntity, Membership
from billing.enums import Preset
from billing.models import Books, Buyer, PrepaidLot, Seller, TicketBilling
from billing.pictures import drawn_anew
from billing.services import logos
from billing.services.pricing import price, sell_lot
from helpdesk.demo.workspace import Workspace
from sla.models import Contract, Policy
from tickets.enums import Billing
from tickets.models import Ticket, WorkEntry, WorkType

DATA = Path(__file__).parent / "data"
# Of a hundred entries so many were a visit, the way to one, a courtesy; the rest was done from afar.
VISITS, WAYS, COURTESIES = 7, 11, 13
# Each fifth ticket lacked something when it was first asked about.
INCOMPLETE = 5


def put_prices(place: Workspace, slug: str) -> None:
    """For the tenant in scope, after its tickets were told; a tenant without such a file invoices elsewhere."""
    file = DATA / f"{slug}_billing.toml"
    if not file.exists():
        return
    facts = tomllib.loads(file.read_text())
    place.tenant.billing_on = True
    place.tenant.save(update_fields=["billing_on"])
    for entry in facts["company"]:
        _company(entry)
    for entry in facts["customer"]:
        _customer(place, entry)
    _work()


def _company(entry: dict[str, Any]) -> None:
    own = {"name", "country", "business_id", "vat_id", "logo", "books"}
    company, _made = LegalEntity.objects.get_or_create(
        name=entry["name"], defaults={"country": entry.get("country", "")}
    )
    company.business_id = entry.get("business_id", company.business_id)
    company.vat_id = entry.get("vat_id", "")
    company.save()
    seller = Seller(legal_entity=company, **{name: value for name, value in entry.items() if name not in own})
    if "logo" in entry:
        seller.logo_key = logos.keep(company.tenant_id, drawn_anew((DATA / entry["logo"]).read_bytes()))
    seller.save()
    if "books" in entry:
        Books.objects.create(legal_entity=company, **entry["books"])


def _customer(place: Workspace, entry: dict[str, Any]) -> None:
    customer = Customer.objects.select_related("office__legal_entity").get(name=entry["name"])
    facts = {name: value for name, value in entry.items() if name not in ("name", "contract")}
    Buyer.objects.create(customer=customer, city=customer.city, **facts)
    for each in entry["contract"]:
        contract = _contract(place, customer, each)
        price(
            contract,
            valid_from=contract.starts_on,
            preset=Preset(each["preset"]),
            data=each["terms"],
            by=SYSTEM,
        )
        if "lot" in each:
            since = contract.starts_on
            lot = PrepaidLot(contract=contract, valid_from=since, sold_on=since, invoiced_elsewhere=True)
            lot.minutes, lot.unit_price = each["lot"]["minutes"], Decimal(each["lot"]["unit_price"])
            sell_lot(lot, by=SYSTEM)


def _contract(place: Workspace, customer: Customer, entry: dict[str, Any]) -> Contract:
    """The customer's contract; one of prices alone where it has none yet, whose promises are those for everybody."""
    found = Contract.objects.filter(number=entry["number"]).select_related("customer__office", "legal_entity").first()
    if found:
        return found
    company = LegalEntity.objects.get(name=entry["company"])
    contract: Contract = Contract.objects.create(
        customer=customer,
        legal_entity=company,
        number=entry["number"],
        policy=Policy.objects.order_by("-is_default", "pk")[0],
        starts_on=place.today - timedelta(days=300),
    )
    Ticket.objects.filter(customer=customer, contract=None).update(contract=contract)
    return contract


def _work() -> None:
    """Say of some work that it was a visit, the way to one, or a courtesy; and of orders their numbers."""
    types = {row.code: row for row in WorkType.objects.all()}
    lead = Membership.objects.filter(roles__contains=["lead"]).order_by("pk").first()
    changed = []
    for number, entry in enumerate(WorkEntry.objects.order_by("ended_at", "pk")):
        if number % VISITS == 0:
            entry.work_type, entry.called_out = types["onsite"], number % (VISITS * 2) == 0
        elif number % WAYS == 0:
            entry.work_type, entry.kilometres = types["travel"], Decimal(number % 60 + 12)
        elif number % COURTESIES == 0:
            entry.billing, entry.approver = Billing.GOODWILL, lead
            entry.reason = "Hyvitetään, vika oli meidän."
        changed.append(entry)
    WorkEntry.objects.bulk_update(
        changed, ["work_type", "called_out", "kilometres", "billing", "approver", "reason"], batch_size=500
    )
    asked = Ticket.objects.filter(contract__number="SP-2023-11").order_by("number")
    # Each third one still waits for its order number: what a month's end begins with.
    orders = {ticket.pk: f"45{ticket.number:05}" for place, ticket in enumerate(asked) if place % 3}
    _answers(orders)


def _answers(orders: dict[int, str]) -> None:
    """What is said of tickets: order numbers, and of what was resolved whether anything was missing at first."""
    rows = []
    for place, ticket in enumerate(Ticket.objects.exclude(contract=None).order_by("number")):
        row = TicketBilling(ticket=ticket, order_number=orders.get(ticket.pk, ""))
        if ticket.resolved_at:
            row.asked_at, row.first_try = ticket.resolved_at, place % INCOMPLETE > 0
            row.complete_at = ticket.resolved_at if row.first_try else None
        rows.append(row)
    TicketBilling.objects.bulk_create(row for row in rows if row.order_number or row.asked_at)
