"""From when to when, who pays, how far: told behind a fold, refused where it cannot be, corrected in the open."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind
from tickets.errors import WorkRefused
from tickets.forms_work import as_typed
from tickets.models import Ticket, WorkEntry, WorkType
from tickets.services import lifecycle, work
from tickets.services.work import Details

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - timedelta(days=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(YESTERDAY, datetime.min.time(), timezone.get_current_timezone()).replace(
        hour=hour, minute=minute
    )


def note(cast: Cast, ticket: Ticket, **more: Any) -> Any:
    sent = {"mode": "note", "text": "Changed the valve."} | more
    return cast.client("aino").post(f"{ticket.get_absolute_url()}write/", sent)


def only(cast: Cast) -> WorkEntry:
    with cast.scope():
        return WorkEntry.objects.get()


def test_minutes_alone_stay_as_they_were(acme: Cast) -> None:
    assert note(acme, ticket_of(acme), minutes="15").status_code == 302
    entry = only(acme)
    assert (entry.minutes, entry.timed, entry.billing, entry.kilometres) == (15, False, "billable", 0)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ({"begun": "09:00", "ended": "10:30"}, 90),
        ({"begun": "09:00", "minutes": "30"}, 30),
        ({"ended": "10:00", "minutes": "30"}, 30),
        ({"begun": "09:00", "ended": "10:00", "minutes": "5"}, 60),
    ],
)
def test_two_of_beginning_end_and_length_are_enough(acme: Cast, typed: dict[str, str], minutes: int) -> None:
    assert note(acme, ticket_of(acme), work_day=YESTERDAY.isoformat(), **typed).status_code == 302
    entry = only(acme)
    assert (entry.minutes, entry.timed) == (minutes, True)
    with timezone.override("Europe/Helsinki"):
        assert timezone.localtime(entry.ended_at).date() == YESTERDAY


def test_work_over_midnight(acme: Cast) -> None:
    day = (YESTERDAY - timedelta(days=1)).isoformat()
    assert note(acme, ticket_of(acme), work_day=day, begun="23:30", ended="00:30").status_code == 302
    assert only(acme).minutes == 60


@pytest.mark.parametrize(
    "typed",
    [
        {"begun": "09:00"},
        {"ended": "09:00"},
        {"begun": "9", "ended": "25:00"},
        {"work_day": (timezone.localdate() + timedelta(days=2)).isoformat(), "begun": "09:00", "ended": "10:00"},
        {"minutes": "10", "kilometres": "-1"},
        {"minutes": "10", "billing": "free"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(acme: Cast, typed: dict[str, str]) -> None:
    answer = note(acme, ticket_of(acme), **typed)
    assert answer.status_code == 422
    assert "Changed the valve." in answer.content.decode()
    with acme.scope():
        assert not WorkEntry.objects.exists()


def test_nobody_works_twice_at_once(acme: Cast) -> None:
    first, second = ticket_of(acme), ticket_of(acme)
    day = YESTERDAY.isoformat()
    assert note(acme, first, work_day=day, begun="09:00", ended="10:00").status_code == 302
    refused = note(acme, second, work_day=day, begun="09:59", ended="10:30")
    assert refused.status_code == 409
    assert f"{first.number}" in refused.content.decode()
    assert note(acme, second, work_day=day, begun="10:00", ended="10:30").status_code == 302
    with acme.scope():
        details = Details(ended_at=at(10, 15))
        assert work.log(second, minutes=15, by=acme.actor("liisa"), details=details).pk
        with pytest.raises(WorkRefused):
            work.log(second, minutes=600, by=acme.actor("aino"), details=Details(ended_at=at(12)))


def test_who_pays_and_the_way_there_are_kept(acme: Cast) -> None:
    said = {
        "minutes": "30",
        "done": "Changed the valve",
        "billing": "goodwill",
        "reason": "Our fault",
        "approver": str(acme.liisa.pk),
        "kilometres": "43.5",
        "called_out": "on",
    }
    assert note(acme, ticket_of(acme), **said).status_code == 302
    entry = only(acme)
    assert (entry.billing, entry.reason, entry.approver_id) == ("goodwill", "Our fault", acme.liisa.pk)
    assert (entry.kilometres, entry.called_out, entry.text) == (Decimal("43.5"), True, "Changed the valve")
    assert as_typed(entry)["billing"] == "goodwill"


def test_the_fold_is_there_only_with_billing(acme: Cast) -> None:
    ticket = ticket_of(acme)
    assert 'name="kilometres"' not in acme.client("aino").get(ticket.get_absolute_url()).content.decode()
    acme.tenant.billing_on = True
    acme.tenant.save()
    assert 'name="kilometres"' in acme.client("aino").get(ticket.get_absolute_url()).content.decode()


def test_a_correction_stands_in_the_log_even_of_a_closed_ticket(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        entry = work.log(ticket, minutes=30, by=acme.actor("aino"), text="Valve")
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
        lifecycle.close(ticket, by=acme.actor("liisa"))
        by, travel = acme.actor("liisa"), WorkType.objects.get(code="travel")
        work.correct(entry, minutes=45, work_type=travel, details=Details(text="Valve, way", called_out=True), by=by)
        entry.refresh_from_db()
        assert (entry.minutes, entry.work_type, entry.called_out, entry.member) == (45, travel, True, acme.aino)
        work.remove(entry, by=by)
        assert not WorkEntry.objects.exists()
        told = ticket.events.filter(kind=EventKind.WORK_CORRECTED).order_by("pk")
        assert [(event.data["before"], event.data["minutes"]) for event in told] == [(30, 45), (45, 0)]
    page = acme.client("liisa").get(ticket.get_absolute_url()).content.decode()
    assert "corrected 30 min of work to 45 min" in page
