"""Foreign keys ignore row-level security, so those between tenant tables carry the tenant with them."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts.models import TenantManager
from accounts.models.base import TenantModel, TenantQuerySet
from core.rls import link_name, tenant_links
from tests.house.catalogue import APPEND_ONLY, ask, tenant_models
from tests.house.conftest import World

TENANT_MODELS = tenant_models()
LINKS = [(model, column, target) for model in TENANT_MODELS for column, target in tenant_links(model)]
each_link = pytest.mark.parametrize(
    ("model", "column", "target"), LINKS, ids=[f"{model._meta.label}.{column}" for model, column, _ in LINKS]
)


@pytest.fixture
def db() -> None:
    """In place of pytest-django's: the world holds the transaction."""


@pytest.fixture(autouse=True)
def _rolled_back(db: None, world: World) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def keys_of(model: type[models.Model]) -> set[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """The foreign keys of a table: (columns, table they lead to, columns there)."""
    sql = """
        SELECT (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
               (SELECT relname::text FROM pg_class WHERE oid = c.confrelid),
               (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
                JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
        FROM pg_constraint c WHERE c.contype = 'f' AND c.convalidated AND c.conrelid = %s::regclass
    """
    return {(tuple(here), table, tuple(there)) for here, table, there in ask(sql, model._meta.db_table)}


def varied(model: type[models.Model], column: str) -> str:
    """The column as it is, or another value where no two rows may have the same."""
    unique = {
        name for each in model._meta.constraints if isinstance(each, models.UniqueConstraint) for name in each.fields
    }
    field = next(each for each in model._meta.concrete_fields if each.column == column)
    if field.name not in unique or field.is_relation:
        return f'"{column}"'
    return f'"{column}" + 1000' if isinstance(field, models.IntegerField) else f"""'~' || substr("{column}", 2)"""


@pytest.mark.parametrize("model", TENANT_MODELS, ids=[model._meta.label for model in TENANT_MODELS])
def test_every_foreign_key_is_there_and_carries_the_tenant(model: type[models.Model]) -> None:
    links = {column for column, _ in tenant_links(model)}
    wanted = {
        (("tenant_id", column), target, ("tenant_id", "id"))
        if (column := str(field.column)) in links
        else ((column,), target, ("id",))
        for field in model._meta.concrete_fields
        if field.remote_field and (target := field.remote_field.model._meta.db_table)
    }

    assert keys_of(model) == wanted


@each_link
def test_no_row_points_at_another_tenants(
    world: World, model: type[models.Model], column: str, target: type[models.Model]
) -> None:
    """A true row of Acme's is turned to a true one of Globex's, by plain SQL that no guard of the ORM sees."""
    acme, globex = world.acme.cast, world.globex.cast
    with globex.scope():
        foreign = target._base_manager.order_by("pk").values_list("pk", flat=True)[0]

    with acme.scope(), pytest.raises(IntegrityError, match=link_name(model._meta.db_table, column)):
        change(turn(model, column), foreign)


def change(sql: str, foreign: int) -> None:
    """One statement that changes one row, with its keys checked at once instead of at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [foreign])
        assert cursor.rowcount == 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def turn(model: type[models.Model], column: str) -> str:
    """SQL that turns a row's link; a row of a log cannot be changed, so there it is a turned copy."""
    table = model._meta.db_table
    if model._meta.label not in APPEND_ONLY:
        row = f'SELECT id FROM "{table}" ORDER BY "{column}" IS NULL, id LIMIT 1'
        return f'UPDATE "{table}" SET "{column}" = %s WHERE id = ({row})'
    columns = [each.column for each in model._meta.concrete_fields if not each.primary_key]
    names = ", ".join(f'"{each}"' for each in columns)
    copied = ", ".join("%s" if each == column else varied(model, each) for each in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {copied} FROM "{table}" LIMIT 1'


@pytest.mark.parametrize("model", TENANT_MODELS, ids=[model._meta.label for model in TENANT_MODELS])
def test_every_manager_asks_for_the_tenant(model: type[models.Model]) -> None:
    assert issubclass(model, TenantModel)
    for manager in (model._base_manager, model._default_manager, *model._meta.managers):
        assert isinstance(manager, TenantManager)
        assert issubclass(manager._queryset_class, TenantQuerySet)
