"""PostgreSQL itself keeps what was issued as it is, and what it charges: work, and prepaid time that was sold."""

from django.conf import settings
from django.db import migrations

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
# What a customer has been charged for is credited, not changed.
LOT_KEPT = """
CREATE FUNCTION billing_lot_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM billing_invoicedlot WHERE lot_id = OLD.id AND released_by_id IS NULL) THEN
    RAISE EXCEPTION 'what was charged is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""


def changed(columns: tuple[str, ...]) -> str:
    """The condition of a trigger that lets all other columns change."""
    old, new = (", ".join(f"{side}.{name}" for name in columns) for side in ("OLD", "NEW"))
    return f"WHEN (({old}) IS DISTINCT FROM ({new}))"


RELEASED = "WHEN (OLD.released_by_id IS NOT NULL)"
WORK_CHANGED = changed(
    ("minutes", "ended_at", "work_type_id", "member_id", "billing", "kilometres", "called_out", "text", "reason")
)
LOT_CHANGED = changed(
    ("minutes", "unit_price", "sold_on", "valid_from", "expires", "contract_id", "invoiced_elsewhere", "withdrawn_at")
)
TRIGGERS = (
    ("billing_invoice", "billing_invoice_frozen", "UPDATE OR DELETE", "WHEN (OLD.state = 'issued')", "billing_frozen"),
    ("billing_invoiceline", "billing_line_frozen", "INSERT OR UPDATE OR DELETE", "", "billing_of_issued"),
    ("billing_invoicedentry", "billing_entry_bound", "INSERT", "", "billing_of_issued"),
    ("billing_invoicedentry", "billing_entry_released", "UPDATE OR DELETE", RELEASED, "billing_frozen"),
    ("billing_invoicedlot", "billing_lot_bound", "INSERT", "", "billing_of_issued"),
    ("billing_invoicedlot", "billing_lot_released", "UPDATE OR DELETE", RELEASED, "billing_frozen"),
    ("billing_invoicedticket", "billing_ticket_bound", "INSERT", "", "billing_of_issued"),
    ("billing_poolmove", "billing_move_bound", "INSERT", "", "billing_of_issued"),
    ("tickets_workentry", "billing_work_kept", "UPDATE", WORK_CHANGED, "billing_entry_kept"),
    ("tickets_workentry", "billing_work_stays", "DELETE", "", "billing_entry_kept"),
    ("billing_prepaidlot", "billing_lot_kept", "UPDATE", LOT_CHANGED, "billing_lot_kept"),
    ("billing_prepaidlot", "billing_lot_stays", "DELETE", "", "billing_lot_kept"),
)
FUNCTIONS = {
    "billing_frozen": FROZEN,
    "billing_of_issued": OF_ISSUED,
    "billing_entry_kept": ENTRY_KEPT,
    "billing_lot_kept": LOT_KEPT,
}


def release(table: str) -> migrations.RunSQL:
    """Rows are only added to the table; which credit note set one free is all that is written later."""
    right, role = f"UPDATE (released_by_id) ON {table}", settings.VASTE_APP_ROLE
    return migrations.RunSQL(f'GRANT {right} TO "{role}"', f'REVOKE {right} FROM "{role}"')


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
    dependencies = [("billing", "0002_walls")]
    operations = [release("billing_invoicedentry"), release("billing_invoicedlot"), keep()]
