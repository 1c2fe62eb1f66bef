"""The database role of running processes: one that owns nothing and cannot look past row-level security."""

from django.db import connection


class RoleTooPowerful(RuntimeError):
    """The process is connected as a role that row-level security does not bind."""


def require_application_role() -> None:
    """Refuse to go on as an owner, a superuser, or a role that bypasses row-level security."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_user, rolsuper OR rolbypassrls,
                   EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                           WHERE nspname = 'public' AND pg_has_role(current_user, relowner, 'USAGE'))
            FROM pg_roles WHERE rolname = current_user
            """
        )
        name, unbound, owns = cursor.fetchone()
    if unbound or owns:
        raise RoleTooPowerful(
            f"The database role {name} is not bound by row-level security. "
            "DATABASE_URL must name a role that owns no tables, is no superuser and cannot bypass policies."
        )
