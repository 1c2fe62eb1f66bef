"""Nights in which the clocks change, on a real ticket's page: four hours are four hours."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Browser

from accounts.models import Office
from sla.models import Policy
from sla.services.versions import save_calendar, save_policy
from tests.conftest import Cast
from tests.e2e.parts import Installation
from tests.e2e.web import needs_chromium, serve
from tests.mailintake.post import ticket_of
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, needs_chromium]
TARGET = timedelta(hours=4)
# Round the clock, received half an hour into the night: when four hours have passed on the clocks of the place.
# Reckoned by hand: an hour more on the night of autumn, one less in spring, none in Kolkata.
NIGHTS = [
    ("Europe/Helsinki", "2026-10-25 01:30", "Sun 25 Oct 2026 04:30"),
    ("Europe/Helsinki", "2026-03-29 01:30", "Sun 29 Mar 2026 06:30"),
    ("America/New_York", "2026-11-01 00:30", "Sun 1 Nov 2026 03:30"),
    ("America/New_York", "2026-03-08 00:30", "Sun 8 Mar 2026 05:30"),
    ("America/Toronto", "2026-11-01 00:30", "Sun 1 Nov 2026 03:30"),
    ("America/Toronto", "2026-03-08 00:30", "Sun 8 Mar 2026 05:30"),
    ("Europe/Berlin", "2026-10-25 00:30", "Sun 25 Oct 2026 03:30"),
    ("Europe/Berlin", "2026-03-29 00:30", "Sun 29 Mar 2026 05:30"),
    ("Europe/Madrid", "2026-10-25 00:30", "Sun 25 Oct 2026 03:30"),
    ("Europe/Madrid", "2026-03-29 00:30", "Sun 29 Mar 2026 05:30"),
    ("Asia/Kolkata", "2026-10-25 00:30", "Sun 25 Oct 2026 04:30"),
    ("Asia/Kolkata", "2026-03-29 00:30", "Sun 29 Mar 2026 04:30"),
]


@pytest.fixture
def clock(installation: Installation) -> Path:
    file = installation.directory / "clock"
    installation.environment["VASTE_CLOCK_FILE"] = str(file)
    return file


@pytest.fixture
def frozen_web(clock: Path, installation: Installation, settings: Any) -> int:
    clock.write_text("2026-01-05T12:00:00+00:00")
    return serve(installation, settings, "tests.e2e.frozen:application", threads=1)


def receive(cast: Cast, zone: str, at: datetime) -> Ticket:
    """A ticket of a desk in that zone that is open round the clock and answers within four hours."""
    week = {str(day): [["00:00", "24:00"]] for day in range(7)}
    with cast.scope():
        Office.objects.update(time_zone=zone)
        calendar = save_calendar(
            name=cast.desk.calendar.name, time_zone=zone, weekly=week, exceptions={}, calendar=cast.desk.calendar
        )
        targets = {"normal": {"first_response": int(TARGET.total_seconds() // 60)}}
        policy = Policy.objects.get(pk=cast.desk.policy.pk)
        save_policy(name=policy.name, calendar=calendar, targets=targets, is_default=True, policy=policy)
    with time_machine.travel(at, tick=False):
        return ticket_of(cast)


def test_four_hours_are_four_hours_in_every_night(
    acme: Cast, browser: Browser, clock: Path, frozen_web: int, settings: Any
) -> None:
    base, cookie = f"http://{acme.tenant.host}:{frozen_web}", acme.client("aino").cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context()
    # A session of today, which outlasts all those nights; a sign-in there would not.
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
    page = context.new_page()
    for zone, night, due in NIGHTS:
        at = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo(zone))
        ticket = receive(acme, zone, at)
        now = datetime.fromtimestamp(at.timestamp() + 3600, tz=ZoneInfo("UTC"))
        clock.write_text(now.isoformat())
        page.clock.set_fixed_time(now)
        page.goto(f"{base}/tickets/{ticket.number}/")
        chip = page.locator("summary.v-chip[data-due]").first
        assert "Response in 3 h" in chip.inner_text(), (zone, night)
        chip.click()
        assert due in page.locator("details.v-pop[open]").inner_text(), (zone, night)
        page.click("details.v-pop[open] a")
        told = page.locator("main").inner_text()
        assert f"{due} {zone}" in told, (zone, night)
        assert "4 h of open hours" in told
    context.close()
