"""Time worked in nights in which the clocks change: five hours are five, in the form, on the page and in the log."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import EventKind
from tickets.forms import PhoneForm
from tickets.models import Ticket, WorkEntry

HELSINKI = ZoneInfo("Europe/Helsinki")
# From 23:00 to 05:00 on the clock on the wall: what a stopwatch says, in minutes.
NIGHTS = [("2026-03-29", 5 * 60), ("2026-10-25", 7 * 60), ("2026-11-18", 6 * 60), ("2028-02-29", 6 * 60)]


@pytest.mark.django_db
@pytest.mark.parametrize(("morning", "minutes"), NIGHTS)
def test_a_night_of_work_is_as_long_as_it_was(acme: Cast, morning: str, minutes: int) -> None:
    ends = datetime.fromisoformat(f"{morning} 05:00").replace(tzinfo=HELSINKI)
    begins = (ends.replace(tzinfo=None) - timedelta(hours=6)).replace(tzinfo=HELSINKI)
    assert ends.timestamp() - begins.timestamp() == minutes * 60
    with time_machine.travel(begins, tick=False) as clock:
        ticket = ticket_of(acme, assignee="aino")
        clock.shift(timedelta(minutes=minutes))
        page = _write(acme, ticket, minutes=str(minutes))
        entry = _entry(acme, ticket)
        assert entry.ended_at - timedelta(minutes=entry.minutes) == begins
        assert timezone.localtime(entry.ended_at, HELSINKI).strftime("%H:%M") == "05:00"
    assert f"Aino Agent logged {minutes} min" in page


def _write(cast: Cast, ticket: Ticket, **typed: str) -> str:
    aino = cast.client("aino")
    sent = aino.post(f"/tickets/{ticket.number}/write/", {"mode": "note", "text": "A long night.", **typed})
    assert sent.status_code == 302
    return aino.get(f"/tickets/{ticket.number}/").content.decode()


def _entry(cast: Cast, ticket: Ticket) -> WorkEntry:
    with cast.scope():
        entry = WorkEntry.objects.get(ticket=ticket)
        logged = ticket.events.get(kind=EventKind.WORK_LOGGED)
        assert (logged.at, logged.data["minutes"], logged.data["entry"]) == (entry.ended_at, entry.minutes, entry.pk)
    return entry


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "taken"), [("02:59", True), ("03:30", False), ("04:00", True)])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_reading_that_is_twice_or_never_is_asked_again(acme: Cast, day: str, typed: str, taken: bool) -> None:
    """Better than an hour too much or too little: whoever wrote it writes another minute or leaves it empty."""
    now = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=HELSINKI)
    with time_machine.travel(now, tick=False), acme.scope(), timezone.override(HELSINKI):
        data = {"title": "Call", "text": "Stuck", "name": "Otto", "received_at": f"{day}T{typed}"}
        form = PhoneForm(data, members=[], queues=[], requesters=[], customers=[], products=[])
        form.is_valid()
        assert ("received_at" not in form.errors) == taken
