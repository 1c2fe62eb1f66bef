"""The doors by which the sweep finds invoices whose files are due, and runs that stood still."""

from django.db import migrations

from core.doors import make_door


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_frozen")]
    operations = [
        make_door(
            "door_invoice_files", "", "SELECT tenant_id, invoice_id FROM billing_filesdue WHERE next_at <= now()"
        ),
        # A worker that was killed left its run behind.
        make_door(
            "door_billing_runs",
            "",
            "SELECT tenant_id, id FROM billing_run WHERE ended_at IS NULL AND moved_at < now() - interval '2 minutes'",
        ),
    ]
