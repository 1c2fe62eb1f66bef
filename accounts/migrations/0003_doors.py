"""The door by which a sweep finds the tenants with somebody to tell that they stand in."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_walls")]
    operations = [
        # One row a tenant, because all its absences are dealt with together: who stands in for one may be away too.
        # It is tomorrow somewhere, and not every member is in the zone of the database.
        make_door(
            "door_absences",
            "",
            """
            SELECT tenant_id, min(id) FROM accounts_absence
            WHERE welcomed_at IS NULL AND starts_on <= current_date + 1 GROUP BY tenant_id
            """,
        ),
    ]
