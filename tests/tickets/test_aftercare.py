"""After a solution: asked again in the requester's language, closed with notice, and rated once in a while."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Requester
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.portal.conftest import make_ticket
from tickets.models import Aftercare, Rating, Ticket
from tickets.services import lifecycle, surveys
from tickets.services.aftercare import attend, due
from tickets.tasks import sweep_aftercare

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def solved(cast: Cast, *, days: float = 0) -> Ticket:
    """Solved so many days ago."""
    ticket = make_ticket(cast)
    with cast.scope():
        lifecycle.resolve(ticket, solution="Vaihdoin venttiilin.", by=cast.actor("konsta"))
        Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - timedelta(days=days))
        return Ticket.objects.get(pk=ticket.pk)


def care(cast: Cast, **more: object) -> Aftercare:
    with cast.scope():
        facts = {"is_on": True, "since": timezone.now() - MONTH, "remind_days": [3, 7], "close_days": 14}
        return Aftercare.objects.create(**facts | more)


def mails(cast: Cast, purpose: str) -> list[OutgoingMail]:
    with cast.scope():
        return list(OutgoingMail.objects.filter(purpose=purpose).order_by("pk"))


def sweep(cast: Cast, kept: Aftercare, now: datetime) -> None:
    """What a sweep at that instant does."""
    with cast.scope():
        for pk in list(due(kept, now=now).values_list("pk", flat=True)):
            attend(kept, pk, now=now)


def test_it_is_asked_again_at_each_step_and_closed_with_notice_in_the_end(acme: Cast) -> None:
    kept, ticket = care(acme), solved(acme)
    solved_at = ticket.resolved_at
    assert solved_at
    told = []
    for days in (1, 3, 3.1, 7, 8, 13.9, 14, 15):
        for _twice in range(2):
            sweep(acme, kept, solved_at + timedelta(days=days))
        told.append((len(mails(acme, "confirmation")), len(mails(acme, "closing"))))

    assert told == [(0, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 0), (2, 1), (2, 1)]
    assert mails(acme, "confirmation")[0].subject.startswith("[SYS-1001] Toimiiko")
    assert "14 päivän" in mails(acme, "closing")[0].text
    with acme.scope():
        closed = Ticket.objects.get(pk=ticket.pk)
        assert closed.status_class == "closed"
        kinds = list(closed.events.order_by("pk").values_list("kind", flat=True))
        assert [kinds.count(kind) for kind in ("asked_again", "unanswered", "confirmed")] == [2, 1, 0]


def test_after_a_standstill_only_the_last_reminder_is_sent_and_nothing_closes_that_day(acme: Cast) -> None:
    kept, _ticket = care(acme), solved(acme, days=20)
    now = timezone.now()
    sweep(acme, kept, now)
    sweep(acme, kept, now + timedelta(hours=23))
    assert (len(mails(acme, "confirmation")), len(mails(acme, "closing"))) == (1, 0)

    sweep(acme, kept, now + timedelta(hours=25))
    assert (len(mails(acme, "confirmation")), len(mails(acme, "closing"))) == (1, 1)


def test_a_solution_that_was_rejected_is_asked_about_anew(acme: Cast) -> None:
    kept, ticket = care(acme), solved(acme, days=3)
    sweep(acme, kept, timezone.now())
    with acme.scope():
        lifecycle.reject(ticket, reason="Ei.", by=acme.actor("aino"))
    sweep(acme, kept, timezone.now() + MONTH)
    with acme.scope():
        lifecycle.resolve(ticket, solution="Nyt.", by=acme.actor("konsta"))
    sweep(acme, kept, timezone.now() + timedelta(days=3))

    assert len(mails(acme, "confirmation")) == 2


@pytest.mark.parametrize("more", [{"is_on": False}, {"since": timezone.now()}])
def test_nothing_happens_where_it_is_off_or_to_what_was_solved_before(acme: Cast, more: dict[str, object]) -> None:
    care(acme, **more)
    solved(acme, days=20)
    sweep_aftercare()

    assert not mails(acme, "confirmation")


def test_the_sweep_finds_the_tenants_that_want_it(acme: Cast, globex: Cast) -> None:
    care(acme)
    care(globex, is_on=False)
    solved(acme, days=4)
    sweep_aftercare()

    assert len(mails(acme, "confirmation")) == 1


def test_how_it_was_is_asked_once_in_two_weeks_of_whoever_wants_to_be_asked(acme: Cast) -> None:
    care(acme, asks_rating=True)
    first, second, third = solved(acme), solved(acme), solved(acme)
    with acme.scope():
        lifecycle.confirm(first, by=acme.actor("aino"))
        lifecycle.confirm(second, by=acme.actor("aino"))
        assert Rating.objects.get().ticket == first
        Rating.objects.update(asked_at=timezone.now() - timedelta(days=15))
        Requester.objects.update(takes_surveys=False)
        lifecycle.confirm(third, by=acme.actor("aino"))
        assert Rating.objects.count() == 1
    (mail,) = mails(acme, "survey")

    assert mail.subject == "[SYS-1001] Miten meni? Rullanostin ei toimi"
    assert mail.text.count("?score=") == 5


def test_nobody_is_asked_where_the_tenant_does_not_want_to_know(acme: Cast) -> None:
    care(acme)
    ticket = solved(acme)
    with acme.scope():
        lifecycle.confirm(ticket, by=acme.actor("aino"))
        assert surveys.answer(ticket, acme.requester, score=5, comment="") is None

    assert not mails(acme, "survey")
