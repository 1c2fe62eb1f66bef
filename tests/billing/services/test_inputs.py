"""From rows to a rating: the right versions, tickets, work and balances, and the same result as by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from billing import ids
from billing.models import PrepaidLot, TermsVersion, TicketBilling
from billing.rating.engine import rate
from billing.rating.format import FormatError, read_inputs
from billing.rating.freezing import frozen
from billing.services.inputs import NoTerms, inputs_of
from billing.services.pricing import sell_lot, withdraw_lot
from sla.models import Calendar, Contract, Timer
from tests.billing.priced import HOURLY, NOON, SINCE, contract_of, cost, sides, solved, worked
from tests.conftest import Cast
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def test_work_becomes_lines_and_frozen_inputs_read_back(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY, km_rate="0.57", rounding={"increment": 15})
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 50)
        worked(acme, ticket, 30, datetime(2026, 11, 17, 12, 0, tzinfo=UTC), work_type="travel", kilometres="43.5")
        inputs = inputs_of(contract, now=NOW)
        result = rate(inputs)
    assert not result.errors
    assert [(line.item, line.net) for line in result.lines] == [
        ("km", Decimal("24.80")),
        ("remote/normal", Decimal("100.00")),
        ("travel/normal", Decimal("30.00")),
    ]
    assert {line.ticket for line in result.lines} == {str(ticket.number)}
    assert result.totals.tax == Decimal("39.47")
    assert rate(read_inputs(frozen(inputs))) == result


def test_the_version_of_the_day_of_the_work_rules(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY)
        cost(acme, contract, since=date(2026, 11, 17), rates={"remote": "200.00"})
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 60, datetime(2026, 11, 16, 10, 0, tzinfo=UTC))
        worked(acme, ticket, 60)
        assert [line.net for line in rate(inputs_of(contract, now=NOW)).lines] == [
            Decimal("200.00"),
            Decimal("100.00"),
        ]
        cost(acme, contract, rates={"remote": "10.00"})
        assert [line.net for line in rate(inputs_of(contract, now=NOW)).lines] == [Decimal("20.00")]


def test_a_version_is_never_changed(acme: Cast) -> None:
    with acme.scope():
        contract_of(acme, **HOURLY)
        with pytest.raises(DatabaseError), transaction.atomic():
            TermsVersion.objects.update(data={})
        with pytest.raises(DatabaseError), transaction.atomic():
            TermsVersion.objects.all()._raw_delete("default")
        assert TermsVersion.objects.get().data == HOURLY


def test_prices_that_cannot_be_read_are_refused(acme: Cast) -> None:
    with acme.scope():
        contract = contract_of(acme)
        with pytest.raises(FormatError):
            cost(acme, contract, rates={"remote": 1.5})
        with pytest.raises(NoTerms):
            inputs_of(contract, now=NOW)
        Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 6, 30))
        with pytest.raises(NoTerms):
            cost(acme, contract, since=date(2026, 7, 1), **HOURLY)


def test_lots_cover_until_they_are_used_up_and_unused_ones_can_be_withdrawn(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY)
        lot = PrepaidLot(contract=contract, minutes=50, unit_price=90, valid_from=SINCE, sold_on=SINCE)
        sell_lot(lot, by=acme.actor("ada"))
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 60)
        result = rate(inputs_of(contract, now=NOW))
        assert [(line.kind, line.minutes) for line in result.lines] == [("time", 10), ("prepaid", 50)]
        assert [(move.pool, move.minutes) for move in result.moves] == [(ids.lot_id(lot.pk), -50)]
        withdraw_lot(lot, by=acme.actor("ada"))
        assert [line.kind for line in rate(inputs_of(contract, now=NOW)).lines] == ["time"]


def test_included_minutes_of_former_months_live_on(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY, included={"minutes": 60, "rollover_months": 2})
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 200)
        inputs = inputs_of(contract, now=NOW)
        assert inputs.balances.included == {"2026-09": 60, "2026-10": 60, "2026-11": 60}
        assert [(line.kind, line.minutes) for line in rate(inputs).lines] == [("time", 20), ("included", 180)]


def test_holidays_are_those_on_which_the_serving_office_is_closed(acme: Cast) -> None:
    bands = [{"code": "holiday", "when": {"holiday": True}, "multiplier": "2"}]
    with acme.scope():
        sides(acme)
        version = Calendar.objects.get().current
        version.exceptions = {
            "2026-11-17": {"name": "", "open": []},
            "2026-11-16": {"name": "", "open": [["08:00", "12:00"]]},
        }
        type(version).objects.filter(pk=version.pk).update(exceptions=version.exceptions)
        contract = contract_of(acme, **HOURLY, bands=bands)
        Calendar.objects.update(office=acme.office)
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 60)
        worked(acme, ticket, 60, datetime(2026, 11, 16, 10, 0, tzinfo=UTC))
        lines = rate(inputs_of(contract, now=NOW)).lines
        assert [(line.item, line.net) for line in lines] == [
            ("remote/holiday", Decimal("200.00")),
            ("remote/normal", Decimal("100.00")),
        ]


def test_credit_and_approval_are_asked_only_where_the_contract_wants_them(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY)
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 60)
        Timer.objects.filter(subject=ticket.pk).update(breached_at=NOON)
        assert not rate(inputs_of(contract, now=NOW)).errors
        cost(acme, contract, **HOURLY, credit_decision=True, approval_required=True)
        codes = [missing.code for missing in rate(inputs_of(contract, now=NOW)).errors]
        assert codes == ["credit_undecided", "not_approved"]
        TicketBilling.objects.create(ticket=ticket, credit="none", approved_at=NOON)
        assert not rate(inputs_of(contract, now=NOW)).errors


def test_what_was_finished_before_the_first_version_was_invoiced_elsewhere(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme)
        cost(acme, contract, since=date(2026, 11, 19), **HOURLY, per_ticket={"price": "50.00"})
    ticket = solved(acme)
    with acme.scope():
        worked(acme, ticket, 60)
        assert inputs_of(contract, now=NOW).tickets == ()
        Ticket.objects.update(resolved_at=datetime(2026, 11, 20, tzinfo=UTC))
        assert [line.kind for line in rate(inputs_of(contract, now=NOW)).lines] == []


def test_a_merged_ticket_is_as_far_as_its_survivor_and_has_no_price(acme: Cast) -> None:
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY, per_ticket={"price": "50.00"})
    survivor, merged = solved(acme), solved(acme)
    with acme.scope():
        Ticket.objects.filter(pk=merged.pk).update(
            status_class="merged", merged_into=survivor, solution="", resolved_at=None, closed_at=None
        )
        worked(acme, merged, 60)
        result = rate(inputs_of(contract, now=NOW))
        assert not result.errors
        assert [(line.ticket, line.kind) for line in result.lines] == [
            (str(survivor.number), "per_ticket"),
            (str(merged.number), "time"),
        ]


def test_entries_of_another_tenant_are_never_there(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        sides(globex)
        contract_of_globex = contract_of(globex)
        cost_data = {
            "valid_from": SINCE,
            "preset": "time_and_material",
            "data": HOURLY,
            "currency": "EUR",
            "number": 1,
        }
        TermsVersion.objects.create(contract=contract_of_globex, **cost_data)
    with acme.scope():
        assert not TermsVersion.objects.exists()
        with pytest.raises(NoTerms):
            inputs_of(contract_of_globex, now=NOW)
