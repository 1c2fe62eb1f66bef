"""Calendars, promises and contracts on their pages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Office
from sla.business_time import NextBusinessDay
from sla.ladder import DEFAULT, read
from sla.log import Reopening, StatusClass
from sla.models import Calendar, Contract, Policy
from sla.services.promises import rules_of
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.conftest import Cast

FRIDAY = 4


def calendar_data(**more: object) -> dict[str, object]:
    return {"name": "Night desk", "time_zone": "Europe/Helsinki", "day0": "8-12, 13-16", "day4": "22-6"} | more


def test_a_calendar_is_typed_as_text(acme: Cast) -> None:
    added = new_actions(acme, lambda: acme.client("ada").post(reverse("sla:calendar_add"), calendar_data()))
    assert added == ["calendar.added"]
    with acme.scope():
        version = Calendar.objects.get(name="Night desk").current
        assert version.weekly == {"0": [["08:00", "12:00"], ["13:00", "16:00"]], "4": [["22:00", "06:00"]]}
    page = words(acme.client("ada").get(reverse("sla:calendar", args=[version.calendar_id])))
    assert 'value="08:00-12:00, 13:00-16:00"' in page
    assert page.count('<rect class="open"') == 4  # the night shift stands on two days


@pytest.mark.parametrize(
    ("field", "value"),
    [("day0", "12-8-9"), ("day6", "8-12, 11-13"), ("time_zone", "Moon/Base"), ("name", "Office hours"), ("name", "")],
)
def test_what_a_calendar_cannot_be(acme: Cast, field: str, value: str) -> None:
    answer = acme.client("ada").post(reverse("sla:calendar_add"), calendar_data(**{field: value}))
    assert answer.status_code == 422
    assert list(form_of(answer).errors) == [field]
    assert value in words(answer)


def test_a_change_makes_the_next_version_and_keeps_the_special_days(acme: Cast) -> None:
    calendar = acme.desk.calendar
    before = calendar.current.exceptions
    url = reverse("sla:calendar", args=[calendar.pk])
    acme.client("ada").post(url, calendar_data(name=calendar.name))
    with acme.scope():
        calendar.refresh_from_db()
        assert (calendar.current.number, calendar.current.exceptions) == (2, before)


def lines_of(page: Any) -> list[dict[str, Any]]:
    return [dict(form.initial) for form in page.context["days"] if form.initial]


def posted_lines(lines: list[dict[str, Any]], **more: object) -> dict[str, object]:
    data: dict[str, object] = {"form-INITIAL_FORMS": len(lines), "form-TOTAL_FORMS": len(lines) + 3}
    for number, line in enumerate(lines):
        data |= {f"form-{number}-day": line["day"], f"form-{number}-name": line["name"], f"form-{number}-keep": "on"}
        data |= {f"form-{number}-open": ", ".join("-".join(pair) for pair in line["open"])}
    return data | more


def test_holidays_are_proposed_confirmed_and_changed_by_line(acme: Cast) -> None:
    year = timezone.localdate().year + 3
    client, calendar = acme.client("ada"), acme.desk.calendar
    url = reverse("sla:special_days", args=[calendar.pk, year])
    lines = lines_of(client.get(url))
    assert all(line["proposed"] for line in lines)
    eve = next(number for number, line in enumerate(lines) if line["day"] == f"{year}-12-24")
    data = posted_lines(lines, **{f"form-{eve}-open": "8-12", f"form-{len(lines)}-day": f"{year}-07-01"})
    data[f"form-{len(lines)}-name"] = "Stocktaking"
    del data["form-0-keep"]
    assert new_actions(acme, lambda: client.post(url, data)) == ["calendar.changed"]
    with acme.scope():
        calendar.refresh_from_db()
        days = {day: entry for day, entry in calendar.current.exceptions.items() if day.startswith(str(year))}
    assert days[f"{year}-12-24"]["open"] == [["08:00", "12:00"]]
    assert days[f"{year}-07-01"] == {"name": "Stocktaking", "open": []}
    assert lines[0]["day"] not in days
    assert len(days) == len(lines)
    confirmed = [line for line in lines_of(client.get(url)) if not line["proposed"]]
    assert len(confirmed) == len(lines)


def test_special_days_that_cannot_be(acme: Cast) -> None:
    year = timezone.localdate().year + 3
    url = reverse("sla:special_days", args=[acme.desk.calendar.pk, year])
    lines = lines_of(acme.client("ada").get(url))
    data, new = posted_lines(lines), len(lines)
    for day, hours in [(f"{year + 1}-01-01", ""), (f"{year}-01-01", "8-"), ("soon", "")]:
        answer = acme.client("ada").post(url, data | {f"form-{new}-day": day, f"form-{new}-open": hours})
        assert answer.status_code == 422
        assert "help err" in words(answer)
    twice = data | {f"form-{new}-day": f"{year}-01-02", f"form-{new + 1}-day": f"{year}-01-02"}
    assert "This day is here twice." in words(acme.client("ada").post(url, twice))
    assert acme.client("ada").get(reverse("sla:special_days", args=[acme.desk.calendar.pk, 9999])).status_code == 404


def policy_data(cast: Cast, **more: object) -> dict[str, object]:
    facts = {"name": "Gold", "calendar": cast.desk.calendar.pk}
    facts |= {"reopening": "continue", "on_change": "carry", "merging": "earliest", "pauses": ["waiting_requester"]}
    return facts | {"urgent_first_response": "30 min", "urgent_resolution": "1 h 30 min"} | more


def test_promises_are_typed_with_their_unit(acme: Cast) -> None:
    client = acme.client("ada")
    assert new_actions(acme, lambda: client.post(reverse("sla:policy_add"), policy_data(acme))) == ["policy.added"]
    with acme.scope():
        version = Policy.objects.get(name="Gold").current
        assert version.targets == {"urgent": {"first_response": 30, "resolution": 90}}
        assert read(version.steps) == DEFAULT
    assert 'value="1 h 30 min"' in words(client.get(reverse("sla:policy", args=[version.policy_id])))


def test_one_policy_holds_for_all(acme: Cast) -> None:
    acme.client("ada").post(reverse("sla:policy_add"), policy_data(acme, for_all="on"))
    with acme.scope():
        assert [policy.name for policy in Policy.objects.filter(is_default=True)] == ["Gold"]


def test_promises_that_few_make_and_what_stops_their_clock(acme: Cast) -> None:
    dated = {
        "next_day_priorities": ["urgent"],
        "next_day_days": "1",
        "next_day_by": "12:00",
        "next_day_cutoff": "15:00",
    }
    more = {"urgent_restore": "1 h", "reopening": "restart", "phone_responds": "on", "pauses": ["scheduled"]}
    client = acme.client("ada")
    client.post(reverse("sla:policy_add"), policy_data(acme, **dated, **more))
    with acme.scope():
        version = Policy.objects.get(name="Gold").current
        assert version.targets == {"urgent": {"restore": 60, "first_response": 30, "resolution": 90}}
        rules, none = rules_of(version.pk, 1, "urgent"), rules_of(version.pk, 1, "low")
        assert (rules.nbd, none.nbd) == (NextBusinessDay(1, 12 * 60, 15 * 60), None)
        assert (rules.pauses, rules.reopening) == ({StatusClass.SCHEDULED}, Reopening.RESTART)
        assert rules.phone_call_responds
        assert not rules.first_response_pauses
    url = reverse("sla:policy", args=[version.policy_id])
    shown = form_of(client.get(url))
    again = {name: value for name in shown.fields if (value := shown[name].value()) not in (None, False)}
    client.post(url, again | {name: shown[name].value() for name in ("next_day_by", "next_day_cutoff")})
    with acme.scope():
        assert Policy.objects.get(name="Gold").current == version
    missing = client.post(url, policy_data(acme, next_day_priorities=["low"], next_day_days="1", next_day_by="12:00"))
    assert list(form_of(missing).errors) == ["next_day_cutoff"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("low_resolution", "90"), ("name", "Standard")],
)
def test_what_promises_cannot_be(acme: Cast, field: str, value: str) -> None:
    answer = acme.client("ada").post(reverse("sla:policy_add"), policy_data(acme, **{field: value}))
    assert answer.status_code == 422
    assert list(form_of(answer).errors) == [field]
    assert value in words(answer)


def contract_data(cast: Cast, **more: object) -> dict[str, object]:
    facts = {"number": "K-1", "customer": cast.customer.pk, "legal_entity": cast.office.legal_entity_id}
    return facts | {"policy": cast.desk.policy.pk, "starts_on": "2026-01-01", "ends_on": "2026-12-31"} | more


def test_a_contract_has_a_number_once_and_ends_after_its_start(acme: Cast) -> None:
    client, url = acme.client("liisa"), reverse("sla:contract_add")
    assert new_actions(acme, lambda: client.post(url, contract_data(acme))) == ["contract.added"]
    double = client.post(url, contract_data(acme))
    assert form_of(double).errors == {"number": ["There is one with this already."]}
    nowhere = client.post(url, contract_data(acme, number="K-2", contact_name="Cecilia"))
    assert form_of(nowhere).errors == {"contact_email": ["Write the address that reminders go to."]}
    backwards = client.post(url, contract_data(acme, number="K-2", ends_on="2025-12-31"))
    assert form_of(backwards).errors == {"ends_on": ["The end lies before the start."]}


@pytest.mark.django_db(transaction=True)
def test_lists_cost_the_same_with_thirty_rows(acme: Cast) -> None:
    client = acme.client("ada")
    facts = {"legal_entity_id": acme.office.legal_entity_id, "policy": acme.desk.policy, "starts_on": "2026-01-01"}
    with acme.scope():
        Contract.objects.create(number="K-000", customer=acme.customer, **facts)
    pages = [reverse("sla:contracts"), reverse("sla:calendars"), reverse("sla:policies")]
    client.get(pages[0])
    few = [statements(lambda url=url: client.get(url)) for url in pages]
    with acme.scope():
        for number in range(30):
            Contract.objects.create(number=f"K-1{number:02}", customer=acme.customer, **facts)
            Calendar.objects.create(name=f"C{number}", current=acme.desk.calendar.current, office=acme.office)
            Policy.objects.create(name=f"P{number}", current=acme.desk.policy.current)
    assert [statements(lambda url=url: client.get(url)) for url in pages] == few


def test_a_regions_holidays_and_eves_are_proposed_and_remembered(acme: Cast) -> None:
    year = timezone.localdate().year + 3
    client, calendar = acme.client("ada"), acme.desk.calendar
    url = reverse("sla:special_days", args=[calendar.pk, year])
    with acme.scope():
        Office.objects.update(country="DE")

    def proposed(**asked: str) -> set[str]:
        return {str(line["day"]) for line in lines_of(client.get(url, asked))}

    assert f"{year}-01-06" not in proposed()
    assert f"{year}-01-06" in proposed(propose="1", region="BY")
    assert proposed(propose="1", region="ZZ") == proposed()

    lines = lines_of(client.get(url, {"propose": "1", "region": "BY"}))
    client.post(url, posted_lines(lines) | {"propose": "1", "region": "BY"})

    with acme.scope():
        calendar.refresh_from_db()
        assert (calendar.region, f"{year}-01-06" in calendar.current.exceptions) == ("BY", True)
        Office.objects.update(country="FI")
    assert f"{year}-12-24" in proposed(propose="1", eves="on")
    other = reverse("sla:special_days", args=[calendar.pk, year + 1])
    assert any(
        line["day"] == f"{year + 1}-12-24" for line in lines_of(client.get(other, {"propose": "1", "eves": "on"}))
    )
    assert all(line["day"] != f"{year + 1}-12-24" for line in lines_of(client.get(other, {"propose": "1"})))


@pytest.mark.parametrize(("month", "warned"), [(10, False), (11, True), (12, True)])
def test_a_year_that_runs_out_of_holidays_warns_admins_from_november(acme: Cast, month: int, warned: bool) -> None:
    with acme.scope():
        version = acme.desk.calendar.current
        version.exceptions = {"2026-12-25": {"name": "joulupäivä", "open": []}}
        version.save()
    with time_machine.travel(datetime(2026, month, 15, 9, tzinfo=UTC)):
        told = words(acme.client("ada").get(reverse("tickets:home"), follow=True))
        other = words(acme.client("aino").get(reverse("tickets:home"), follow=True))

    assert ("There are no holidays yet in" in told) is warned
    assert (reverse("sla:special_days", args=[acme.desk.calendar.pk, 2027]) in told) is warned
    assert "There are no holidays yet" not in other


def test_a_calendar_that_has_next_years_days_or_never_had_any_is_silent(acme: Cast) -> None:
    for days in ({}, {"2026-12-25": {"name": "", "open": []}, "2027-01-01": {"name": "", "open": []}}):
        with acme.scope():
            version = acme.desk.calendar.current
            version.exceptions = days
            version.save()
        cache.clear()
        with time_machine.travel(datetime(2026, 11, 15, 9, tzinfo=UTC)):
            assert "There are no holidays yet" not in words(acme.client("ada").get(reverse("sla:calendars")))


def test_holidays_that_are_not_asked_for_any_more_are_unticked(acme: Cast) -> None:
    year = timezone.localdate().year + 3
    client, eve = acme.client("ada"), f"{year}-12-24"
    url = reverse("sla:special_days", args=[acme.desk.calendar.pk, year])
    client.post(url, posted_lines(lines_of(client.get(url))) | {"propose": "1", "eves": "on"})

    def ticked(**asked: str) -> dict[str, bool]:
        return {str(line["day"]): line["keep"] for line in lines_of(client.get(url, asked))}

    assert all(ticked().values())
    assert all(ticked(propose="1", eves="on").values())
    without = ticked(propose="1")
    unticked = [day for day, keep in without.items() if not keep]
    midsummer = next(day for day in unticked if "-06-" in day)
    assert unticked == [midsummer, eve]
    assert date.fromisoformat(midsummer).weekday() == FRIDAY
