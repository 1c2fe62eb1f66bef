"""The rows of a cast, kept after they were made once, so that the next test has them in one statement."""

import json
from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from accounts.models import Tenant
from billing.models import Invoice
from core.rls import is_tenant_model
from sla.services import immutable
from tickets.models import TicketWords

# The global rows that belong to a tenant's people, by table: which of them.
GLOBAL = {
    "accounts_tenant": "id = {tenant}",
    "accounts_tenanthost": "tenant_id = {tenant}",
    "accounts_user": "id IN (SELECT user_id FROM accounts_membership WHERE tenant_id = {tenant})",
    "auth_group": "id IN (SELECT group_id FROM accounts_team WHERE tenant_id = {tenant})",
    "accounts_user_groups": "user_id IN (SELECT user_id FROM accounts_membership WHERE tenant_id = {tenant})",
}
APP_ROLE = "vaste_app"
# Emptying the tables makes Django's permissions anew, under other ids.
GRANTS = """
    UPDATE tickets_queueteamgrant SET permission_id = (SELECT id FROM auth_permission WHERE codename = 'work_queue')
    WHERE tenant_id = {tenant}
"""


def keep_rows(tenant: Tenant) -> str:
    """A script that brings back all rows of a tenant and of its people, with their ids."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        statements = []
        for table, columns, which in _tables(tenant.pk):
            cursor.execute(f"SELECT json_agg(kept) FROM {table} AS kept WHERE {which}")  # names are ours
            if rows := cursor.fetchone()[0]:
                said = json.dumps(rows).replace("'", "''")
                source = f"json_populate_recordset(null::{table}, '{said}')"
                statements.append(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}")
        cursor.execute(f"SET ROLE {APP_ROLE}")
    return "; ".join(["SET ROLE NONE", *statements, GRANTS.format(tenant=tenant.pk), f"SET ROLE {APP_ROLE}"])


def bring_back(script: str) -> None:
    """Run the script. What this process remembers of versions is of other rows under the same ids."""
    with connection.cursor() as cursor:
        cursor.execute(script)
    immutable.forget()


def _tables(tenant: int) -> Iterator[tuple[str, str, str]]:
    """Each table with its columns, but for those that the database reckons itself, and which of its rows."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    # The rows of words are made by triggers, from the others.
    kept = {table: model for table, model in models.items() if model is not TicketWords}
    own = [table for table, model in kept.items() if is_tenant_model(model) and model._meta.managed]
    # What belongs to an issued invoice cannot come after it.
    own.sort(key=lambda table: table == Invoice._meta.db_table)
    for table in (*GLOBAL, *(name for name in own if name not in GLOBAL)):
        fields = models[table]._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields if not field.generated)
        yield table, columns, GLOBAL.get(table, "tenant_id = {tenant}").format(tenant=tenant)
