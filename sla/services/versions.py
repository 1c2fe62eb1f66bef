"""Calendars and policies are edited by adding a version; what was promised stays promised."""

from typing import Any

from django.db import transaction

from accounts.models import Office
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion


@transaction.atomic
def save_calendar(
    *,
    name: str,
    time_zone: str,
    weekly: dict[str, Any],
    exceptions: dict[str, Any],
    office: Office | None = None,
    calendar: Calendar | None = None,
) -> Calendar:
    """Make a calendar, or the next version of one; the shapes are those of CalendarVersion."""
    calendar = calendar or Calendar(name=name)
    calendar.name, calendar.office = name, office
    calendar.save()
    latest = calendar.versions.order_by("-number").first()
    same = latest and (latest.time_zone, latest.weekly, latest.exceptions) == (time_zone, weekly, exceptions)
    if not same:
        number = latest.number + 1 if latest else 1
        calendar.current = CalendarVersion.objects.create(
            calendar=calendar, number=number, time_zone=time_zone, weekly=weekly, exceptions=exceptions
        )
        calendar.save(update_fields=["current"])
    return calendar


@transaction.atomic
def save_policy(  # noqa: PLR0913  # keyword-only: one argument per fact
    *,
    name: str,
    calendar: Calendar,
    targets: dict[str, dict[str, int]],
    steps: list[int],
    pause_third_party: bool = False,
    is_default: bool = False,
    policy: Policy | None = None,
) -> Policy:
    """Make a policy, or the next version of one; the shapes are those of PolicyVersion."""
    policy = policy or Policy(name=name)
    if is_default:
        Policy.objects.exclude(pk=policy.pk).filter(is_default=True).update(is_default=False)
    policy.name, policy.is_default = name, is_default
    policy.save()
    latest = policy.versions.order_by("-number").first()
    policy.current = PolicyVersion.objects.create(
        policy=policy,
        number=latest.number + 1 if latest else 1,
        calendar=calendar,
        targets=targets,
        steps=sorted(set(steps)),
        pause_third_party=pause_third_party,
    )
    policy.save(update_fields=["current"])
    return policy
