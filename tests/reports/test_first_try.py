"""Who fills in what billing needs at once: shares by team and month."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.services.tenants import create_team, join_team
from billing.models import TicketBilling
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.house.test_query_counts import LIST, ask, warm
from tests.mailintake.post import ticket_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATH = "/reports/complete/"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def billed(acme: Cast) -> Cast:
    acme.tenant.billing_on = True
    acme.tenant.save()
    return acme


def said(cast: Cast, who: str, at: datetime, *complete: bool) -> None:
    """Tickets of a consultant that were asked about at an instant."""
    for each in complete:
        ticket = ticket_of(cast, assignee=who)
        with cast.scope():
            TicketBilling.objects.create(ticket=ticket, asked_at=at, first_try=each)


def table(cast: Cast, query: str = "", who: str = "fiona") -> dict[str, list[tuple[int, int]]]:
    rows = cast.client(who).get(PATH + query).context["rows"]
    return {row.name: [(share.complete, share.asked) for share in [*row.months, row.together]] for row in rows}


def test_shares_are_of_teams_and_months_on_the_readers_clock(billed: Cast) -> None:
    with billed.scope():
        field = create_team("Field")
        for member in (billed.aino, billed.konsta):
            join_team(field, member)
    november = datetime(2026, 11, 5, tzinfo=UTC)
    said(billed, "aino", november, True, True, False)
    said(billed, "konsta", november, False)
    said(billed, "ada", datetime(2026, 9, 30, 21, 30, tzinfo=UTC), True)
    said(billed, "", november, True)
    said(billed, "aino", datetime(2026, 5, 31, 20, 59, tzinfo=UTC), False)
    none = (0, 0)
    assert table(billed) == {
        "Field": [none, none, none, none, none, (2, 4), (2, 4)],
        "Service desk": [none, none, none, none, (1, 1), (2, 3), (3, 4)],
        "Without a team": [none, none, none, none, none, (1, 1), (1, 1)],
        "All tickets": [none, none, none, none, (1, 1), (3, 5), (4, 6)],
    }
    assert table(billed, "?last=2026-05")["All tickets"][-1] == (0, 1)
    page = words(billed.client("liisa").get(PATH))
    assert "66.7\N{NO-BREAK SPACE}%" in page
    assert "of 3 tickets" in page


def test_a_month_that_is_none_is_this_one_and_nothing_is_said_of_nothing(billed: Cast) -> None:
    page = words(billed.client("ada").get(f"{PATH}?last=2026-13"))
    assert "June 2026 to November 2026" in page
    assert "No ticket was asked about in these months" in page
    assert "?last=" in page
    assert "Later months" not in page
    assert "Later months" in words(billed.client("ada").get(f"{PATH}?last=2026-10"))


def test_it_is_found_beside_promises_where_billing_is_on(acme: Cast) -> None:
    link = reverse("reports:first_try")
    assert link not in words(acme.client("fiona").get("/reports/"))
    assert acme.client("fiona").get(link).status_code == 404
    acme.tenant.billing_on = True
    acme.tenant.save()
    assert link in words(acme.client("fiona").get("/reports/"))


def test_it_costs_the_same_for_1_and_30_teams(billed: Cast) -> None:
    said(billed, "aino", NOW, True)
    client = billed.client("liisa")
    warm(client, PATH)
    one, _page = ask(client, PATH)
    with billed.scope():
        for number in range(29):
            join_team(create_team(f"Team {number}"), billed.aino)
    many, page = ask(client, PATH)
    assert page.count("Team ") >= 29
    assert many == one
    assert len(many) <= LIST, "\n".join(many)
