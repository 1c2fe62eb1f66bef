"""Contracts as values, the usual ones, and the reasons that a line gives."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing import presets
from billing.rating.engine import rate
from billing.rating.format import FormatError, read_inputs
from billing.rating.money import apportioned, half_up
from billing.rating.reasons import SENTENCES, Why
from billing.rating.taxes import NoTaxRule, Party, taxes_for
from billing.rating.terms import Band, Contract, Rounding, Terms
from billing.rating.work import Balances, Entry, Inputs, Lot, Run, Ticket

FI = Party("FI")
BASE = Terms(
    currency="EUR", tz="Europe/Helsinki", seller=FI, buyer=FI, valid_from=date(2026, 1, 1),
    bands=(Band("evening", Decimal("1.5"), hours=(17 * 60, 22 * 60)),),
)  # fmt: skip
RATES = {"remote": Decimal("100.00"), "travel": Decimal("60.00")}
NINE = datetime(2026, 11, 17, 7, tzinfo=UTC)
TICKET = Ticket(id="T1", status="closed", category="fault", severity="high", resolution="done")
RUN = Run(NINE + timedelta(days=14), fee_months=("2026-11",))


def worked(*minutes, work_type="remote", start=NINE):
    """Entries of so many minutes, an hour apart and each on a day of its own."""
    return tuple(
        Entry(
            id=f"E{number}", ticket="T1", agent="Aino", work_type=work_type, description="work",
            start=start + timedelta(days=number), end=start + timedelta(days=number, minutes=length),
        )
        for number, length in enumerate(minutes)
    )  # fmt: skip


def rated(terms, *entries, **balances):
    return rate(Inputs(Contract("K1", (terms,)), (TICKET,), entries, RUN, Balances(**balances)))


def kinds(result):
    return [(line.kind, str(line.net)) for line in result.lines]


def test_a_fixed_fee_covers_everything():
    result = rated(presets.fixed_fee(BASE, monthly_fee=Decimal(450)), *worked(60, 400))
    assert kinds(result) == [("fee", "450.00"), ("included", "0.00")]


def test_a_retainer_covers_its_minutes_and_then_costs_by_the_quarter():
    terms = presets.retainer(BASE, monthly_fee=Decimal(450), minutes=120, rates=RATES)
    assert kinds(rated(terms, *worked(115, 20))) == [("fee", "450.00"), ("time", "50.00"), ("included", "0.00")]


def test_prepaid_hours_pay_for_all_but_travel():
    terms, lots = presets.prepaid_hours(BASE, rates=RATES), (Lot("L1", 600),)
    assert kinds(rated(terms, *worked(60), lots=lots)) == [("prepaid", "0.00")]
    assert kinds(rated(terms, *worked(60, work_type="travel"), lots=lots)) == [("time", "60.00")]


def test_time_and_material_costs_each_begun_quarter():
    terms = presets.time_and_material(BASE, rates=RATES, km_rate=Decimal("0.57"))
    assert kinds(rated(terms, *worked(16))) == [("time", "50.00")]


def test_a_price_for_each_ticket_covers_its_minutes():
    terms = presets.per_ticket(BASE, price=Decimal(90), included_minutes=30, rates=RATES)
    assert kinds(rated(terms, *worked(20, 20))) == [
        ("per_ticket", "90.00"), ("time", "25.00"), ("per_ticket_included", "0.00")
    ]  # fmt: skip


def test_every_line_says_why():
    evening = replace(
        worked(22)[0], start=NINE + timedelta(hours=7, minutes=50), end=NINE + timedelta(hours=8, minutes=12)
    )
    result = rated(presets.time_and_material(BASE, rates=RATES), evening)
    assert [[reason.sentence() for reason in line.reasons] for line in result.lines] == [
        [
            "remote costs 100.00 an hour (contract as of 2026-01-01).",
            "Hours of the band evening count 1.5 times.",
        ],
        ["remote costs 100.00 an hour (contract as of 2026-01-01).", "Rounding added 8 min, at the cheapest hours."],
    ]
    assert set(SENTENCES) == set(Why)


def test_versions_do_not_overlap():
    first = replace(BASE, valid_to=date(2026, 6, 30))
    second = replace(BASE, valid_from=date(2026, 7, 1), monthly_fee=Decimal(1))
    contract = Contract("K1", (second, first))

    assert contract.versions == (first, second)
    assert contract.on(date(2026, 6, 30)) is first
    assert contract.on(date(2026, 7, 1)) is second
    assert contract.on(date(2025, 12, 31)) is None
    for wrong in (replace(first, valid_to=None), replace(first, valid_to=date(2026, 7, 1))):
        with pytest.raises(ValueError, match="two versions"):
            Contract("K1", (wrong, second))
    for other in ({"currency": "SEK"}, {"tz": "Europe/Oslo"}, {"seller": Party("SE")}):
        with pytest.raises(ValueError, match="differ"):
            Contract("K1", (first, replace(second, **other)))
    with pytest.raises(ValueError, match="differ"):
        Contract("K1", ())


def test_values_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="ends before"):
        replace(BASE, valid_to=date(2025, 1, 1))
    with pytest.raises(ValueError, match="rounding"):
        Rounding(increment=0)
    with pytest.raises(ValueError, match="same id"):
        Inputs(Contract("K1", (BASE,)), (TICKET, TICKET), (), RUN)
    with pytest.raises(FormatError):
        read_inputs({"contract": {}})


def test_a_rate_is_asked_for_by_the_day_of_the_service():
    assert [taxes_for(FI, FI, day)[0].rate for day in (date(2024, 8, 31), date(2024, 9, 1))] == [24, Decimal("25.5")]
    with pytest.raises(NoTaxRule, match="FI on 1990-01-01"):
        taxes_for(FI, FI, date(1990, 1, 1))
    with pytest.raises(NoTaxRule, match="CA QC"):
        taxes_for(Party("CA", "ON"), Party("CA", "QC"), date(2026, 1, 1))
    assert taxes_for(Party("US", "NY"), Party("US", "CA"), date(2026, 1, 1)) == ()


def test_what_a_cap_takes_off_is_shared_out_to_the_cent():
    assert apportioned(Decimal("0.05"), [Decimal(1)] * 3, "EUR") == [Decimal("0.02"), Decimal("0.02"), Decimal("0.01")]
    assert apportioned(Decimal(10), [Decimal(1), Decimal(2)], "JPY") == [3, 7]
    with pytest.raises(ValueError, match="nothing"):
        apportioned(Decimal(1), [], "EUR")


def test_half_a_cent_goes_away_from_zero():
    assert [half_up(Decimal(text), "EUR") for text in ("0.005", "-0.005")] == [Decimal("0.01"), Decimal("-0.01")]
    assert half_up(Decimal("0.0005"), "KWD") == Decimal("0.001")
    assert half_up(Decimal("0.5"), "JPY") == 1
