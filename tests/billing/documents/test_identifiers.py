"""Check digits: published vectors, then that every single wrong digit is seen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from billing.documents.barcode import Slip, read_barcode, virtual_barcode
from billing.documents.identifiers import (
    creditor_reference,
    grouped,
    is_bic,
    is_business_id,
    is_creditor_reference,
    is_iban,
    is_leitweg_id,
    is_mail_address,
    is_national_reference,
    is_ovt,
    is_registered,
    is_vat_number,
    national_reference,
)

ACCOUNT = "FI3715903000000776"
bodies = st.integers(min_value=100, max_value=10**19 - 1).map(str)


def test_the_published_references_come_out():
    assert national_reference("1234561") == "12345614"
    assert creditor_reference("11112") == "RF9811112"
    assert grouped("12345614") == "123 45614"
    assert grouped("RF9811112") == "RF98 1111 2"


@given(bodies)
def test_a_reference_made_is_a_reference(body):
    reference = national_reference(body)
    creditor = creditor_reference(reference)

    assert is_national_reference(reference)
    assert is_creditor_reference(creditor)
    assert iso11649.is_valid(creditor)
    assert "".join(grouped(reference).split()) == reference


@given(bodies, st.data())
def test_one_wrong_digit_is_always_seen(body, data):
    reference = national_reference(body)
    at = data.draw(st.integers(0, len(reference) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[at]]))
    wrong = reference[:at] + other + reference[at + 1 :]

    assert not is_national_reference(wrong)
    assert not is_creditor_reference(creditor_reference(reference)[:4] + wrong)


@pytest.mark.parametrize("body", ["12", "", "12a4", "1" * 20, "000"])
def test_nothing_else_is_made_a_reference(body):
    with pytest.raises(ValueError, match="digits"):
        national_reference(body)


@pytest.mark.parametrize("reference", ["", "1" * 22, "ÄÖ"])
def test_nothing_else_is_made_a_creditor_reference(reference):
    with pytest.raises(ValueError, match="creditor"):
        creditor_reference(reference)


def test_the_published_barcodes_come_out():
    fourth = virtual_barcode(ACCOUNT, Decimal("12.25"), "11112", date(2016, 12, 21))
    fifth = virtual_barcode(ACCOUNT, Decimal("1.10"), "RF9811112", date(2017, 1, 1))

    assert fourth == "437159030000007760000122500000000000000000011112161221"
    assert fifth == "537159030000007760000011098000000000000000011112170101"
    assert read_barcode(fourth) == Slip(ACCOUNT, Decimal("12.25"), "11112", "161221")
    assert read_barcode(fifth) == Slip(ACCOUNT, Decimal("1.1"), "RF9811112", "170101")


@pytest.mark.parametrize(
    ("amount", "written"),
    [("999999.99", "99999999"), ("1000000", "00000000"), ("0", "00000000"), ("0.01", "00000001")],
)
def test_a_sum_too_large_for_the_barcode_is_left_to_the_payer(amount, written):
    digits = virtual_barcode(ACCOUNT, Decimal(amount), "11112", None)

    assert digits[17:25] == written
    assert (len(digits), digits[-6:]) == (54, "000000")


@pytest.mark.parametrize(
    ("iban", "amount", "reference"),
    [
        ("DE89370400440532013000", "1", "11112"),
        ("FI3715903000000777", "1", "11112"),
        (ACCOUNT, "-1", "11112"),
        (ACCOUNT, "1.001", "11112"),
        (ACCOUNT, "1", "11113"),
        (ACCOUNT, "1", "RF18539007547034X"),
    ],
)
def test_no_barcode_is_made_of_what_is_not_sound(iban, amount, reference):
    with pytest.raises(ValueError, match="virtual barcode"):
        virtual_barcode(iban, Decimal(amount), reference, None)


@pytest.mark.parametrize("digits", ["", "4", "6" + "1" * 53, "4" + "1" * 54, "4" + "x" * 53])
def test_other_digits_are_no_barcode(digits):
    assert read_barcode(digits) is None


@given(bodies, st.decimals(0, "999999.99", places=2), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_barcode_is_read_back(body, amount, due):
    reference = national_reference(body)
    slip = read_barcode(virtual_barcode(ACCOUNT, amount, reference, due))

    assert slip == Slip(ACCOUNT, amount, reference, f"{due:%y%m%d}")


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (is_iban, "FI2112345600000785", ["FI2112345600000758", "FI21 1234 5600 0007 85", "fi2112345600000785", ""]),
        (is_iban, "DE89370400440532013000", ["DE8937040044053201300", "DE89370400440532013001"]),
        (is_bic, "NDEAFIHH", ["NDEAFIH", "NDEA1IHH", "ndeafihh", "NDEAFIHH1"]),
        (is_business_id, "2077474-0", ["2077474-1", "20774740", "2077474-", "FI20774740"]),
        (is_ovt, "003720774740", ["003720774741", "003820774740", "00372077474", "003720774740TOOLONG"]),
        (is_ovt, "003720774740AB1", ["003720774740-1"]),
        (is_vat_number, "FI20774740", ["FI20774741", "20774740", "FI2077474-0", "FI 20774740"]),
        (is_vat_number, "DE136695976", ["DE136695967", "DE13669597"]),
        (is_vat_number, "EE100931558", ["EE100931559"]),
        (is_vat_number, "EL094259216", ["EL094259217"]),
        (is_vat_number, "NO923609016MVA", ["NO 923609016", ""]),
        (is_leitweg_id, "04011000-12345-03", ["04011000-12345-30", "04011000", "04011000-12345-3"]),
        (is_mail_address, "a.b@example.fi", ["a@@b.fi", "a b@c.fi", "@b.fi", "a@b", "a.@b.fi"]),
    ],
)
def test_identifiers_are_told_from_misprints(check, right, wrong):
    assert check(right)
    assert [text for text in wrong if check(text)] == []


@pytest.mark.parametrize(
    ("scheme", "right", "wrong"),
    [
        ("0216", "003720774740", "003720774741"),
        ("0212", "2077474-0", "20774740"),
        ("0213", "FI20774740", "FI20774741"),
        ("9930", "DE136695976", "DE136695967"),
        ("0088", "7300010000001", "7300010000002"),
        ("0060", "123456789", "12345678"),
        ("0191", "12345678", "1234567"),
        ("0192", "923609016", "923609017"),
        ("0007", "5567037485", "5567037486"),
        ("0184", "DK13585628", "13585627"),
        ("0204", "04011000-12345-03", "04011000-12345-30"),
        ("0199", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"),
        ("EM", "a@b.fi", "a.b.fi"),
        ("0151", "51824753556", " "),
    ],
)
def test_an_address_is_one_of_its_register(scheme, right, wrong):
    assert is_registered(right, scheme)
    assert not is_registered(wrong, scheme)
