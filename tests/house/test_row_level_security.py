"""The third wall: plain SQL of the application's role, below every guard of the ORM, still sees one tenant."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from core.rls import SETTING
from tests.house.catalogue import APP, APPEND_ONLY, GLOBAL, OWNER, ask, models_of_tables, tenant_models
from tests.house.conftest import World

TENANT_MODELS = tenant_models()
LABELS = [model._meta.label for model in TENANT_MODELS]
each_table = pytest.mark.parametrize("model", TENANT_MODELS, ids=LABELS)


@pytest.fixture
def db() -> None:
    """In place of pytest-django's: the world holds the transaction."""


@pytest.fixture(autouse=True)
def _rolled_back(db: None, world: World) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def enter(tenant_id: int | str) -> None:
    """What tenant_scope tells PostgreSQL, without anything that Python would remember."""
    ask("SELECT set_config(%s, %s, true)", SETTING, str(tenant_id))


def refused(sql: str, *args: object) -> str:
    """The error that PostgreSQL answers a statement with."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, args or None)
    return str(error.value)


def changed(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def whose(model: type[models.Model]) -> list[int]:
    """The tenants whose rows a plain SELECT finds."""
    return [tenant for (tenant,) in ask(f'SELECT DISTINCT tenant_id FROM "{model._meta.db_table}" ORDER BY 1')]


def test_every_table_is_a_tenants_or_on_the_short_list() -> None:
    labels = {model._meta.label for model in models_of_tables()}

    assert labels - set(LABELS) == set(GLOBAL)
    tables = {table for (table,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    migrations = MigrationRecorder.Migration._meta.db_table
    assert tables == {model._meta.db_table for model in models_of_tables()} | {migrations}


def test_the_tests_run_as_the_role_of_the_application() -> None:
    (role,) = ask("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")

    assert role == (APP, False, False)
    owners = ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [(OWNER,)]
    assert ask("SELECT pg_has_role(%s, %s, 'MEMBER')", APP, OWNER) == [(False,)]


@each_table
def test_a_tenant_table_has_one_policy_for_reading_and_writing(model: type[models.Model]) -> None:
    table = model._meta.db_table
    facts = ask("SELECT relrowsecurity, relowner::regrole::text FROM pg_class WHERE oid = %s::regclass", table)
    policies = ask(
        "SELECT permissive, roles::text[], cmd, qual, with_check FROM pg_policies WHERE tablename = %s", table
    )

    assert facts == [(True, OWNER)]
    ((permissive, roles, command, using, check),) = policies
    assert (permissive, roles, command) == ("PERMISSIVE", [APP], "ALL")
    assert using == check
    assert "tenant_id = " in using
    assert f"current_setting('{SETTING}'" in using


@each_table
def test_plain_sql_reads_the_tenant_in_scope_only(world: World, model: type[models.Model]) -> None:
    acme, globex = world.acme.cast.tenant.pk, world.globex.cast.tenant.pk

    enter(acme)
    assert whose(model) == [acme]
    enter(globex)
    assert whose(model) == [globex]
    enter("")
    assert whose(model) == []


@each_table
def test_plain_sql_changes_no_foreign_row(world: World, model: type[models.Model]) -> None:
    table, globex = model._meta.db_table, world.globex.cast.tenant.pk
    attacks = [f'UPDATE "{table}" SET tenant_id = tenant_id', f'DELETE FROM "{table}"']

    for here in (world.acme.cast.tenant.pk, ""):
        enter(here)
        for attack in attacks:
            if model._meta.label in APPEND_ONLY:
                assert "permission denied" in refused(attack)
            else:
                assert changed(f"{attack} WHERE tenant_id = {globex}") == 0


@each_table
def test_plain_sql_writes_no_row_for_another(world: World, model: type[models.Model]) -> None:
    acme, globex = world.acme.cast.tenant.pk, world.globex.cast.tenant.pk
    table = model._meta.db_table
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and field.name != "tenant"]
    # What the database reckons itself cannot be written by anybody.
    columns = [field.column for field in fields if not field.generated]
    names = ", ".join(f'"{column}"' for column in columns)
    copy = f'INSERT INTO "{table}" (tenant_id, {names}) SELECT %s, {names} FROM "{table}" WHERE tenant_id = %s LIMIT 1'

    enter(acme)
    assert "row-level security" in refused(copy, globex, acme)
    if model._meta.label not in APPEND_ONLY:
        assert "row-level security" in refused(f'UPDATE "{table}" SET tenant_id = %s', globex)
    enter("")
    assert whose(model) == []


@pytest.mark.parametrize("label", sorted(APPEND_ONLY))
def test_the_log_can_only_grow(world: World, label: str) -> None:
    table = next(model for model in TENANT_MODELS if model._meta.label == label)._meta.db_table
    enter(world.acme.cast.tenant.pk)

    for attack in (f'UPDATE "{table}" SET tenant_id = tenant_id', f'DELETE FROM "{table}"', f'TRUNCATE "{table}"'):
        assert "permission denied" in refused(attack)


def test_the_application_cannot_lift_the_wall(world: World) -> None:
    attacks: list[Any] = [
        'ALTER TABLE "tickets_ticket" DISABLE ROW LEVEL SECURITY',
        'DROP POLICY "tickets_ticket_tenant" ON "tickets_ticket"',
        'CREATE POLICY "all" ON "tickets_ticket" USING (true)',
        f"ALTER ROLE {APP} BYPASSRLS",
        "CREATE FUNCTION public.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
    ]
    for attack in attacks:
        assert refused(attack)


@pytest.mark.parametrize("nonsense", ["0", "-1"])
def test_a_tenant_that_does_not_exist_has_nothing(world: World, nonsense: str) -> None:
    enter(nonsense)

    assert ask('SELECT * FROM "tickets_ticket"') == []


@pytest.mark.parametrize("nonsense", [" ", "1 OR 1=1", "{1,2}"])
def test_a_setting_that_is_no_number_is_an_error(world: World, nonsense: str) -> None:
    enter(nonsense)

    assert "invalid input syntax" in refused('SELECT * FROM "tickets_ticket"')
