"""Mails about absences: in the office's morning, once, whoever sweeps; and what the returned member reads."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Absence, Office
from accounts.services import absences
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Queue, Ticket
from tickets.services import assignment, conversation, lifecycle
from tickets.services.conversation import Written
from tickets.tasks import sweep_absences

pytestmark = pytest.mark.django_db
# Monday; seven in the morning in Helsinki is five in UTC.
MONDAY = date(2026, 11, 23)
SEVEN = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def plan(cast: Cast, who: str, substitute: str = "", *, days: int = 2, at: datetime = SEVEN - DAY) -> Absence:
    """From that Monday on, planned the day before."""
    with cast.scope(), time_machine.travel(at):
        stand_in = cast.members[substitute] if substitute else None
        ends_on = MONDAY + timedelta(days=days - 1)
        return absences.plan(
            cast.members[who], starts_on=MONDAY, ends_on=ends_on, substitute=stand_in, by=cast.actor(who)
        )


def mails_at(cast: Cast, instant: datetime) -> list[str]:
    """Whom two sweeps, one after the other, write to at an instant."""
    with time_machine.travel(instant, tick=False):
        with cast.scope():
            known = list(OutgoingMail.objects.values_list("pk", flat=True))
        sweep_absences()
        sweep_absences()
        with cast.scope():
            new = OutgoingMail.objects.exclude(pk__in=known).order_by("pk")
            return [mail.to[0].partition("@")[0] for mail in new]


def last_mail(cast: Cast) -> OutgoingMail:
    with cast.scope():
        return OutgoingMail.objects.filter(purpose="handover").latest("pk")


def test_the_stand_in_hears_of_it_once_in_the_morning_of_the_first_day(acme: Cast) -> None:
    ticket_of(acme, assignee="konsta")
    plan(acme, "konsta", "aino")
    assert mails_at(acme, SEVEN - MINUTE) == []
    assert mails_at(acme, SEVEN) == ["aino"]
    assert mails_at(acme, SEVEN + DAY) == []
    mail = last_mail(acme)
    assert mail.subject == "You stand in for Konsta Consultant until 24 Nov"
    assert acme.tenant.url(f"/handover/{acme.konsta.pk}/") in mail.text
    assert "SYS-1001: The lift is stuck" in mail.text
    assert mail.from_address == "support@acme.example"


def test_an_absence_that_has_begun_already_is_told_of_at_once(acme: Cast) -> None:
    plan(acme, "konsta", "aino", at=SEVEN - timedelta(hours=4))
    assert mails_at(acme, SEVEN - timedelta(hours=3)) == ["aino"]


def test_morning_is_that_of_the_members_office(acme: Cast) -> None:
    with acme.scope():
        there = Office.objects.get()
        there.pk, there.name, there.time_zone = None, "Auckland", "Pacific/Auckland"
        there.save()
        acme.konsta.office = there
        acme.konsta.save(update_fields=["office"])
    plan(acme, "konsta", "aino", days=1, at=SEVEN - 3 * DAY)
    morning = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    assert mails_at(acme, morning - MINUTE) == []
    assert mails_at(acme, morning) == ["aino"]
    assert mails_at(acme, morning + DAY - MINUTE) == []
    assert mails_at(acme, morning + DAY) == ["konsta"]


def test_whoever_comes_to_stand_in_later_hears_of_it_then(acme: Cast) -> None:
    row = plan(acme, "konsta", "aino", days=10)
    assert mails_at(acme, SEVEN) == ["aino"]
    with acme.scope(), time_machine.travel(SEVEN + DAY):
        absences.change(row, substitute=acme.liisa, by=acme.actor("konsta"))
    assert mails_at(acme, SEVEN + DAY) == ["liisa"]
    with acme.scope(), time_machine.travel(SEVEN + 2 * DAY):
        sick = absences.plan(acme.liisa, starts_on=MONDAY + 2 * DAY, substitute=acme.ada, by=acme.actor("liisa"))
    # Ada has no role to be given work, but was named: the chain ends with her, for both.
    assert mails_at(acme, SEVEN + 2 * DAY) == ["ada", "ada"]
    with acme.scope(), time_machine.travel(SEVEN + 3 * DAY):
        absences.end(sick, by=acme.actor("liisa"))
    assert mails_at(acme, SEVEN + 3 * DAY) == ["liisa", "liisa"]


def test_the_returned_one_reads_what_happened(acme: Cast) -> None:
    plan(acme, "konsta", "aino")
    with time_machine.travel(SEVEN - DAY):
        kept, taken, untouched = (ticket_of(acme, assignee="konsta") for _ in range(3))
        ticket_of(acme, assignee="aino")
    with acme.scope(), time_machine.travel(SEVEN + timedelta(hours=3)):
        lifecycle.resolve(kept, solution="Oiled", by=acme.actor("aino"))
        assignment.assign(taken, acme.liisa, by=acme.actor("aino"))
        conversation.note(taken, Written(text="Mine now"), by=acme.actor("liisa"))
    # Nobody swept while he was away: it is too late to tell Aino.
    assert mails_at(acme, SEVEN + 2 * DAY - MINUTE) == []
    assert mails_at(acme, SEVEN + 2 * DAY) == ["konsta"]
    assert mails_at(acme, SEVEN + 3 * DAY) == []
    text = last_mail(acme).text
    assert "SYS-1001: The lift is stuck: Resolved. Aino Agent, Solution written" in text
    assert "SYS-1002: The lift is stuck: New. Liisa Lead, Note written" in text
    assert "Aino Agent, Assigned" in text
    assert "Liisa Lead has it now" in text
    assert f"SYS-{untouched.number}" not in text
    assert "2 tickets of yours" in text


def test_who_comes_back_early_reads_it_at_once_and_who_goes_on_being_away_later(acme: Cast) -> None:
    row = plan(acme, "konsta", "aino", days=10)
    plan(acme, "liisa", days=1)
    with acme.scope(), time_machine.travel(SEVEN):
        absences.plan(acme.liisa, starts_on=MONDAY + DAY, ends_on=MONDAY + DAY, by=acme.actor("liisa"))
    assert mails_at(acme, SEVEN) == ["aino"]
    with acme.scope(), time_machine.travel(SEVEN + timedelta(hours=20)):
        absences.end(row, by=acme.actor("konsta"))
    assert mails_at(acme, SEVEN + timedelta(hours=20)) == ["konsta"]
    assert "Nothing happened to your tickets." in last_mail(acme).text
    assert mails_at(acme, SEVEN + DAY) == []
    assert mails_at(acme, SEVEN + 2 * DAY) == ["liisa"]


def test_a_finn_reads_finnish_and_a_tenant_without_a_desk_still_writes(acme: Cast, globex: Cast) -> None:
    acme.aino.user.language = "fi"
    acme.aino.user.save(update_fields=["language"])
    plan(acme, "konsta", "aino")
    with globex.scope():
        Ticket.objects.all().delete()
        Queue.objects.all().delete()
    plan(globex, "greta", days=1)
    assert mails_at(acme, SEVEN) == ["aino"]
    assert mails_at(globex, SEVEN + DAY) == ["greta"]
    assert "Konsta Consultant" in last_mail(acme).subject
    assert last_mail(acme).subject.startswith("Olet sijaisena")
