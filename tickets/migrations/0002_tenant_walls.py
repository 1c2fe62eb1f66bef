"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0001_initial"),
        ("sla", "0002_tenant_walls"),
    ]
    operations = [
        SecureTenantTables(
            "Status",
            "Queue",
            "QueueUserGrant",
            "QueueTeamGrant",
            "WorkType",
            "TicketCounter",
            "Ticket",
            "Message",
            "Attachment",
            "WorkEntry",
            "AccessLink",
            "BoundBrowser",
            "UsedFormToken",
        ),
        SecureTenantTables("TicketEvent", append_only=True),
    ]
