"""The gate: what each fact lacks is said once, beside its field, in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.gate import SAID, Code, missing_of_contract, missing_of_ticket, overlaps
from billing.rating.taxes import Party
from billing.rating.terms import Contract, Included, PerTicket, Terms
from billing.rating.work import Billing, Entry, Ticket

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=30)
FI = Party("FI")
TERMS = Terms(
    currency="EUR", tz="Europe/Helsinki", seller=FI, buyer=FI, valid_from=date(2026, 1, 1),
    rates={"remote": Decimal(100), "travel": Decimal(60)},
)  # fmt: skip
TICKET = Ticket(
    id="T1", status="closed", category="fault", severity="high", resolution="done", resolved_on=date(2026, 11, 18),
    received_at=NOON - timedelta(hours=1),
)  # fmt: skip
ENTRY = Entry(
    id="E1", ticket="T1", agent="Aino", work_type="remote", start=NOON, end=NOON + timedelta(hours=1),
    description="Vaihdettu levy", language="fi",
)  # fmt: skip


def codes(terms=TERMS, ticket=TICKET, entries=(ENTRY,), now=NOW):
    return [missing.code for missing in missing_of_ticket(Contract("K1", (terms,)), ticket, entries, now)]


def test_what_is_complete_lacks_nothing():
    assert codes() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "open"}, Code.TICKET_NOT_FINISHED),
        ({"category": " "}, Code.MISSING_CATEGORY),
        ({"severity": ""}, Code.MISSING_SEVERITY),
        ({"resolution": ""}, Code.MISSING_RESOLUTION),
        ({"credit_undecided": True}, Code.CREDIT_UNDECIDED),
        ({"received_at": NOON + timedelta(minutes=1)}, Code.BEFORE_RECEPTION),
    ],
)
def test_what_a_ticket_lacks(change, code):
    assert codes(ticket=replace(TICKET, **change)) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": None}, Code.MISSING_TIMES),
        ({"end": NOON}, Code.NON_POSITIVE_DURATION),
        ({"end": NOON + timedelta(hours=24, minutes=1)}, Code.TOO_LONG),
        ({"agent": ""}, Code.MISSING_AGENT),
        ({"description": ""}, Code.MISSING_DESCRIPTION),
        ({"work_type": "flying"}, Code.NO_RATE),
        ({"billing": Billing.GOODWILL}, Code.MISSING_REASON),
        ({"billing": Billing.WARRANTY, "reason": " "}, Code.MISSING_REASON),
        ({"work_type": "travel", "km": Decimal(3)}, Code.NO_KM_RATE),
    ],
)
def test_what_an_entry_lacks(change, code):
    assert codes(entries=[replace(ENTRY, **change)]) == [code]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"po_required": True}, Code.MISSING_PO),
        ({"per_ticket": PerTicket({"low": Decimal(9)})}, Code.NO_PRICE_FOR_SEVERITY),
        ({"valid_from": date(2026, 11, 18)}, Code.CONTRACT_NOT_ACTIVE),
        ({"valid_to": date(2026, 11, 16)}, Code.CONTRACT_NOT_ACTIVE),
        ({"language": "en"}, Code.MISSING_DESCRIPTION),
        ({"seller": Party("JP"), "buyer": Party("JP")}, Code.NO_TAX_RULE),
    ],
)
def test_what_a_contract_demands(terms, code):
    assert codes(replace(TERMS, **terms)) == [code]


def test_kilometres_need_a_trip():
    terms, drove = replace(TERMS, km_rate=Decimal("0.57")), replace(ENTRY, km=Decimal(20))
    trip = replace(ENTRY, id="E2", work_type="travel", start=ENTRY.end, end=ENTRY.end + timedelta(hours=1))

    assert codes(terms, entries=[drove]) == [Code.KM_WITHOUT_TRAVEL]
    assert codes(terms, entries=[drove, trip]) == []


def test_an_approver_is_needed_where_the_contract_says_so():
    free = replace(ENTRY, billing=Billing.INTERNAL, description="")
    terms = replace(TERMS, approver_required=True)

    assert codes(entries=[free]) == []
    assert codes(terms, entries=[free]) == [Code.MISSING_APPROVER]
    assert codes(terms, entries=[replace(free, approver="Liisa")]) == []


def test_work_long_after_the_solution_is_asked_about():
    late = [replace(ENTRY, start=NOON + timedelta(days=9), end=NOON + timedelta(days=9, hours=1))]

    assert codes(replace(TERMS, late_entry_days=7), entries=late) == [Code.TOO_LATE]
    assert codes(replace(TERMS, late_entry_days=8), entries=late) == []
    assert codes(entries=late) == []


def test_nothing_may_lie_ahead():
    assert codes(now=ENTRY.end) == []
    assert codes(now=ENTRY.end - timedelta(minutes=1)) == [Code.IN_FUTURE]


def test_work_that_can_cost_nothing_needs_no_rate():
    everything = replace(TERMS, rates={}, included=Included(unlimited=True))

    assert codes(everything) == []
    assert codes(replace(everything, pool_excludes=frozenset({"remote"}))) == [Code.NO_RATE]


def test_interim_billing_waits_for_no_solution():
    going_on = replace(TICKET, status="open", resolution="", resolved_on=None)

    assert codes(replace(TERMS, interim_billing=True), ticket=going_on) == []


@pytest.mark.parametrize(
    ("buyer", "found"),
    [
        (Party("DE", vat_id="DE136695976"), []),
        (Party("DE"), [Code.MISSING_BUYER_VAT_ID]),
        (Party("DE", vat_id="DE136695977"), [Code.MISSING_BUYER_VAT_ID]),
        (Party("DE", vat_id="FI20774740x"), [Code.MISSING_BUYER_VAT_ID]),
        (Party("DE", business=False), []),
        (Party("FI", vat_id="FI1"), []),
        (Party("US"), []),
        (
            Party("FI", incomplete=frozenset({"address", "einvoice_address"})),
            [Code.MISSING_ADDRESS, Code.MISSING_EINVOICE_ADDRESS],
        ),
    ],
)
def test_what_an_invoice_to_the_buyer_would_lack(buyer, found):
    assert [each.code for each in missing_of_contract(Contract("K1", (replace(TERMS, buyer=buyer),)))] == found


def test_one_person_does_one_thing_at_a_time():
    half_an_hour = timedelta(minutes=30)
    long = replace(ENTRY, id="long", end=NOON + timedelta(hours=4))
    inside = replace(ENTRY, id="inside", ticket="T2", start=NOON + half_an_hour, end=NOON + 2 * half_an_hour)
    still = replace(ENTRY, id="still", start=NOON + 6 * half_an_hour, end=NOON + 7 * half_an_hour)
    after = replace(ENTRY, id="after", start=long.end, end=long.end + half_an_hour)
    other = replace(inside, id="other", agent="Konsta")

    found = list(overlaps([after, other, still, inside, long]))
    assert [(each.ref, each.values) for each in found] == [("inside", {"other": "long"}), ("still", {"other": "long"})]
    assert str(found[0]) == "The same person has other work at this time (long)."


def test_what_was_invoiced_is_not_asked_about_again():
    invoiced = replace(ENTRY, id="E2", start=NOON + timedelta(minutes=30), invoiced=True)

    assert list(overlaps([ENTRY, invoiced])) == []
    assert [each.ref for each in overlaps([replace(ENTRY, invoiced=True), replace(invoiced, invoiced=False)])] == [
        "E2"
    ]


def test_every_code_has_a_field_and_words():
    assert set(SAID) == set(Code)
    missing = missing_of_ticket(Contract("K1", (TERMS,)), TICKET, [replace(ENTRY, description="")], NOW)[0]
    assert (missing.field, missing.ref) == ("description", "E1")
    assert str(missing) == "Say what was done, in the language of the invoice."
