"""The base of every tenant table: no scope, no query; another tenant, no save.

The filter is an expression that resolves the tenant when SQL is compiled, so that it also holds for `exists`,
`explain`, `update`, `delete` and every other way a queryset reaches the database.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Self, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from accounts.models.tenants import Tenant
from accounts.scope import WrongTenant, require_tenant_id

Row = TypeVar("Row", bound="TenantModel", covariant=True)  # noqa: PLC0105  # the name that QuerySet[Row] reads best with


class CurrentTenant(models.Expression):
    """The tenant in scope at the moment the SQL is made; raises NoTenantScope where there is none."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[int]]:
        return "%s", (require_tenant_id(),)


def _claim(rows: Iterable["TenantModel"]) -> None:
    """Give new rows to the tenant in scope; refuse rows of another."""
    tenant_id = require_tenant_id()
    for row in rows:
        row.tenant_id = row.tenant_id or tenant_id
        if row.tenant_id != tenant_id:
            raise WrongTenant(f"{row._meta.label} of tenant {row.tenant_id} inside the scope of tenant {tenant_id}.")


class TenantQuerySet(models.QuerySet[Row]):
    """A queryset that writes only into the tenant in scope."""

    def _insert(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        _claim(objs)
        return super()._insert(objs, *args, **kwargs)  # type: ignore[misc]  # Django's own insert, not in the stubs

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        _claim(rows)
        return super().bulk_update(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if "tenant" in kwargs or "tenant_id" in kwargs:
            raise WrongTenant("A row stays with its tenant.")
        return super().update(**kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        require_tenant_id()
        return super().raw(*args, **kwargs)


@cache
def _scoped(queryset: type[TenantQuerySet[Any]], model: type[models.Model], using: str | None) -> TenantQuerySet[Any]:
    """Every query begins with this one; copying it costs a tenth of making it."""
    return queryset(model=model, using=using).filter(tenant_id=CurrentTenant())


class TenantManager(models.Manager[Row]):
    """Only rows of the tenant in scope; an error, not an empty list, outside a scope."""

    _queryset_class = TenantQuerySet

    def get_queryset(self) -> models.QuerySet[Row]:
        return _scoped(self._queryset_class, self.model, self._db).all()


class TenantModel(models.Model):
    """A row of one tenant. Its table is secured by core.rls.SecureTenantTables in a migration of its app."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, editable=False, related_name="+", db_index=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _claim([self])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _claim([self])
        return super().delete(*args, **kwargs)

    def refreshed(self) -> Self:
        """The same row as it is in the database now."""
        self.refresh_from_db()
        return self
