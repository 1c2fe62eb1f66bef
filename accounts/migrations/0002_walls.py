"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        SecureTenantTables(
            "LegalEntity",
            "Office",
            "Membership",
            "Team",
            "TeamMember",
            "Absence",
            "Product",
            "Module",
            "Customer",
            "CustomerDomain",
            "Requester",
            "RequesterAddress",
        ),
        SecureTenantTables("AuditEntry", "SettingVersion", append_only=True),
    ]
