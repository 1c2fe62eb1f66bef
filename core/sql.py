"""Statements by hand, for the few that run so often that Django would take longer to word them than they take."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

Rows = TypeVar("Rows", bound="QuerySet[Any]")


def first_row(statement: str, **values: Any) -> tuple[Any, ...]:
    """The first row that a statement with named values answers, or (); the statement names the tenant itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() or ()


def written_once(rows: Rows) -> Rows:
    """The same query with its annotations compiled to SQL, for one that is made once and then only filtered.

    They may say nothing that depends on who asks, nor stand in a subquery: their table keeps the name it has now.
    """
    rows = rows.all()
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.pre_sql_setup()
    for name, expression in rows.query.annotations.items():
        sql, params = compiler.compile(expression)
        rows.query.annotations[name] = RawSQL(sql, params, output_field=expression.output_field)  # noqa: S611  # Django's own
    return rows
