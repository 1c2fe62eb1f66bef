"""Calendars and policies as people edit them: the next version, and one entry in the audit log."""

from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from sla.models import Calendar, Policy
from sla.services.versions import save_calendar, save_policy


@transaction.atomic
def edit_calendar(calendar: Calendar | None, *, by: Actor, **values: Any) -> Calendar:
    """Make a calendar or its next version; `values` are those of `save_calendar`."""
    saved = save_calendar(calendar=calendar, **values)
    number = saved.current.number if saved.current else 0
    audit.record(f"calendar.{'changed' if calendar else 'added'}", by=by, target=saved.name, version=number)
    return saved


@transaction.atomic
def edit_holidays(
    calendar: Calendar, year: int, days: dict[str, Any], *, by: Actor, region: str = "", eves: bool = True
) -> Calendar:
    """Replace the special days of one year and leave those of the others.

    `region` and `eves` say whose holidays were proposed, and are proposed from now on.
    """
    calendar.region, calendar.eves = region, eves
    current = calendar.current
    others = {day: entry for day, entry in current.exceptions.items() if not day.startswith(f"{year:04}-")}
    return edit_calendar(
        calendar,
        by=by,
        name=calendar.name,
        office=calendar.office,
        time_zone=current.time_zone,
        weekly=current.weekly,
        exceptions=dict(sorted((others | days).items())),
    )


@transaction.atomic
def edit_policy(policy: Policy | None, *, by: Actor, **values: Any) -> Policy:
    """Make a policy or its next version; `values` are those of `save_policy`."""
    saved = save_policy(policy=policy, **values)
    number = saved.current.number if saved.current else 0
    audit.record(f"policy.{'changed' if policy else 'added'}", by=by, target=saved.name, version=number)
    return saved
