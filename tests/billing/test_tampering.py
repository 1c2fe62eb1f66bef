"""A48: work that is changed after it was invoiced, that cannot have been, or that is given another's price."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from billing.models import InvoicedEntry
from billing.services.crediting import credit
from billing.services.drafting import draft
from billing.services.issuing import issue
from sla.models import Contract
from tests.billing.priced import HOURLY, contract_of, sides, solved, worked
from tests.conftest import Cast
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent, WorkEntry, WorkType

pytestmark = pytest.mark.django_db
MONTH = "2026-11"
HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
SAID = {"minutes": "90", "done": "Changed the valve."}


@pytest.fixture
def entry(acme: Cast) -> WorkEntry:
    """Ninety minutes on a resolved ticket of a contract at 100 an hour."""
    with acme.scope():
        sides(acme)
        contract = contract_of(acme, **HOURLY)
    ticket = solved(acme)
    with acme.scope():
        Ticket.objects.filter(pk=ticket.pk).update(contract=contract)
        acme.tenant.billing_on = True
        acme.tenant.save()
        return worked(acme, ticket, 90)


def post(acme: Cast, who: str, entry: WorkEntry, **said: Any) -> Any:
    data = {**SAID, "work_type": entry.work_type_id, **said}
    return acme.client(who).post(reverse("billing:entry", args=[entry.pk]), data)


def as_it_was(acme: Cast, entry: WorkEntry) -> bool:
    fields = ("minutes", "ended_at", "work_type_id", "member_id", "billing", "kilometres", "called_out", "text")
    with acme.scope():
        now = WorkEntry.objects.get(pk=entry.pk)
    return all(getattr(now, name) == getattr(entry, name) for name in fields)


@pytest.mark.parametrize("who", ["ada", "liisa", "fiona"])
def test_invoiced_work_is_kept_until_it_is_credited(acme: Cast, entry: WorkEntry, who: str) -> None:
    fiona = acme.actor("fiona")
    with acme.scope():
        invoice = issue(draft(Contract.objects.get(), MONTH, at=NOW), by=fiona, at=NOW)
    page = reverse("billing:entry", args=[entry.pk])
    remove = reverse("billing:entry_remove", args=[entry.pk])
    for answer in (post(acme, who, entry, minutes="10"), acme.client(who).post(remove)):
        assert answer.status_code == 302
    assert as_it_was(acme, entry)
    assert "corrected by a credit note" in acme.client(who).get(page, follow=True).content.decode()

    with acme.scope():
        credit(invoice, reason="Wrong minutes", by=fiona, at=NOW)
    assert post(acme, who, entry, minutes="10").status_code == 302
    with acme.scope():
        assert WorkEntry.objects.get().minutes == 10
        assert InvoicedEntry.objects.get().released_by is not None
        told = TicketEvent.objects.get(kind=EventKind.WORK_CORRECTED)
    assert (told.data["before"], told.data["minutes"]) == (90, 10)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"minutes": "-90"}, "greater than or equal to 1"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "1500"}, "less than or equal to 1440"),
        ({"minutes": "1e3"}, "whole number"),
        ({"kilometres": "-1"}, "greater than or equal to 0"),
        ({"kilometres": "NaN"}, "Enter a number"),
        ({"minutes": "", "work_day": "2026-12-03", "begun": "09:00", "ended": "10:00"}, "has not come yet"),
        ({"minutes": "", "work_day": "2026-11-17", "begun": "09:00", "ended": ""}, "from when to when"),
    ],
)
def test_what_cannot_have_been_is_refused_in_words(
    acme: Cast, entry: WorkEntry, said: dict[str, str], words: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = post(acme, "fiona", entry, **said)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert as_it_was(acme, entry)


def test_another_tenants_prices_people_and_work_are_not_there(acme: Cast, globex: Cast, entry: WorkEntry) -> None:
    with globex.scope():
        theirs = WorkType.objects.order_by("pk")[0].pk
    assert post(acme, "fiona", entry, work_type=theirs).status_code == 422
    assert post(acme, "fiona", entry, billing="goodwill", reason="x", approver=globex.greta.pk).status_code == 422
    assert globex.client("greta").post(reverse("billing:entry", args=[entry.pk]), SAID).status_code == 404
    assert as_it_was(acme, entry)


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (("2026-10-24", "22:00", "06:00"), 540),  # the hour that comes twice
        (("2026-03-28", "22:00", "06:00"), 420),  # the hour that does not come
        (("2026-11-17", "23:30", "00:30"), 60),
    ],
)
def test_a_night_has_as_many_minutes_as_it_had(
    acme: Cast, entry: WorkEntry, times: tuple[str, str, str], minutes: int
) -> None:
    day, begun, ended = times
    with time_machine.travel(NOW, tick=False):
        assert post(acme, "liisa", entry, minutes="", work_day=day, begun=begun, ended=ended).status_code == 302
    with acme.scope():
        row = WorkEntry.objects.get()
    assert row.minutes == minutes
    assert row.ended_at - row.started_at == timedelta(minutes=minutes)


def test_two_pieces_of_one_persons_work_at_the_same_time_are_refused(acme: Cast, entry: WorkEntry) -> None:
    with acme.scope():
        ticket = Ticket.objects.get(pk=entry.ticket_id)
        other = worked(acme, ticket, 30, entry.ended_at + timedelta(hours=3))
    begun, ended = (moment.astimezone(HELSINKI).strftime("%H:%M") for moment in (
        entry.started_at + timedelta(minutes=10), entry.ended_at))  # fmt: skip
    day = entry.started_at.astimezone(HELSINKI).strftime("%Y-%m-%d")
    with time_machine.travel(NOW, tick=False):
        assert post(acme, "liisa", entry, minutes="", work_day=day, begun=begun, ended=ended).status_code == 302
        answer = post(acme, "liisa", other, minutes="", work_day=day, begun=begun, ended=ended)
    assert answer.status_code == 409
    assert as_it_was(acme, other)
