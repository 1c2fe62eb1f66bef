"""Rules asked of documents as values: random sums, rates of a day, and what no emitted file can show."""

import re
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.documents.arithmetic import line_net, summed
from billing.documents.document import Adjustment, Attachment, Identifier, Invoice, Line
from billing.documents.emitting import EMITTERS
from billing.documents.findings import Severity
from billing.documents.legal import (
    LANGUAGES,
    credit_terms,
    exemptions,
    late_interest,
    late_interest_percent,
    payment_terms,
    title,
)
from billing.documents.money import ZERO, cents, shortest
from billing.documents.soundness import findings_of
from billing.documents.xml import NotReadable, parse
from billing.rates import rates_between, rates_ever
from tests.billing.documents.demo import ASIAKAS, HUOLTO, finished, invoice, line
from tests.billing.documents.recount import recount

RATES = [("S", Decimal("25.5")), ("S", Decimal("13.5")), ("S", Decimal(10)), ("Z", ZERO), ("E", ZERO)]
prices = st.decimals("0", "9999.9999", places=4)
minutes = st.integers(min_value=0, max_value=6000).map(Decimal)


@st.composite
def lines(draw):
    made = []
    for number in range(draw(st.integers(1, 8))):
        category, rate = draw(st.sampled_from(RATES))
        per_hour = {"unit": "MIN", "base_quantity": Decimal(60), "base_unit": "MIN"} if draw(st.booleans()) else {}
        made.append(line(number + 1, "Work", draw(minutes), draw(prices), category=category, rate=rate, **per_hour))
    return tuple(made)


@given(lines(), st.decimals("0", "50", places=2), st.booleans())
@settings(max_examples=40)
def test_whatever_is_invoiced_comes_out_to_the_cent(drawn, amount, is_charge):
    category, rate = drawn[0].category, drawn[0].rate
    change = Adjustment(min(amount, drawn[0].net), is_charge=is_charge, category=category, rate=rate, reason="Cap")
    document = finished(invoice("FI26-000123", HUOLTO, ASIAKAS, drawn, "fi", adjustments=(change,)))

    assert [str(finding) for finding in findings_of(document)] == []
    for form in ("peppol", "facturx", "finvoice"):
        found = recount(EMITTERS[form](document))
        assert (found["net"], found["vat"], found["gross"]) == (
            document.totals.net, document.totals.vat, document.totals.gross,
        )  # fmt: skip


@given(lines(), st.data())
@settings(max_examples=40)
def test_a_cent_more_or_less_anywhere_is_seen(drawn, data):
    document = finished(invoice("FI26-000123", HUOLTO, ASIAKAS, drawn, "fi"))
    names = [field.name for field in fields(document.totals) if getattr(document.totals, field.name) is not None]
    name = data.draw(st.sampled_from(names))
    cent = data.draw(st.sampled_from([Decimal("0.01"), Decimal("-0.01")]))
    wrong = replace(document, totals=replace(document.totals, **{name: getattr(document.totals, name) + cent}))

    assert [finding for finding in findings_of(wrong) if finding.code.startswith("BR-CO-1")]


@given(lines(), st.data())
@settings(max_examples=40)
def test_a_line_off_by_a_cent_is_seen(drawn, data):
    at = data.draw(st.integers(0, len(drawn) - 1))
    off = (*drawn[:at], replace(drawn[at], net=drawn[at].net + Decimal("0.01")), *drawn[at + 1 :])
    document = finished(invoice("FI26-000123", HUOLTO, ASIAKAS, off, "fi"))

    caught = [item.where for item in findings_of(document) if item.code == "PEPPOL-EN16931-R120"]
    assert caught == [f"line {at + 1}"]


def test_half_a_cent_goes_away_from_nothing():
    assert [cents(Decimal(text)) for text in ("0.005", "-0.005", "1.004", "2.675")] == [
        Decimal("0.01"), Decimal("-0.01"), Decimal("1.00"), Decimal("2.68"),
    ]  # fmt: skip
    assert [shortest(Decimal(text)) for text in ("25.50", "60", "0.00", "1E+2")] == ["25.5", "60", "0", "100"]


def codes_of(document: Invoice, severity=Severity.ERROR):
    return {finding.code for finding in findings_of(document) if finding.severity is severity}


@pytest.mark.parametrize(
    ("rate", "day", "errors", "warnings"),
    [
        ("25.5", date(2024, 9, 1), set(), set()),
        ("24", date(2024, 8, 31), set(), set()),
        ("24", date(2024, 9, 1), set(), {"VASTE-RATE"}),
        ("25.5", date(2024, 8, 31), set(), {"VASTE-RATE"}),
        ("13.5", date(2026, 1, 1), set(), set()),
        ("14", date(2026, 1, 1), set(), {"VASTE-RATE"}),
        ("21", date(2026, 1, 1), {"VASTE-RATE"}, set()),
    ],
)
def test_a_rate_is_that_of_the_day_of_service(rate, day, errors, warnings):
    lines = (line(1, "Etätyö", "1", "100", rate=Decimal(rate), starts_on=day, ends_on=day),)
    document = finished(
        invoice(
            "FI26-000123", HUOLTO, ASIAKAS, lines, "fi", issued_on=day, starts_on=None, ends_on=None, delivered_on=day
        )
    )

    assert codes_of(document) == errors
    assert codes_of(document, Severity.WARNING) == warnings


