"""Calendars and policies are edited by adding a version; what was promised stays promised."""

from typing import Any

from django.db import transaction

from accounts.models import Office
from sla.ladder import DEFAULT, write
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion

NOT_RULES = {"id", "tenant", "policy", "number", "made_at"}


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
def save_policy(*, name: str, is_default: bool = False, policy: Policy | None = None, **rules: Any) -> Policy:
    """Make a policy, or the next version of one where its rules differ; `rules` are the fields of PolicyVersion.

    A new one gets the ladder that suits most desks, unless `steps` say otherwise.
    """
    policy = policy or Policy(name=name)
    if is_default:
        Policy.objects.exclude(pk=policy.pk).filter(is_default=True).update(is_default=False)
    policy.name, policy.is_default = name, is_default
    policy.save()
    latest = policy.versions.order_by("-number").first()
    if latest is None or any(getattr(latest, field) != value for field, value in rules.items()):
        number = latest.number + 1 if latest else 1
        policy.current = PolicyVersion.objects.create(policy=policy, number=number, **_unstated(latest) | rules)
        policy.save(update_fields=["current"])
    return policy


def _unstated(latest: PolicyVersion | None) -> dict[str, Any]:
    """The rules of the version before: what a page does not show stays as it is."""
    if latest is None:
        return {"steps": write(DEFAULT)}
    fields = (field for field in PolicyVersion._meta.concrete_fields if field.name not in NOT_RULES)
    return {field.name: getattr(latest, field.name) for field in fields}
