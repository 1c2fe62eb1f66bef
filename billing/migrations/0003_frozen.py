"""The walls of the new tables, and that PostgreSQL itself keeps what was issued as it is."""

from django.conf import settings
from django.db import migrations

from core.doors import make_door
from core.rls import SecureTenantTables

# Whoever asks, the application or the owner: a number that went out is never given another content.
FROZEN = """
CREATE FUNCTION billing_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was issued is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
# Lines, entries, tickets and minutes come before the number, and nothing is added to an issued invoice.
OF_ISSUED = """
CREATE FUNCTION billing_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  parent bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM billing_invoice WHERE id = parent AND state = 'issued') THEN
    RAISE EXCEPTION 'what was issued is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
# Work that is on a live invoice is corrected by a credit note, not by another figure.
ENTRY_KEPT = """
CREATE FUNCTION billing_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM billing_invoicedentry WHERE entry_id = OLD.id AND released_by_id IS NULL) THEN
    RAISE EXCEPTION 'invoiced work is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
COUNTS = ("minutes", "ended_at", "work_type_id", "member_id", "billing", "kilometres", "called_out", "text", "reason")
_OLD, _NEW = (", ".join(f"{side}.{name}" for name in COUNTS) for side in ("OLD", "NEW"))
TRIGGERS = (
    ("billing_invoice", "billing_invoice_frozen", "UPDATE OR DELETE", "WHEN (OLD.state = 'issued')", "billing_frozen"),
    ("billing_invoiceline", "billing_line_frozen", "INSERT OR UPDATE OR DELETE", "", "billing_of_issued"),
    ("billing_invoicedentry", "billing_entry_bound", "INSERT", "", "billing_of_issued"),
    (
        "billing_invoicedentry",
        "billing_entry_released",
        "UPDATE OR DELETE",
        "WHEN (OLD.released_by_id IS NOT NULL)",
        "billing_frozen",
    ),
    ("billing_invoicedticket", "billing_ticket_bound", "INSERT", "", "billing_of_issued"),
    ("billing_poolmove", "billing_move_bound", "INSERT", "", "billing_of_issued"),
    (
        "tickets_workentry",
        "billing_work_kept",
        "UPDATE",
        f"WHEN (({_OLD}) IS DISTINCT FROM ({_NEW}))",
        "billing_entry_kept",
    ),
    ("tickets_workentry", "billing_work_stays", "DELETE", "", "billing_entry_kept"),
)
FUNCTIONS = {"billing_frozen": FROZEN, "billing_of_issued": OF_ISSUED, "billing_entry_kept": ENTRY_KEPT}


def keep() -> migrations.RunSQL:
    """The triggers that refuse."""
    made = [
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION {function}()"
        for table, name, events, condition, function in TRIGGERS
    ]
    dropped = [f"DROP TRIGGER {name} ON {table}" for table, name, *_ in TRIGGERS]
    gone = [f"DROP FUNCTION {name}()" for name in FUNCTIONS]
    return migrations.RunSQL([*FUNCTIONS.values(), *made], [*dropped, *gone])


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_invoices")]

    operations = [
        SecureTenantTables("Series", "Invoice", "InvoiceLine", "FilesDue", "Run"),
        SecureTenantTables(
            "InvoicedEntry",
            "InvoicedTicket",
            "PoolMove",
            "InvoiceFile",
            "ClosedMonth",
            "ExportBatch",
            "ExportedInvoice",
            append_only=True,
        ),
        migrations.RunSQL(
            f'GRANT UPDATE (released_by_id) ON billing_invoicedentry TO "{settings.VASTE_APP_ROLE}"',
            migrations.RunSQL.noop,
        ),
        keep(),
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
