"""The tenant that the running code works for.

`tenant_scope` is the only way in: it opens a transaction and tells PostgreSQL whose rows may be seen. No network
call belongs inside a scope: claim, leave, talk to the network, enter a new scope.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from core.rls import SETTING

_tenant_id: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class ScopeError(RuntimeError):
    """The code tried to reach tenant data in a way that no scope allows."""


class NoTenantScope(ScopeError):
    """Tenant data was touched outside any tenant scope."""


class WrongTenant(ScopeError):
    """A scope or a row of another tenant was met inside a tenant scope."""


def current_tenant_id() -> int | None:
    """The id of the tenant in scope, or None."""
    return _tenant_id.get()


def require_tenant_id() -> int:
    """The id of the tenant in scope.

    Raises NoTenantScope outside any scope.
    """
    if (tenant_id := _tenant_id.get()) is None:
        raise NoTenantScope("Tenant data needs a tenant_scope().")
    return tenant_id


def _tell_database(tenant_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, "" if tenant_id is None else str(tenant_id)])


class AnyTenant:
    """Stands in SQL for the tenant in scope when that SQL is run."""


@contextmanager
def for_any_tenant() -> Iterator[type[AnyTenant]]:
    """Have SQL worded that holds for every tenant: what is compiled inside has AnyTenant among its values."""
    token = _tenant_id.set(AnyTenant)  # type: ignore[arg-type]  # never reaches PostgreSQL
    try:
        yield AnyTenant
    finally:
        _tenant_id.reset(token)


@contextmanager
def marked(tenant_id: int) -> Iterator[None]:
    """Mark the tenant in scope for Python only; for callers that have told the database themselves.

    Raises WrongTenant inside another tenant's scope.
    """
    if _tenant_id.get() not in (None, tenant_id):
        raise WrongTenant(f"Tenant {tenant_id} asked for inside the scope of tenant {_tenant_id.get()}.")
    token = _tenant_id.set(tenant_id)
    try:
        yield
    finally:
        _tenant_id.reset(token)


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[None]:
    """Run a block for one tenant, in one transaction.

    Raises WrongTenant inside another tenant's scope. Leaving restores what was in force before.
    """
    outer = _tenant_id.get()
    with marked(tenant_id), transaction.atomic():
        if outer == tenant_id:
            yield
            return
        # The setting ends with its transaction; inside somebody else's it has to be put back by hand.
        borrowed = len(connection.savepoint_ids) > 0
        _tell_database(tenant_id)
        yield
        if borrowed:
            _tell_database(outer)
