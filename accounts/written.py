"""Queries that are worded once for all requests, though each of them has its own tenant (docs/adr/0023)."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from accounts.scope import AnyTenant, for_any_tenant, require_tenant_id

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


class Written(models.Expression):
    """SQL that was worded before; the tenant is put in where it is run."""

    def __init__(self, sql: str, values: tuple[Any, ...], output_field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.sql, self.values = sql, values

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        tenant_id = require_tenant_id()
        return self.sql, tuple(tenant_id if value is AnyTenant else value for value in self.values)


def written_once(rows: Rows) -> Rows:
    """The same query with its annotations worded already, for one that is made once and then only filtered.

    They may say nothing that depends on who asks, nor stand in a subquery: their table keeps the name it has now.
    """
    rows = rows.all()
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    with for_any_tenant():
        compiler.pre_sql_setup()
        for name, expression in rows.query.annotations.items():
            sql, values = compiler.compile(expression)
            rows.query.annotations[name] = Written(sql, tuple(values), expression.output_field)
    return rows
