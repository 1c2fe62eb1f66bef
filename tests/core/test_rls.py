"""What the walls do to a table that is there already."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.state import ProjectState

from core.rls import SecureTenantLink, link_name

TABLE, COLUMN = "tickets_workentry", "approver_id"


def keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [link_name(TABLE, COLUMN)]
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_a_link_that_comes_later_is_kept_within_its_tenant() -> None:
    state, before = ProjectState.from_apps(apps), keys()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE NONE; ALTER TABLE {TABLE} DROP CONSTRAINT {link_name(TABLE, COLUMN)}")
    assert keys() == []

    with connection.schema_editor() as editor:
        SecureTenantLink("WorkEntry", "approver").database_forwards("tickets", editor, state, state)

    assert keys() == before
    assert "(tenant_id, approver_id) REFERENCES accounts_membership(tenant_id, id)" in before[0]
