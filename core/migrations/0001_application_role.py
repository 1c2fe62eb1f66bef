"""What the owner creates from here on, the application role may use, but never own.

Runs before every other migration, so that no table is forgotten. The role itself is made by whoever made the
database (the launcher, or scripts/docker-init.sql), since the owner may not create roles.
"""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    role = settings.VASTE_APP_ROLE
    schema_editor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    schema_editor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"')
    schema_editor.execute(
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"'
    )
    schema_editor.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "{role}"')
    schema_editor.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [
        ("contenttypes", "0001_initial"),
        ("auth", "0001_initial"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
