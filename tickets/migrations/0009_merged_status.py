"""Tenants that were there before have the status of merged tickets too; new ones are given it with all others."""

from django.db import migrations

ADD = """
    INSERT INTO tickets_status (tenant_id, status_class, name, position, is_default)
    SELECT tenant_id, 'merged', '', max(position) + 1, true FROM tickets_status GROUP BY tenant_id
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_merged")]
    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
