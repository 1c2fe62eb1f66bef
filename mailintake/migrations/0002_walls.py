"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("mailintake", "0001_initial"), ("tickets", "0002_walls")]
    operations = [
        SecureTenantTables("Mailbox", "InboundMessage", "OlderMail", "ThreadMark"),
    ]
