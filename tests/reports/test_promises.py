"""Figures of promises: what counts where, recounted one by one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import Http404, QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reports.behind import each, late_seconds
from reports.figures import Figures, percent_words, tenths
from reports.models import Promise
from reports.periods import Period, period_of
from reports.promises import SHOWS, SIDES, WITHOUT, Cut, behind, cut_of, groups
from sla.models import Timer
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.reports.drawn import NOVEMBER, NOW, draw, figures, ids, recount
from tickets.services import clock, conversation, lifecycle, merging
from tickets.services.conversation import Written

ALL = Cut({}, {})


def key_of(side: str, timer: Timer, drawn: object) -> str:
    ticket = drawn.tickets[timer.subject]  # type: ignore[attr-defined]
    keys = {
        "customer": ticket.customer_id,
        "contract": timer.contract_id,
        "queue": ticket.queue_id,
        "priority": ticket.priority,
        "promise": timer.metric,
    }
    return str(keys[side] or WITHOUT)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_the_number_of_promises_behind_it(acme: Cast, seed: int) -> None:
    with acme.scope(), timezone.override(ZoneInfo("Europe/Helsinki")):
        drawn = draw(acme, seed)
        counted = 0
        for side in SIDES:
            found = {group.key: group for group in groups(side, NOVEMBER, ALL, NOW)}
            for key in {key_of(side, timer, drawn) for timer in drawn.timers}:
                mine = [timer for timer in drawn.timers if key_of(side, timer, drawn) == key]
                wanted = recount(drawn, NOVEMBER, wanted=mine)
                group = found.pop(key, None)
                total = group.total if group else Figures()
                expected = figures(wanted)
                assert total == (expected if side == "promise" else replace(expected, median=None, ninetieth=None))
                for metric, part in group.by_promise.items() if group else ():
                    of_metric = recount(drawn, NOVEMBER, wanted=[timer for timer in mine if timer.metric == metric])
                    assert part == figures(of_metric)
                for show in SHOWS:
                    cut = Cut({side: key}, {})
                    assert ids(behind(show, NOVEMBER, cut, NOW)) == ids(wanted[show])
                    assert [row.pk for row in each(behind(show, NOVEMBER, cut, NOW), show)] == [
                        row.pk for row in sorted(behind(show, NOVEMBER, cut, NOW), key=lambda row: _order(row, show))
                    ]
                counted += total.due
            assert found == {}
        assert counted > 100


def _order(row: Promise, show: str) -> tuple[datetime, int]:
    at = row.paused_at if show == "resting" else row.decided_at
    assert at is not None
    return at, row.pk


@pytest.mark.django_db
def test_a_file_is_read_some_rows_at_a_time(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.behind.CHUNK", 7)
    with acme.scope():
        draw(acme, 1)
        rows = behind("due", NOVEMBER, ALL, NOW)

        assert [row.pk for row in each(rows, "due")] == [row.pk for row in rows.order_by("decided_at", "pk")]
        assert rows.count() > 14


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_rounded_half_up_and_never_to_all_or_none(part: int, more: int) -> None:
    whole = part + more
    share = tenths(part, whole)
    if not whole:
        assert share is None
        return
    assert share is not None
    assert (share == 1000) == (part == whole)
    assert (share == 0) == (part == 0)
    if 1 < share < 999:
        assert share == int(Fraction(1000 * part, whole) + Fraction(1, 2))


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(9996, 10_000, "99.9 %"), (1, 3, "33.3 %"), (2, 3, "66.7 %"), (1, 2000, "0.1 %"), (7, 7, "100.0 %"), (0, 0, "–")],
)
def test_shares_in_words(part: int, whole: int, words: str) -> None:
    assert percent_words(tenths(part, whole)) == words.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", (2026, 2, 1), (2026, 2, 28)),
        ("period=last", (2026, 1, 1), (2026, 1, 31)),
        ("period=quarter", (2026, 1, 1), (2026, 3, 31)),
        ("period=own&first=2026-03-29&last=2026-03-29", (2026, 3, 29), (2026, 3, 29)),
        ("period=own&first=2026-03-29&last=2026-03-28", (2026, 2, 1), (2026, 2, 28)),
        ("period=own&first=1&last=9999-12-31", (2026, 2, 1), (2026, 2, 28)),
        ("period=nonsense", (2026, 2, 1), (2026, 2, 28)),
    ],
)
def test_a_period_is_whole_days(query: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    period, _form = period_of(QueryDict(query), today=date(2026, 2, 14))

    assert (period.first, period.last) == (date(*first), date(*last))


def test_days_begin_on_the_readers_clock() -> None:
    day = Period("own", date(2026, 3, 29), date(2026, 3, 29))
    with timezone.override(ZoneInfo("Europe/Helsinki")):
        assert day.start == datetime(2026, 3, 28, 22, tzinfo=UTC)
        assert day.end == datetime(2026, 3, 29, 21, tzinfo=UTC)
    with timezone.override(ZoneInfo("America/Toronto")):
        assert day.start == datetime(2026, 3, 29, 4, tzinfo=UTC)


def month_of(at: datetime) -> Period:
    return Period("own", at.date() - timedelta(days=1), at.date() + timedelta(days=1))


@pytest.mark.django_db
def test_what_a_ticket_does_to_its_promises_counts_as_it_says(acme: Cast) -> None:
    """Through the services: one that waits and is not answered, one merged into it."""
    now = timezone.now()
    with acme.scope():
        waiting, merged = ticket_of(acme), ticket_of(acme)
        conversation.ask(waiting, Written(text="Which line?"), by=acme.actor("aino"))
        merging.merge(merged, waiting, by=acme.actor("aino"))
        later = now + timedelta(days=30)
        clock.refresh(waiting.refreshed(), now=later)
        clock.refresh(merged.refreshed(), now=later)
        period = Period("own", now.date(), later.date())
        rows = {(row.ticket_id, row.metric): row for row in behind("due", period, ALL, later)}

        assert {metric for ticket, metric in rows if ticket == merged.pk} == set()
        paused = Timer.objects.of(waiting.pk).get(metric="resolution")
        assert (paused.state, paused.decided_at) == ("paused", None)
        response = rows[waiting.pk, "first_response"]
        assert response.late
        assert response.late_in_the_end
        assert late_seconds(response, later) > 0
        (rests,) = [group.total.resting for group in groups("queue", period, ALL, later)]
        assert rests == 2
        assert {row.metric for row in behind("resting", period, ALL, later)} == {"investigation_start", "resolution"}


@pytest.mark.django_db
def test_the_open_time_that_a_pause_took_stays_with_the_promise(acme: Cast, monday: datetime) -> None:
    """On a Monday from 10:00 an hour of work, two of waiting, one of work."""
    with acme.scope():
        with time_machine.travel(monday, tick=False) as clocks:
            ticket = ticket_of(acme)
            clocks.shift(3600)
            conversation.ask(ticket, Written(text="Which line?"), by=acme.actor("aino"))
            waiting = Timer.objects.of(ticket.pk).get(metric="resolution")
            clocks.shift(2 * 3600)
            conversation.receive(ticket, Written(text="Three."), by=acme.actor("aino"), at=timezone.now())
            clocks.shift(3600)
            lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
        timer = Timer.objects.of(ticket.pk).get(metric="resolution")

        assert (waiting.state, waiting.paused_at) == ("paused", monday + timedelta(hours=1))
        assert (timer.elapsed_seconds, timer.paused_seconds, timer.paused_at) == (7200, 7200, None)
        assert timer.decided_at == timer.fulfilled_at == monday + timedelta(hours=4)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "customer={customer}",
        "contract={contract}",
        "queue={queue}",
        "queue=none",
        "customer=x",
        "priority=p",
        "promise=p",
    ],
)
def test_what_is_not_here_cannot_be_asked_for(acme: Cast, globex: Cast, query: str) -> None:
    with globex.scope():
        their = {"customer": globex.customer.pk, "contract": 1, "queue": globex.desk.queue.pk}
    with acme.scope(), pytest.raises(Http404):
        cut_of(QueryDict(query.format(**their)))
