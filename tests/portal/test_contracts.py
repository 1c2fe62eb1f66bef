"""What a company has agreed, as its people read it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Customer, LegalEntity
from portal.contracts import hours_of
from sla.models import Contract
from tests.conftest import Cast
from tests.portal.conftest import open_portal, visitor


@pytest.mark.parametrize(
    ("weekly", "words"),
    [
        ({str(day): [["08:00", "16:00"]] for day in range(5)}, ["Mon-Fri 08:00-16:00"]),
        ({str(day): [["00:00", "00:00"]] for day in range(7)}, ["Mon-Sun round the clock"]),
        (
            {"0": [["08:00", "12:00"], ["13:00", "16:00"]], "2": [["22:00", "06:00"]]},
            ["Mon 08:00-12:00, 13:00-16:00", "Wed 22:00-06:00"],
        ),
        ({}, []),
    ],
)
def test_hours_of_a_week_are_said_shortly(weekly: dict[str, list[list[str]]], words: list[str]) -> None:
    assert hours_of(weekly) == words


@pytest.mark.django_db
def test_the_contracts_of_ones_company_are_shown_and_no_other(acme: Cast) -> None:
    open_portal(acme)
    with acme.scope():
        other = Customer.objects.create(name="Muu Oy", country="FI", office=acme.office, language="fi")
        today, entity = timezone.localdate(), LegalEntity.objects.get()
        runs = {"policy": acme.desk.policy, "legal_entity": entity, "starts_on": today - timedelta(days=9)}
        Contract.objects.create(number="K-1", customer=acme.customer, **runs)
        Contract.objects.create(number="K-OVER", customer=acme.customer, ends_on=today - timedelta(days=1), **runs)
        Contract.objects.create(number="K-OTHER", customer=other, **runs)

    page = visitor(acme).get("/portal/me/").content.decode()

    assert "K-1" in page
    assert "Europe/Helsinki" in page
    assert "K-OVER" not in page
    assert "K-OTHER" not in page
