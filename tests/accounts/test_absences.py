"""Absences: planned by oneself and by leads, in the days of one's own office; who is reachable meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.errors import AbsenceOver, AbsencesOverlap
from accounts.models import Absence, AuditEntry, Membership, Office
from accounts.services import absences
from accounts.services.absences import reachable
from accounts.services.tenants import end_membership
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.house.conftest import Statements

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def away(cast: Cast, who: str, substitute: str = "", **more: Any) -> Absence:
    """Of that Monday, unless said otherwise."""
    days = {"starts_on": MONDAY, "ends_on": MONDAY} | more
    stand_in = cast.members[substitute] if substitute else None
    return absences.plan(cast.members[who], substitute=stand_in, by=cast.actor(who), **days)


def names(members: list[Membership]) -> list[str]:
    return [member.name.split()[0] for member in members]


def test_whoever_is_away_is_replaced_in_order_and_nobody_comes_twice(acme: Cast) -> None:
    with acme.scope():
        away(acme, "konsta", "liisa")
        away(acme, "aino", "konsta")
        away(acme, "fiona")
        given = [acme.members[name] for name in ("aino", "fiona", "ada", "liisa", "konsta")]

        assert names(reachable(given, at=NOON)) == ["Liisa", "Ada"]
        assert names(reachable(given, at=NOON + timedelta(days=2))) == ["Aino", "Fiona", "Ada", "Liisa", "Konsta"]


def test_two_who_stand_in_for_each_other_leave_nobody(acme: Cast) -> None:
    with acme.scope():
        away(acme, "konsta", "liisa")
        away(acme, "liisa", "konsta")

        assert reachable([acme.konsta, acme.liisa], at=NOON) == []


def test_it_is_one_query_however_many(acme: Cast) -> None:
    with acme.scope():
        away(acme, "konsta", "liisa")
        statements = Statements()
        with connection.execute_wrapper(statements):
            assert names(reachable(list(acme.members.values()), at=NOON)) == ["Ada", "Liisa", "Aino", "Fiona"]
            assert [reachable([])] == [[]]
            found = reachable([acme.konsta], at=NOON)
            assert (found[0].email, found[0].office.name) == ("liisa@acme.example", "Acme")
        assert len(statements.counted) == 2


def test_a_day_begins_at_midnight_of_the_members_office(acme: Cast) -> None:
    """Konsta is in Auckland, 13 hours ahead; the server and everybody else are not."""
    with acme.scope():
        there = Office.objects.get()
        there.pk, there.name, there.time_zone = None, "Auckland", "Pacific/Auckland"
        there.save()
        acme.konsta.office = there
        acme.konsta.save(update_fields=["office"])
        row = away(acme, "konsta", "liisa")
        begins, ends = (datetime(2026, 11, day, 11, 0, tzinfo=UTC) for day in (22, 23))
        assert (row.begins_at, row.over_at) == (begins, ends)
        minute = timedelta(minutes=1)
        for at, who in {begins - minute: "Konsta", begins: "Liisa", ends - minute: "Liisa", ends: "Konsta"}.items():
            assert names(reachable([acme.konsta], at=at)) == [who], at


def test_a_stand_in_who_has_left_is_nobody(acme: Cast) -> None:
    with acme.scope():
        away(acme, "konsta", "liisa")
        end_membership(acme.liisa, by=acme.actor("ada"))

        assert reachable([acme.konsta], at=NOON) == []


def test_absences_of_one_member_share_no_day(acme: Cast) -> None:
    with acme.scope():
        first = away(acme, "konsta", ends_on=MONDAY + timedelta(days=4))
        for days in ({"starts_on": MONDAY + timedelta(days=4), "ends_on": None}, {"starts_on": date(2026, 1, 1)}):
            with pytest.raises(AbsencesOverlap):
                away(acme, "konsta", **days)
        away(acme, "aino")
        later = away(acme, "konsta", starts_on=MONDAY + timedelta(days=5), ends_on=None)
        with pytest.raises(AbsencesOverlap):
            absences.change(first, ends_on=None, by=acme.actor("konsta"), at=NOON)
        # Who came back early is free to go again.
        absences.end(later, by=acme.actor("konsta"), at=NOON + timedelta(days=7))
        away(acme, "konsta", starts_on=MONDAY + timedelta(days=7), ends_on=None)


def test_each_step_is_audited_once(acme: Cast) -> None:
    by = acme.actor("konsta")
    with acme.scope():
        row = away(acme, "konsta", "liisa")
        absences.change(row, note="Call me", ends_on=MONDAY + timedelta(days=1), by=by, at=NOON)
        absences.change(row, note="Call me", by=by, at=NOON)
        absences.end(row, by=by, at=NOON)
        with pytest.raises(AbsenceOver):
            absences.end(row, by=by, at=NOON)
        absences.end(away(acme, "konsta", starts_on=date(2100, 1, 1), ends_on=None), by=by)
        entries = AuditEntry.objects.filter(action__startswith="absence").order_by("pk")

        assert [entry.action.partition(".")[2] for entry in entries] == [
            *("planned", "changed", "ended", "planned", "withdrawn")
        ]
        assert entries[1].data["fields"] == ["ends_on", "note"]
        assert [row.ended_at for row in Absence.objects.all()] == [NOON]


def test_another_tenants_absences_are_not_seen(acme: Cast, globex: Cast) -> None:
    with acme.scope():
        row = away(acme, "konsta", "liisa")
    with globex.scope():
        assert Absence.objects.away(NOON) == {}
    assert globex.client("greta").get(reverse("accounts:absence", args=[row.pk])).status_code == 404
    assert globex.client("greta").get(reverse("tickets:handover", args=[acme.konsta.pk])).status_code == 404


# The pages.
def coming(**more: Any) -> dict[str, Any]:
    return {"starts_on": "2100-01-04", "ends_on": "2100-01-08", "substitute": "", "note": ""} | more


def test_a_consultant_plans_changes_and_withdraws_their_own(acme: Cast) -> None:
    client, liisa = acme.client("konsta"), acme.liisa.pk
    client.post(reverse("accounts:my_absence_add"), coming(substitute=liisa, note="On the lake"))
    page = words(client.get(reverse("accounts:my_absences")))
    assert "Liisa Lead" in page
    assert "On the lake" in page
    with acme.scope():
        row = Absence.objects.get(member=acme.konsta, substitute=acme.liisa)
    url = reverse("accounts:absence", args=[row.pk])
    assert client.post(url, coming(ends_on="", substitute=liisa)).status_code == 302
    with acme.scope():
        assert Absence.objects.get().ends_on is None
    client.post(reverse("accounts:absence_end", args=[row.pk]))
    with acme.scope():
        assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (lambda cast: coming(ends_on="2100-01-01"), "ends_on"),
        (lambda cast: coming(starts_on="2020-01-01", ends_on="2020-01-02"), "ends_on"),
        (lambda cast: coming(substitute=cast.konsta.pk), "substitute"),
        (lambda cast: coming(substitute=cast.fiona.pk), "substitute"),
        (lambda cast: coming(starts_on="2100-02-01", ends_on=""), "starts_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    acme: Cast, values: Callable[[Cast], dict[str, Any]], field: str
) -> None:
    with acme.scope():
        away(acme, "konsta", starts_on=date(2100, 2, 10), ends_on=None)
    answer = acme.client("konsta").post(reverse("accounts:my_absence_add"), values(acme))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_leads_plan_for_anybody_and_others_only_for_themselves(acme: Cast) -> None:
    url = reverse("accounts:absence_add")
    assert acme.client("aino").get(url).status_code == 403
    data = coming(member=acme.fiona.pk, substitute=acme.aino.pk, starts_on=f"{timezone.localdate()}")
    assert acme.client("liisa").post(url, data).status_code == 302
    with acme.scope():
        row = Absence.objects.get(member=acme.fiona)
    own = reverse("accounts:absence", args=[row.pk])
    assert {who: acme.client(who).get(own).status_code for who in ("ada", "fiona", "aino", "konsta")} == {
        "ada": 200,
        "fiona": 200,
        "aino": 403,
        "konsta": 403,
    }
    assert "stands in" in words(acme.client("ada").get(reverse("accounts:people")))
    # It has begun, so it ends instead of never having been.
    acme.client("liisa").post(reverse("accounts:absence_end", args=[row.pk]))
    with acme.scope():
        assert row.refreshed().ended_at is not None
    assert acme.client("ada").get(own).status_code == 404
