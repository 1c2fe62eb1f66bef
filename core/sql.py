"""Statements by hand, for the few that run so often that Django would take longer to word them than they take."""

from typing import Any

from django.db import connection


def first_row(statement: str, **values: Any) -> tuple[Any, ...]:
    """The first row that a statement with named values answers, or (); the statement names the tenant itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() or ()
