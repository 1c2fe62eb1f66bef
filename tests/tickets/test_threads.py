"""Signed addresses and Message-IDs: found again as mail programs write them, and forged by nobody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tenant
from tickets import threads

IDS = st.integers(1, 10**12)
DESK = "support@acme.example"


@given(IDS, IDS)
def test_a_reply_address_leads_back_to_its_ticket(tenant_id: int, ticket_id: int) -> None:
    address = threads.reply_address(tenant_id, ticket_id, DESK)

    assert threads.ticket_of_address(tenant_id, address) == ticket_id
    assert threads.ticket_of_address(tenant_id, address.upper()) == ticket_id
    assert threads.ticket_of_address(tenant_id, f"Acme <{address}>") == ticket_id
    assert threads.plain_address(address) == DESK
    # RFC 5321: a local part holds 64 octets.
    assert len(address.partition("@")[0]) <= 64


@given(IDS, IDS)
def test_a_message_id_leads_back_to_its_ticket(tenant_id: int, ticket_id: int) -> None:
    one, other = (threads.make_message_id(tenant_id, ticket_id, DESK) for _ in range(2))

    assert one != other
    assert one.endswith("@acme.example")
    assert threads.ticket_of_message_id(tenant_id, one) == ticket_id


@given(IDS, IDS)
def test_another_tenants_signature_is_worth_nothing(tenant_id: int, ticket_id: int) -> None:
    address = threads.reply_address(tenant_id, ticket_id, DESK)
    message_id = threads.make_message_id(tenant_id, ticket_id, DESK)

    assert threads.ticket_of_address(tenant_id + 1, address) is None
    assert threads.ticket_of_message_id(tenant_id + 1, message_id) is None


@given(IDS, st.data())
def test_one_changed_letter_is_no_signature(ticket_id: int, data: st.DataObject) -> None:
    address = threads.reply_address(7, ticket_id, DESK)
    place = data.draw(st.integers(len("support+t"), address.index("@") - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567-0189"))
    forged = address[:place] + letter + address[place + 1 :]

    assert threads.ticket_of_address(7, forged) == (ticket_id if forged == address else None)


def test_the_next_ticket_needs_a_signature_of_its_own() -> None:
    address = threads.reply_address(7, 41, DESK)
    message_id = threads.make_message_id(7, 41, DESK)

    assert threads.ticket_of_address(7, address.replace("+t41-", "+t42-")) is None
    assert threads.ticket_of_message_id(7, message_id.replace("41.", "42.", 1)) is None
    nonce = message_id.split(".")[1]
    assert threads.ticket_of_message_id(7, message_id.replace(nonce, nonce[::-1])) is None


def test_an_address_s_signature_does_not_make_a_message_id() -> None:
    signed = threads.reply_address(7, 41, DESK).partition("-")[2].partition("@")[0]

    assert threads.ticket_of_message_id(7, f"41.nonce-nonce.{signed}@acme.example") is None


def test_another_key_signs_differently(settings: Any) -> None:
    address = threads.reply_address(7, 41, DESK)
    settings.VASTE_DATA_KEY = "another"

    assert threads.ticket_of_address(7, address) is None


@pytest.mark.parametrize(
    "address", ["", "support@acme.example", "support+t@acme.example", "a+t1-x@y", "+t" + "9" * 40]
)
def test_other_addresses_lead_nowhere(address: str) -> None:
    assert threads.ticket_of_address(7, address) is None


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[SYS-1042] Lift", 1042),
        ("VS: Re: [SYS-1042] Lift", 1042),
        ("[SYS-1042][SYS-1043]", 1042),
        ("SYS-1042", None),
        ("[SYS-]", None),
        ("[ABC-1042] Lift", None),
        ("[SYS-" + "9" * 30 + "]", None),
    ],
)
def test_the_subjects_tag(subject: str, number: int | None) -> None:
    assert threads.number_in_subject(Tenant(subject_prefix="SYS"), subject) == number


def test_a_tagged_subject_can_be_read_again() -> None:
    tenant = Tenant(subject_prefix="ABC")

    assert threads.tagged_subject(tenant, 1042, "Lift") == "[ABC-1042] Lift"
    assert threads.number_in_subject(tenant, threads.tagged_subject(tenant, 1042, "Lift")) == 1042
