"""What holds for every rating, whatever the contract."""

import json
from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.credit import credited
from billing.rating.engine import rate
from billing.rating.format import read_inputs
from billing.rating.freezing import frozen
from billing.rating.pieces import rounded_minutes
from billing.rating.terms import Mode, Rounding
from billing.rating.writing import explained, written
from tests.billing import oracle
from tests.billing.drawn import cases
from tests.sla.drawn import EXAMPLES

DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
TO_THE_MINUTE = {"increment": 1, "mode": "up", "scope": "entry", "minimum": 0}


def rated(case):
    return rate(read_inputs(case))


@EXAMPLES
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_has_no_say(case, random):
    shuffled = {**case, "pools": {**case["pools"]}}
    for part in ("entries", "tickets"):
        shuffled[part] = random.sample(case[part], len(case[part]))
    shuffled["pools"]["lots"] = random.sample(case["pools"]["lots"], len(case["pools"]["lots"]))

    assert written(rated(shuffled)) == written(rated(case))
    assert explained(rated(shuffled)) == explained(rated(case))


@EXAMPLES
@given(cases())
def test_rating_twice_is_equal(case):
    assert rated(case) == rated(case)


@EXAMPLES
@given(cases())
def test_frozen_inputs_are_the_inputs(case):
    inputs = read_inputs(case)
    stored = json.dumps(frozen(inputs))

    thawed = read_inputs(json.loads(stored))
    assert (thawed.contract, thawed.run, thawed.tickets) == (inputs.contract, inputs.run, inputs.tickets)
    assert json.dumps(frozen(thawed)) == stored
    assert written(rate(thawed)) == written(rate(inputs))


@EXAMPLES
@given(cases())
def test_the_sum_of_the_lines_is_the_total(case):
    result, currency = rated(case), case["contract"]["currency"]

    def payable(amount: Fraction) -> Decimal:
        exact = Decimal(amount.numerator) / Decimal(amount.denominator)
        return exact.quantize(Decimal(1).scaleb(-DIGITS[currency]), rounding=ROUND_HALF_UP)

    for line in result.lines:
        assert line.net == payable(Fraction(line.quantity) * Fraction(line.unit_price) / line.price_base)
        assert line.unit_price >= 0
        assert line.reasons
    assert sum(line.net for line in result.lines) == result.totals.net
    assert sum(tax.base for tax in result.taxes) == result.totals.net
    assert sum(tax.amount for tax in result.taxes) == result.totals.tax
    cap = case["contract"].get("cap_money_per_run")
    assert cap is None or result.totals.net <= Decimal(cap)


@EXAMPLES
@given(cases())
def test_every_minute_stands_on_one_line(case):
    """Rounded as its scope is; where nothing is rounded, the very minutes that were worked."""
    result, inputs = rated(case), read_inputs(case)
    rounding = inputs.contract.latest.rounding
    shown = [line for line in result.lines if line.kind != "surcharge"]
    worked = Counter(
        {
            (entry.id, entry.ticket, entry.billing): entry.minutes
            for entry in inputs.entries
            if entry.billing != "internal"
        }
    )
    free = sum(minutes for (_, _, billing), minutes in worked.items() if billing != "billable")
    assert sum(line.minutes for line in shown if line.kind in ("goodwill", "warranty")) == free

    paid = [(entry, ticket, n) for (entry, ticket, billing), n in worked.items() if billing == "billable"]
    total = sum(line.minutes for line in shown) - free
    if rounding.scope == "entry":
        assert total == sum(rounded_minutes(rounding, n) for _, _, n in paid)
    if rounding.scope == "ticket":
        by_ticket = Counter()
        for _, ticket, n in paid:
            by_ticket[ticket] += n
        assert total == sum(rounded_minutes(rounding, n) for n in by_ticket.values())
    cap = case["contract"].get("cap_minutes_per_ticket")
    for name in ("T1", "T2"):
        counted = [
            line for line in shown if line.ticket == name and line.kind not in ("capped", "goodwill", "warranty")
        ]
        assert cap is None or sum(line.minutes for line in counted) <= cap


@EXAMPLES
@given(cases(rounding=TO_THE_MINUTE))
def test_bands_are_those_of_the_wall_clock(case):
    """The oracle walks minute by minute and knows nothing of calendars."""
    found = Counter()
    for line in rated(case).lines:
        if line.minutes and line.kind != "surcharge":
            found[line.ticket, line.item] += line.minutes
    expected = Counter()
    for (ticket, work_type, band, _), minutes in oracle.minutes_by_band(case).items():
        expected[ticket, f"{work_type}/{band}"] += minutes
    assert found == expected


