"""The moment at which a query is made, for queries that are put together once and asked many times."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone


class Present(models.Expression):
    """The application's clock when the SQL is made, the same that the rows of the answer are judged by."""

    output_field = models.DateTimeField()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", (connection.ops.adapt_datetimefield_value(timezone.now()),)
