"""The first wall: no scope, no query; another tenant, no save."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Product, Team
from accounts.scope import NoTenantScope, WrongTenant, current_tenant_id, tenant_scope
from tests.conftest import Cast

OPERATIONS: dict[str, Callable[[], Any]] = {
    "all": lambda: list(Product.objects.all()),
    "base manager": lambda: list(Product._base_manager.all()),
    "get": lambda: Product.objects.get(pk=1),
    "first": Product.objects.first,
    "exists": Product.objects.exists,
    "count": Product.objects.count,
    "aggregate": lambda: Product.objects.aggregate(Count("pk")),
    "explain": Product.objects.explain,
    "values": lambda: list(Product.objects.values("name")),
    "iterator": lambda: list(Product.objects.iterator()),
    "in_bulk": lambda: Product.objects.in_bulk([1]),
    "contains subquery": lambda: list(Product.objects.filter(pk__in=Product.objects.values("pk"))),
    "union": lambda: list(Product.objects.all().union(Product.objects.all())),
    "raw": lambda: list(Product.objects.raw("SELECT * FROM accounts_product")),
    "update": lambda: Product.objects.update(name="x"),
    "delete": lambda: Product.objects.all().delete(),
    "create": lambda: Product.objects.create(name="x"),
    "bulk_create": lambda: Product.objects.bulk_create([Product(name="x")]),
    "get_or_create": lambda: Product.objects.get_or_create(name="x"),
    "update_or_create": lambda: Product.objects.update_or_create(name="x"),
    "save": lambda: Product(name="x").save(),
    "reverse": lambda: list(Product(pk=1, tenant_id=1).modules.all()),
    "select_for_update": lambda: list(Product.objects.select_for_update()),
    "refresh": lambda: Product(pk=1, tenant_id=1).refresh_from_db(),
    "delete one": lambda: Product(pk=1, tenant_id=1).delete(),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_no_operation_works_without_a_scope(db: None, operation: Callable[[], Any]) -> None:
    with pytest.raises(NoTenantScope):
        operation()


def test_rows_of_another_tenant_are_neither_seen_nor_saved(acme: Cast, globex: Cast) -> None:
    with acme.scope():
        mine = Product.objects.create(name="PackLine")

    attempts: list[Callable[[], Any]] = [
        mine.save,
        mine.delete,
        lambda: Product.objects.bulk_update([mine], ["name"]),
        lambda: Product.objects.bulk_create([Product(name="x", tenant=acme.tenant)]),
        lambda: Product.objects.update(tenant=acme.tenant),
    ]
    for attempt in attempts:
        with globex.scope(), pytest.raises(WrongTenant), transaction.atomic():
            attempt()
    with globex.scope():
        assert list(Product.objects.all()) == []
        with pytest.raises(Product.DoesNotExist):
            mine.refresh_from_db()


def test_a_queryset_made_in_one_scope_reads_the_scope_it_runs_in(acme: Cast, globex: Cast) -> None:
    with acme.scope():
        Product.objects.create(name="PackLine")
        lazy = Product.objects.all()

    with globex.scope():
        assert list(lazy) == []


def test_another_tenant_inside_a_scope_is_an_error(acme: Cast, globex: Cast) -> None:
    with acme.scope(), pytest.raises(WrongTenant), tenant_scope(globex.tenant.pk):
        pass  # pragma: no cover - never entered


def test_the_same_tenant_may_be_entered_again(acme: Cast) -> None:
    with acme.scope():
        with acme.scope():
            assert Team.objects.count() == 1
        assert Team.objects.count() == 1


def test_leaving_restores_what_was_in_force(acme: Cast) -> None:
    with acme.scope():
        assert current_tenant_id() == acme.tenant.pk

    assert current_tenant_id() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true)")
        assert cursor.fetchone() == ("",)


def test_an_exception_leaves_nothing_behind(acme: Cast) -> None:
    def fail() -> None:
        with acme.scope():
            Product.objects.create(name="PackLine")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with acme.scope():
        assert list(Product.objects.all()) == []
