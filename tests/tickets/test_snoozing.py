"""Remind me later: until then the ticket is quiet for that member, and at that time it is not."""

from datetime import datetime, timedelta

import pytest
import time_machine

from outbox.models import OutgoingMail
from sla.models import Calendar, Timer
from sla.services.versions import save_calendar
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.test_silences import november, opened
from tickets.enums import NoticeEnd
from tickets.models import Notice, Ticket
from tickets.services import lifecycle
from tickets.services.snoozing import next_monday, tomorrow_morning
from tickets.services.telling import note_step, tell_everybody

pytestmark = pytest.mark.django_db


def later(
    cast: Cast, ticket: Ticket, name: str = "aino", *, at: datetime, when: str, own: str = ""
) -> tuple[int, str]:
    """Press a button, perhaps with a time of one's own; status and page where it leads."""
    with time_machine.travel(at, tick=False):
        answer = cast.client(name).post(f"/tickets/{ticket.number}/later/", {"when": when, "at": own}, follow=True)
    return answer.status_code, words(answer)


def wishes(cast: Cast) -> list[tuple[str, datetime, str]]:
    with cast.scope():
        rows = Notice.objects.filter(kind="snoozed").select_related("member__user").order_by("pk")
        return [(row.member.name, row.send_at, row.end) for row in rows]


@pytest.mark.parametrize(
    ("now", "when", "until"),
    [
        ("2 10:00", "hour", "2 11:00"),
        ("2 10:00", "tomorrow", "3 08:00"),
        ("6 10:00", "tomorrow", "7 08:00"),  # the office is closed on Saturday, and they asked for it
        ("2 10:00", "monday", "9 08:00"),
        ("8 23:30", "monday", "9 08:00"),
    ],
)
def test_the_usual_times(acme: Cast, now: str, when: str, until: str) -> None:
    ticket = opened(acme, november("2 09:00"))
    status, page = later(acme, ticket, at=november(now), when=when)

    assert status == 200
    assert wishes(acme) == [("Aino Agent", november(until), NoticeEnd.OPEN)]
    assert f"You are reminded {november(until):%a} {november(until).day} Nov 2026 {november(until):%H:%M}" in page


def test_mornings_are_those_of_the_office(acme: Cast) -> None:
    with acme.scope():
        save_calendar(
            name="Early", time_zone="Europe/Tallinn", weekly={"1": [["00:00", "01:00"], ["06:30", "14:00"]]},
            exceptions={}, office=acme.office, calendar=Calendar.objects.get(),
        )  # fmt: skip
        assert tomorrow_morning(acme.aino, now=november("2 10:00")) == november("3 06:30")
        assert next_monday(acme.aino, now=november("2 10:00")) == november("9 08:00")
        Calendar.objects.update(office=None)
        acme.aino.office.time_zone = "America/Toronto"
        assert tomorrow_morning(acme.aino, now=november("2 10:00")) == november("3 15:00")


@pytest.mark.parametrize("at", ["2026-11-02T09:59", "2026-11-02T10:00", "2027-11-04T10:00", "1000-01-01T00:00"])
def test_a_time_that_is_past_or_too_far_is_refused_in_words(acme: Cast, at: str) -> None:
    ticket = opened(acme, november("2 09:00"))

    status, page = later(acme, ticket, at=november("2 10:00"), when="other")
    assert (status, "Choose a date and a time." in page) == (422, True)
    status, page = later(acme, ticket, at=november("2 10:00"), when="other", own=at)
    assert (status, "A reminder needs a time in the future, within a year." in page) == (409, True)
    assert wishes(acme) == []


def test_a_wish_is_moved_and_taken_back(acme: Cast) -> None:
    ticket = opened(acme, november("2 09:00"))
    later(acme, ticket, at=november("2 10:00"), when="hour")
    later(acme, ticket, "ada", at=november("2 10:00"), when="tomorrow")
    later(acme, ticket, at=november("2 10:30"), when="monday")

    expected = [("Aino Agent", november("9 08:00")), ("Ada Admin", november("3 08:00"))]
    assert [(name, at) for name, at, _ in wishes(acme)] == expected
    page = words(acme.client("aino").post(f"/tickets/{ticket.number}/later/back/", follow=True))
    assert "You are reminded" not in page
    assert [end for *_, end in wishes(acme)] == [NoticeEnd.WITHDRAWN, NoticeEnd.OPEN]
    later(acme, ticket, at=november("2 11:00"), when="hour")
    assert [end for *_, end in wishes(acme)] == [NoticeEnd.WITHDRAWN, NoticeEnd.OPEN, NoticeEnd.OPEN]


def test_until_then_all_is_quiet_and_then_it_is_not(acme: Cast) -> None:
    ticket = opened(acme, november("2 09:00"), "aino")
    later(acme, ticket, at=november("2 10:00"), when="hour")
    with acme.scope(), time_machine.travel(november("2 10:30"), tick=False):
        timer = Timer.objects.of(ticket.pk).get(metric="first_response")
        note_step(ticket, timer, "75", acme.aino)
        note_step(ticket, timer, "75", acme.ada)
        tell_everybody(now=november("2 10:59"))
        assert [mail.to for mail in OutgoingMail.objects.filter(purpose="reminder")] == [["ada@acme.example"]]
        tell_everybody(now=november("2 11:00"))
        (mail,) = OutgoingMail.objects.filter(purpose="reminder", to=["aino@acme.example"])
    assert mail.subject.endswith("You asked to be reminded: The lift is stuck")
    assert mail.text.startswith("First response in 2 h, due Mon 2 Nov 2026 13:00\n\nRequester: Otto Oja\n")
    assert [end for *_, end in wishes(acme)] == [NoticeEnd.TOLD]


def test_a_finished_ticket_reminds_nobody(acme: Cast) -> None:
    ticket = opened(acme, november("2 09:00"))
    later(acme, ticket, at=november("2 10:00"), when="hour")
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("ada"))
        tell_everybody(now=november("2 11:00"))
        assert not OutgoingMail.objects.filter(purpose="reminder").exists()
    assert [end for *_, end in wishes(acme)] == [NoticeEnd.FINISHED]
    page = words(acme.client("aino").get(f"/tickets/{ticket.number}/"))
    assert "Remind me later" not in page
    assert later(acme, ticket, at=november("2 12:00"), when="hour")[0] == 409


def test_who_may(acme: Cast, globex: Cast) -> None:
    """A consultant or finance without a grant and another tenant see no such ticket."""
    ticket = ticket_of(acme)
    path = f"/tickets/{ticket.number}/later/"
    for name, status in (("konsta", 404), ("fiona", 404), ("aino", 302)):
        for each in (path, f"{path}back/"):
            assert acme.client(name).post(each, {"when": "hour"}).status_code == status
    assert globex.client("greta").post(path, {"when": "hour"}).status_code == 404
    assert acme.client().post(path, {"when": "hour"}).status_code == 302
    assert [name for name, *_ in wishes(acme)] == ["Aino Agent"]
    page = words(acme.client("ada").get(f"/tickets/{ticket.number}/"))
    assert "You are reminded" not in page
    assert acme.client("aino").get(path).status_code == 405


def test_a_wish_of_one_member_is_not_anothers(acme: Cast) -> None:
    ticket = opened(acme, november("2 09:00"))
    later(acme, ticket, at=november("2 10:00"), when="monday")
    assert acme.client("ada").post(f"/tickets/{ticket.number}/later/back/").status_code == 302
    assert [end for *_, end in wishes(acme)] == [NoticeEnd.OPEN]
    assert wishes(acme)[0][1] - november("2 10:00") == timedelta(days=6, hours=22)