def test_rates_are_known_by_country_and_time():
    assert rates_between("FI", date(2024, 8, 31), date(2024, 9, 1)) == {
        Decimal(rate) for rate in ("24", "25.5", "14", "10")
    }
    assert rates_between("DE", date(2020, 7, 1), date(2020, 12, 31)) == {Decimal(16), Decimal(5)}
    assert rates_between("US", date(2026, 1, 1), date(2026, 1, 1)) is None
    assert rates_ever("EE") == {Decimal(rate) for rate in ("20", "22", "24", "9", "13")}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tax_currency": "EUR"}, "PEPPOL-EN16931-R005"),
        ({"buyer": HUOLTO}, "VASTE-SAME-PARTY"),
        ({"delivered_on": date(2016, 11, 30)}, "VASTE-DATE"),
        ({"issued_on": date(1999, 1, 1)}, "VASTE-DATE"),
        ({"due_on": date(2028, 1, 1)}, "VASTE-DUE"),
        ({"number": " FI26-1"}, "VASTE-NUMBER"),
        ({"number": "F" * 36}, "VASTE-NUMBER"),
        ({"attachments": (Attachment("", filename="a"), Attachment("2", filename="a"))}, "BR-DE-22"),
        ({"adjustments": (Adjustment(None, category="S", rate=Decimal("25.5")),)}, "BR-31"),
        ({"adjustments": (Adjustment(Decimal(-1), category="S", rate=Decimal("25.5")),)}, "VASTE-ADJUSTMENT"),
    ],
)
def test_what_cannot_be_is_found(demo, change, code):
    assert code in codes_of(replace(demo["fi_domestic"], **change))


def test_numbers_of_two_companies_are_worth_a_look(demo):
    seller = replace(HUOLTO, vat_id="FI01120389", electronic=Identifier("003701120389", "0216"))
    warnings = findings_of(replace(demo["fi_domestic"], seller=seller))

    assert [(item.code, item.term, item.severity) for item in warnings] == [
        ("VASTE-TWO-COMPANIES", "BT-31", Severity.WARNING),
        ("VASTE-TWO-COMPANIES", "BT-34", Severity.WARNING),
    ]


def test_paid_before_is_not_asked_for_again(demo):
    totals = demo["fi_paid"].totals

    assert (totals.gross, totals.paid, totals.payable) == (Decimal("605.96"), Decimal("100.50"), Decimal("505.46"))


def test_a_net_amount_is_unknown_where_its_parts_are():
    whole = line(1, "Work", "1", "1")

    assert line_net(replace(whole, price=None)) is None
    assert line_net(replace(whole, base_quantity=ZERO)) is None
    assert summed(invoice("FI26-000123", HUOLTO, ASIAKAS, (), "fi"), {}).totals.payable == 0


@pytest.mark.parametrize("language", [*LANGUAGES, "sv"])
def test_the_law_is_said_in_each_language(language):
    said = exemptions(language)
    issued, due = date(2026, 11, 30), date(2026, 12, 14)

    assert all(len(text) <= 3 * 70 for text, _ in said.values())
    assert {category: code for category, (_, code) in said.items()} == {
        "AE": "VATEX-EU-AE", "O": "VATEX-EU-O", "G": "VATEX-EU-G", "E": "",
    }  # fmt: skip
    assert "14" in payment_terms(issued, due, language)
    assert len({title("380", language), title("381", language), title("384", language)}) == 3
    assert "FI26-1" in credit_terms("FI26-1", language)
    assert 0 < len(late_interest(language)) <= 70


def test_reverse_charge_is_said_in_the_words_that_the_law_wants():
    assert "Käännetty verovelvollisuus" in exemptions("fi")["AE"][0]
    assert "Reverse charge" in exemptions("en")["AE"][0]
    assert "Steuerschuldnerschaft des Leistungsempfängers" in exemptions("de")["AE"][0]


def test_late_interest_is_that_of_the_half_year():
    assert late_interest_percent(date(2026, 3, 1)) == Decimal("10.5")
    assert late_interest_percent(date(2026, 6, 30)) == Decimal("10.5")
    assert late_interest_percent(date(2026, 7, 1)) is None
    assert late_interest_percent(date(2020, 1, 1)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<a><b></a>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        b"<a>" * 300,
        b" " * 20_000_001,
    ],
)
def test_nothing_but_plain_xml_is_read(data):
    with pytest.raises(NotReadable):
        parse(data)


def test_every_term_is_named_by_its_number():
    """The documentation of the values is the map to the standard."""
    for kind in (Invoice, Line):
        words = set(re.findall(r"\w+", kind.__doc__))
        own = {"seller", "buyer", "lines", "vat", "totals", "payment", "adjustments", "preceding", "attachments"}
        assert {field.name for field in fields(kind)} - own <= words
