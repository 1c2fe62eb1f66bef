"""Row-level security as migration operations: the wall that PostgreSQL itself keeps between tenants.

A tenant table is one with a `tenant` foreign key. `SecureTenantTables` gives it the policy for the application
role, the composite key `(tenant_id, id)`, and composite foreign keys to other tenant tables, because PostgreSQL
checks foreign keys without looking at policies: a plain key accepts another tenant's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

SETTING = "app.tenant_id"
CURRENT_TENANT_SQL = f"(SELECT nullif(current_setting('{SETTING}', true), '')::bigint)"


def is_tenant_model(model: type[models.Model]) -> bool:
    """Whether rows of the model belong to one tenant."""
    return any(field.name == "tenant" for field in model._meta.concrete_fields)


def tenant_links(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """The model's foreign keys that point to tenant tables: column and target of each."""
    return [
        (str(field.column), field.related_model)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name != "tenant" and is_tenant_model(field.related_model)
    ]


def policy_name(table: str) -> str:
    return f"{table}_tenant"[:63]


def link_name(table: str, column: str) -> str:
    return f"{table[:30]}_{column[:20]}_tenant_fk"


def _privileges(append_only: bool) -> str:
    return "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"


def _secure(model: type[models.Model], append_only: bool) -> Iterator[str]:
    table, role = model._meta.db_table, settings.VASTE_APP_ROLE
    here = f"tenant_id = {CURRENT_TENANT_SQL}"
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'DROP POLICY IF EXISTS "{policy_name(table)}" ON "{table}"'
    yield f'CREATE POLICY "{policy_name(table)}" ON "{table}" TO "{role}" USING ({here}) WITH CHECK ({here})'
    yield f'REVOKE ALL ON "{table}" FROM "{role}"'
    yield f'GRANT {_privileges(append_only)} ON "{table}" TO "{role}"'
    key = f"{table[:50]}_tenant_key"
    yield f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{key}" CASCADE'
    yield f'ALTER TABLE "{table}" ADD CONSTRAINT "{key}" UNIQUE (tenant_id, id)'


def _link(table: str, column: str, target: str) -> Iterator[str]:
    name = link_name(table, column)
    yield f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"'
    yield (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (tenant_id, "{column}") '
        f'REFERENCES "{target}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED'
    )


class _Wall(Operation):
    """What the database alone knows of: Django's state of the models stays as it is."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass


class SecureTenantTables(_Wall):
    """Policy, privileges and composite keys for new tenant tables; runs after the tables were created.

    `append_only` tables may be read and added to by the application role, never changed.
    """

    def __init__(self, *model_names: str, append_only: bool = False) -> None:
        self.model_names = model_names
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, list(self.model_names), {"append_only": self.append_only}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        tables = [to_state.apps.get_model(app_label, name) for name in self.model_names]
        for model in tables:
            for statement in _secure(model, self.append_only):
                schema_editor.execute(statement)
        for model in tables:
            for column, linked in tenant_links(model):
                for statement in _link(model._meta.db_table, column, linked._meta.db_table):
                    schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in self.model_names:
            table = from_state.apps.get_model(app_label, name)._meta.db_table
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table[:50]}_tenant_key" CASCADE')
            schema_editor.execute(f'DROP POLICY IF EXISTS "{policy_name(table)}" ON "{table}"')
            schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Secure the tenant tables {', '.join(self.model_names)}"


class SecureTenantLink(_Wall):
    """The composite key of one foreign key that a secured table has been given later."""

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model_name, self.field_name], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        links, column = dict(tenant_links(model)), str(model._meta.get_field(self.field_name).column)
        for statement in _link(model._meta.db_table, column, links[column]._meta.db_table):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing to do: the key goes with its column."""

    def describe(self) -> str:
        return f"Secure the link {self.field_name} of {self.model_name}"
