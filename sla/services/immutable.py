"""Versions never change, so a process asks the database for each of them once.

The tenant is part of every key: what one tenant has read is never given to another.
"""

from functools import lru_cache

from accounts.scope import require_tenant_id
from sla.business_time import CalendarVersion as Hours
from sla.ladder import Ladder, read
from sla.models import CalendarVersion, PolicyVersion


def policy_version(pk: int) -> PolicyVersion:
    """The policy version of that id in the tenant in scope; raises PolicyVersion.DoesNotExist."""
    return _policy_version(require_tenant_id(), pk)


def ladder(pk: int) -> Ladder:
    """The ladder of the policy version of that id; raises PolicyVersion.DoesNotExist."""
    return _ladder(require_tenant_id(), pk)


def hours(pk: int) -> Hours:
    """The hours of the calendar version of that id, as the engine takes them; raises CalendarVersion.DoesNotExist."""
    return _hours(require_tenant_id(), pk)


def forget() -> None:
    """Read all versions anew; for whoever puts other rows under the same ids."""
    _policy_version.cache_clear()
    _ladder.cache_clear()
    _hours.cache_clear()


@lru_cache(maxsize=1024)
def _policy_version(tenant_id: int, pk: int) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=pk)


@lru_cache(maxsize=1024)
def _ladder(tenant_id: int, pk: int) -> Ladder:
    return read(_policy_version(tenant_id, pk).steps)


@lru_cache(maxsize=256)
def _hours(tenant_id: int, pk: int) -> Hours:
    row = CalendarVersion.objects.get(pk=pk)
    exceptions = {day: entry["open"] for day, entry in row.exceptions.items()}
    return Hours.from_json({"tz": row.time_zone, "weekly": row.weekly, "exceptions": exceptions})
