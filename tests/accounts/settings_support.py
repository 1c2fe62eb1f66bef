"""What the tests of all settings pages ask in the same way."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def words(response: HttpResponse) -> str:
    return response.content.decode()


def form_of(response: HttpResponse) -> Any:
    return response.context["form"]


def actions(cast: Any) -> list[str]:
    """The names of the tenant's audit entries, oldest first."""
    with cast.scope():
        return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def new_actions(cast: Any, act: Callable[[], Any]) -> list[str]:
    """What an act has added to the audit log."""
    before = len(actions(cast))
    act()
    return actions(cast)[before:]


def statements(act: Callable[[], Any]) -> int:
    """SQL statements without transaction control."""
    with CaptureQueriesContext(connection) as seen:
        act()
    return sum(1 for query in seen if not query["sql"].startswith(CONTROL))
