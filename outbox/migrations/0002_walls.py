"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("accounts", "0002_walls")]
    operations = [
        SecureTenantTables(
            "OutgoingMail",
            "OutgoingFile",
            "Delivery",
            "Outage",
            "MailTemplate",
            "Transport",
            "SigningKey",
            "Webhook",
            "WebhookCall",
        ),
    ]
