"""Doors: the listed handful of database functions that look across tenants.

A door belongs to the owner (SECURITY DEFINER), answers only with pairs of (tenant id, row id), and the work then
happens inside that tenant's scope. tests/house/test_doors.py pins the list.
"""

from django.conf import settings
from django.db import connection
from django.db.migrations import RunSQL


def make_door(name: str, arguments: str, query: str, *, planned_once: bool = False) -> RunSQL:
    """The migration operation that makes a door.

    `arguments` are SQL parameter definitions; `query` selects (tenant_id, id) and may use them. `planned_once` makes
    it a function whose plan each session keeps: for a query that takes longer to plan than to run.
    """
    body = f"#variable_conflict use_column\nBEGIN RETURN QUERY {query}; END" if planned_once else query
    types = ", ".join(argument.split()[-1] for argument in arguments.split(",")) if arguments else ""
    role, language = settings.VASTE_APP_ROLE, "plpgsql" if planned_once else "sql"
    return RunSQL(
        [
            (
                f"CREATE FUNCTION {name}({arguments}) RETURNS TABLE (tenant_id bigint, id bigint) "
                f"LANGUAGE {language} SECURITY DEFINER SET search_path = public, pg_temp AS $door$ {body} $door$"
            ),
            f"REVOKE ALL ON FUNCTION {name}({types}) FROM PUBLIC",
            f'GRANT EXECUTE ON FUNCTION {name}({types}) TO "{role}"',
        ],
        [f"DROP FUNCTION {name}({types})"],
    )


def open_door(name: str, *arguments: str | int) -> list[tuple[int, int]]:
    """Ask a door; returns pairs of (tenant id, row id)."""
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id, id FROM {name}({places})", arguments)  # noqa: S608  # names are ours
        return [(int(tenant_id), int(row_id)) for tenant_id, row_id in cursor.fetchall()]
