"""A team lead says what a contract costs: from the preset to the sentences, changed from a day on, tried out."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.enums import Preset
from billing.models import PrepaidLot, TermsVersion
from billing.stored_terms import read
from sla.models import Contract
from tests.billing.priced import HOURLY, contract_of, cost, sides
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
# What a browser sends of a form that nobody touched beyond a preset's own fields.
UNTOUCHED = {
    "valid_from": "2026-01-01",
    "round_to": "15",
    "round_mode": "up",
    "round_scope": "entry",
    "pools": "weighted",
    "hours_night": "22-6",
    "hours_evening": "17-22",
    "hours_early": "6-8",
}


@pytest.fixture
def contract(acme: Cast) -> Contract:
    acme.tenant.billing_on = True
    acme.tenant.save()
    with acme.scope():
        sides(acme)
        return contract_of(acme)


def say(cast: Cast, contract: Contract, preset: Preset, **typed: Any) -> Any:
    path = reverse("billing:price_add", args=[contract.pk])
    return cast.client("liisa").post(path, UNTOUCHED | {"preset": preset.value} | typed)


def terms_of(cast: Cast) -> Any:
    with cast.scope():
        version = TermsVersion.objects.order_by("-number")[0]
        return read(version.data, version.currency)


@pytest.mark.parametrize(
    ("preset", "typed", "sentence"),
    [
        (Preset.FIXED_FEE, {"monthly_fee": "450", "unlimited": "on"}, "The fee covers all work."),
        (Preset.RETAINER, {"monthly_fee": "450,50", "included": "10 h", "hourly": "95"}, "450.50 € a month."),
        (Preset.PREPAID_HOURS, {"hourly": "95", "never_covered": ["travel"]}, "Never covered: Travel."),
        (Preset.TIME_AND_MATERIAL, {"hourly": "95", "km_rate": "0,57"}, "A kilometre costs 0.57 €."),
        (Preset.PER_TICKET, {"ticket_price": "60", "ticket_time": "30 min"}, "Each ticket costs 60.00 €."),
    ],
)
def test_a_preset_needs_few_figures(
    acme: Cast, contract: Contract, preset: Preset, typed: dict[str, Any], sentence: str
) -> None:
    page = acme.client("liisa").get(reverse("billing:price_add", args=[contract.pk]), {"preset": preset.value})
    assert page.status_code == 200

    answer = say(acme, contract, preset, **typed)

    assert answer.status_code == 302, answer.context["form"].errors
    shown = acme.client("fiona").get(reverse("billing:pricing", args=[contract.pk])).content.decode()
    assert sentence in shown.replace("\N{NO-BREAK SPACE}", " ")


def test_without_its_figures_nothing_is_kept(acme: Cast, contract: Contract) -> None:
    for preset in Preset:
        assert say(acme, contract, preset).status_code == 422
    assert say(acme, contract, Preset.FIXED_FEE, monthly_fee="-1").status_code == 422
    with acme.scope():
        assert not TermsVersion.objects.exists()


def test_what_was_typed_comes_back_and_the_next_version_changes_only_what_was_changed(
    acme: Cast, contract: Contract
) -> None:
    typed = {
        "monthly_fee": "450",
        "included": "2 h",
        "hourly": "100",
        "rate_onsite": "120",
        "rollover_months": "2",
        "included_bands": ["normal"],
        "band_sunday": "100",
        "band_evening": "50",
        "callout_fee": "150",
        "callout_bands": ["night"],
        "km_rate": "0.57",
        "hourly_urgent": "200",
        "cap_time": "8 h",
        "cap_money": "1000",
        "po_required": "on",
        "credit_decision": "on",
        "late_entry_days": "30",
        "prorated": "on",
        "at_least": "30 min",
    }
    assert say(acme, contract, Preset.RETAINER, **typed).status_code == 302
    first = terms_of(acme)
    assert first.rates == {"remote": Decimal(100), "onsite": Decimal(120), "travel": Decimal(100)}
    assert [(band.code, band.multiplier, band.hours) for band in first.bands] == [
        ("sunday", Decimal(2), None),
        ("evening", Decimal("1.5"), (17 * 60, 22 * 60)),
    ]
    assert (first.cap_minutes, first.rounding.minimum, first.included.rollover_months) == (480, 30, 2)

    form = acme.client("liisa").get(reverse("billing:price_add", args=[contract.pk])).context["form"]
    again = {name: form[name].value() for name in form.fields}
    sent = {
        name: form.fields[name].prepare_value(value) for name, value in again.items() if value not in (None, "", False)
    }
    answer = acme.client("liisa").post(
        reverse("billing:price_add", args=[contract.pk]),
        sent | {"preset": "retainer", "valid_from": "2026-06-01", "cap_money": "2000"},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    with acme.scope():
        before, after = TermsVersion.objects.order_by("number")
        changed = {name for name in before.data | after.data if before.data.get(name) != after.data.get(name)}
        assert changed == {"cap_money_per_run"}
        assert (after.valid_from, after.made_by) == (date(2026, 6, 1), acme.liisa)


def test_a_trial_says_what_saturday_evening_costs_and_why(acme: Cast, contract: Contract) -> None:
    bands = [{"code": "saturday", "when": {"weekdays": [5]}, "multiplier": "1.5"}]
    with acme.scope():
        cost(acme, contract, **HOURLY, bands=bands)
    asked = {"work_type": "remote", "priority": "normal", "day": "2026-11-21", "begins": "20:00", "lasts": "2 h"}
    page = acme.client("liisa").get(reverse("billing:price_trial", args=[contract.pk]), asked)
    text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "300.00 €" in text
    assert "Remote work, Saturdays" in text
    assert "count 1.5 times" in text
    assert "costs 100.00 € an hour" in text


def test_prepaid_time_is_added_and_taken_back(acme: Cast, contract: Contract) -> None:
    with acme.scope():
        cost(acme, contract, **HOURLY)
    browser, path = acme.client("fiona"), reverse("billing:lot_add", args=[contract.pk])
    bought = {"minutes": "20 h", "unit_price": "90", "sold_on": "2026-01-01", "valid_from": "2026-01-01"}
    assert browser.post(path, bought | {"expires": "2025-01-01"}).status_code == 422
    assert browser.post(path, bought).status_code == 302
    with acme.scope():
        lot = PrepaidLot.objects.get()
        assert (lot.minutes, lot.made_by) == (1200, acme.fiona)
    page = browser.get(reverse("billing:pricing", args=[contract.pk])).content.decode()
    assert page.replace("\N{NO-BREAK SPACE}", " ").count("20 h") == 2
    assert "On the next invoice" in page
    browser.post(reverse("billing:lot_withdraw", args=[lot.pk]))
    with acme.scope():
        assert not PrepaidLot.objects.standing().exists()


def test_nothing_is_there_where_billing_is_off(acme: Cast, contract: Contract) -> None:
    acme.tenant.billing_on = False
    acme.tenant.save()
    for name in ("pricing", "price_add", "price_trial", "lot_add"):
        assert acme.client("ada").get(reverse(f"billing:{name}", args=[contract.pk])).status_code == 404
    assert "/price/" not in acme.client("ada").get(reverse("sla:contract", args=[contract.pk])).content.decode()
    assert acme.client("ada").post(reverse("billing:switches"), {"billing_on": "on"}).status_code == 302
    assert acme.client("ada").get(reverse("billing:pricing", args=[contract.pk])).status_code == 200