@EXAMPLES
@given(cases())
def test_no_pool_is_overdrawn_and_every_move_shows(case):
    result, before = rated(case), read_inputs(case).balances
    moved = Counter()
    for move in result.moves:
        assert move.minutes < 0
        moved[move.pool, move.month] += move.minutes
    after = result.balances
    for lot in after.lots:
        assert lot.minutes >= 0
        start = next(each.minutes for each in before.lots if each.id == lot.id)
        assert start + moved[lot.id, None] == lot.minutes
    granted = case["contract"].get("included", {}).get("minutes", 0)
    for month, minutes in after.included.items():
        assert minutes >= 0
        assert before.included.get(month, granted) + moved["included", month] == minutes


@EXAMPLES
@given(cases())
def test_a_credit_takes_everything_back(case):
    result = rated(case)
    back = credited(result, result.balances)

    assert result.totals.gross + back.totals.gross == 0
    assert sum(line.net for line in (*result.lines, *back.lines)) == 0
    assert sum(tax.amount for tax in (*result.taxes, *back.taxes)) == 0
    given_back = {lot.id: lot.minutes for lot in back.balances.lots}
    assert given_back == {lot["id"]: lot["minutes"] for lot in case["pools"]["lots"]}
    for month, minutes in case["pools"]["included"].items():
        assert back.balances.included[month] == minutes


def one_after_another(entries):
    kept = []
    for entry in sorted(entries, key=lambda entry: entry["start"]):
        if not kept or kept[-1]["end"] <= entry["start"]:
            kept.append(entry)
    return kept


@EXAMPLES
@given(cases(rounding=TO_THE_MINUTE, pool_band_mode="surcharge_line"), st.integers(1, 399))
def test_where_an_entry_is_cut_in_two_changes_nothing(case, at):
    """Of work one after another, because pools and caps go by when an entry began.

    Pools by weight take whole minutes, rounded up for each piece, so there a cut may cost one.
    """
    case, cut = {**case, "entries": one_after_another(case["entries"])}, []
    for entry, spoken in zip(read_inputs(case).entries, case["entries"], strict=True):
        middle = (entry.start + timedelta(minutes=at)).isoformat()
        if at < entry.minutes and not entry.callout:
            cut += [{**spoken, "end": middle}, {**spoken, "start": middle, "id": f"{entry.id}b"}]
        else:
            cut.append(spoken)
    whole, parts = written(rated(case)), written(rated({**case, "entries": cut}))

    for part in ("lines", "taxes", "totals", "pools_after"):
        assert parts[part] == whole[part]


@EXAMPLES
@given(cases(rounding={"increment": 30, "mode": "up", "scope": "ticket", "minimum": 0}))
def test_rounding_never_buys_a_surcharge(case):
    """Where a ticket has an hour outside the bands, the dearer bands have just the minutes that were worked."""
    case = {**case, "contract": {**case["contract"], "rates": {"remote": "100", "travel": "100"}}}
    worked = Counter()
    for (ticket, _, band, _), minutes in oracle.minutes_by_band(
        {**case, "entries": [entry for entry in case["entries"] if entry["billing"] == "billable"]}
    ).items():
        worked[ticket, band] += minutes
    for line in rated(case).lines:
        if line.minutes and line.kind not in ("surcharge", "goodwill", "warranty"):
            worked[line.ticket, line.item.partition("/")[2]] -= line.minutes
    for (ticket, band), left in worked.items():
        assert left == 0 or band == "normal" or (ticket, "normal") not in worked


@given(st.integers(0, 2000), st.integers(1, 120), st.integers(0, 90))
def test_what_rounding_may_do(minutes, increment, minimum):
    up, down, nearest = (
        rounded_minutes(Rounding(increment, mode), minutes) for mode in (Mode.UP, Mode.DOWN, Mode.NEAREST)
    )
    assert down <= minutes <= up < minutes + increment
    assert nearest in (up, down)
    assert abs(nearest - minutes) * 2 <= increment
    assert rounded_minutes(Rounding(increment, Mode.UP, minimum=minimum), minutes) == max(up, minimum)
