"""Prepaid time is invoiced when it is sold, once; what was sold before this was invoiced elsewhere."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables

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
COUNTS = (
    "minutes",
    "unit_price",
    "sold_on",
    "valid_from",
    "expires",
    "contract_id",
    "invoiced_elsewhere",
    "withdrawn_at",
)
_OLD, _NEW = (", ".join(f"{side}.{name}" for name in COUNTS) for side in ("OLD", "NEW"))
CHANGED = f"WHEN (({_OLD}) IS DISTINCT FROM ({_NEW}))"
RELEASED = "WHEN (OLD.released_by_id IS NOT NULL)"
TRIGGERS = (
    ("billing_invoicedlot", "billing_lot_bound", "INSERT", "", "billing_of_issued"),
    ("billing_invoicedlot", "billing_lot_released", "UPDATE OR DELETE", RELEASED, "billing_frozen"),
    ("billing_prepaidlot", "billing_lot_kept", "UPDATE", CHANGED, "billing_lot_kept"),
    ("billing_prepaidlot", "billing_lot_stays", "DELETE", "", "billing_lot_kept"),
)


def keep() -> migrations.RunSQL:
    """The triggers that refuse."""
    made = [
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION {function}()"
        for table, name, events, condition, function in TRIGGERS
    ]
    dropped = [f"DROP TRIGGER {name} ON {table}" for table, name, *_ in TRIGGERS]
    return migrations.RunSQL([LOT_KEPT, *made], [*dropped, "DROP FUNCTION billing_lot_kept()"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_own_host"),
        ("billing", "0006_logos"),
    ]

    operations = [
        migrations.AddField(
            model_name="prepaidlot",
            name="invoiced_elsewhere",
            field=models.BooleanField(default=True, verbose_name="Invoiced elsewhere already"),
        ),
        migrations.AlterField(
            model_name="prepaidlot",
            name="invoiced_elsewhere",
            field=models.BooleanField(default=False, verbose_name="Invoiced elsewhere already"),
        ),
        migrations.AddField(
            model_name="prepaidlot",
            name="withdrawn_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="InvoicedLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "invoice",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.invoice",
                    ),
                ),
                (
                    "lot",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="billing.prepaidlot",
                    ),
                ),
                (
                    "released_by",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.invoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_by", None)), fields=("tenant", "lot"), name="lot_once"
                    )
                ],
            },
        ),
        SecureTenantTables("InvoicedLot", append_only=True),
        migrations.RunSQL(
            f'GRANT UPDATE (released_by_id) ON billing_invoicedlot TO "{settings.VASTE_APP_ROLE}"',
            migrations.RunSQL.noop,
        ),
        keep(),
    ]
